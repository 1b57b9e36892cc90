/**
 * @file Gradients that TensorFlow.js lacks.
 *
 * Comparisons are constant wherever they have a derivative, so their gradient is zero; without a rule tfjs refuses
 * to differentiate through `tf.where(tf.greater(x, y), ...)`, and twice through `tf.minimum` and `tf.leakyRelu`.
 */
import * as tf from "@tensorflow/tfjs";

const comparisons = ["Greater", "Less", "LessEqual", "Equal", "NotEqual"];

export function registerMissingGradients(): void {
  for (const kernelName of comparisons)
    register({ kernelName, inputsToSave: ["a", "b"], gradFunc: zeroFor("a", "b") });
  register({ kernelName: "LogicalAnd", inputsToSave: ["a", "b"], gradFunc: zeroFor("a", "b") });
  register({ kernelName: "LogicalOr", inputsToSave: ["a", "b"], gradFunc: zeroFor("a", "b") });
  register({ kernelName: "LogicalNot", inputsToSave: ["x"], gradFunc: zeroFor("x") });
  register({ kernelName: "EluGrad", inputsToSave: ["dy", "y"], gradFunc: eluSecondGradient });
}

function register(config: tf.GradConfig): void {
  if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
}

function zeroFor(...names: string[]): tf.GradFunc {
  return (_dy, saved) =>
    Object.fromEntries(names.map((name, index) => [name, () => tf.zeros(saved[index].shape, "float32")]));
}

/** `EluGrad(dy, y) = dy · min(y + 1, 1)`: linear in `dy`, and in `y` with slope `dy` on the exponential branch. */
function eluSecondGradient(
  outer: tf.Tensor | tf.Tensor[],
  saved: tf.Tensor[],
): Readonly<Record<string, () => tf.Tensor>> {
  const [dy, y] = saved;
  const gradient = outer as tf.Tensor;
  return {
    dy: () => tf.where(tf.greaterEqual(y, 0), gradient, tf.mul(gradient, tf.add(y, 1))),
    y: () => tf.mul(tf.mul(gradient, dy), tf.cast(tf.less(y, 0), "float32")),
  };
}
