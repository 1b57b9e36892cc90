import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { activate } from "../../src/networks/activations.ts";
import { addDuals, type Dual } from "../../src/networks/dual.ts";
import { denseDual } from "../../src/networks/layers.ts";
import { type MlpShape, mlp, mlpSpecs } from "../../src/networks/mlp.ts";
import { initialParameters, layoutOf, type Parameters, unpack } from "../../src/networks/parameters.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

const [batch, n, directions] = [2, 7, 2];

const shapes: readonly (readonly [string, MlpShape])[] = [
  ["one hidden layer, one component", { ...base(), inputs: 3, outputs: 1, hidden: [6] }],
  ["two hidden layers, one component", { ...base(), inputs: 3, outputs: 1, hidden: [6, 5] }],
  [
    "three hidden layers, three components, a skip",
    { ...base(), inputs: 4, outputs: 3, hidden: [6, 5, 7], skip: true },
  ],
  [
    "residual layers, two components",
    { ...base(), inputs: 2, outputs: 2, hidden: [5, 5, 5], residual: true },
  ],
  [
    "residual layers and a skip",
    { ...base(), inputs: 3, outputs: 2, hidden: [5, 5], residual: true, skip: true },
  ],
];

function base() {
  return { activation: "leakyRelu", skip: false, residual: false } as const;
}

const array = (name: string, shape: number[]) =>
  tf.tensor(Float32Array.from(normals(foldIn(keyFrom(3), name), tf.util.sizeFromShape(shape))), shape);

/** Values and tangents layer by layer, as they run through any other perceptron. */
function forwards(parameters: Parameters, { hidden, skip, residual }: MlpShape, z: Dual): Dual {
  const last = hidden.reduce<Dual>((x, _, layer) => {
    const next = activate("leakyRelu", denseDual(parameters, `hidden.${layer}`, x));
    return residual && layer > 0 ? addDuals(x, next) : next;
  }, z);
  const output = denseDual(parameters, "output", last);
  const weight = parameters["skip.weight"];
  return skip ? addDuals(output, denseDual({ "skip.weight": weight }, "skip", z)) : output;
}

describe.each(shapes)("a perceptron of leaky ReLU from its gates: %s", (_name, shape) => {
  const layout = layoutOf(mlpSpecs(shape));
  const noise = normals(keyFrom(5), layout.size);
  const flat = initialParameters(mlpSpecs(shape), keyFrom(4)).map((value, i) => value + 0.3 * noise[i]);

  it.each(["a tangent of its own at every particle", "the same tangent everywhere"])(
    "equals the layers run forwards in value, tangent and gradient, with %s",
    (kind) => {
      const own = kind.startsWith("a tangent");
      const z: Dual = {
        value: array("z", [shape.inputs, batch, n]) as tf.Tensor3D,
        tangent: array("tangent", [shape.inputs, directions, ...(own ? [batch, n] : [1, 1])]) as tf.Tensor4D,
      };
      const weights = [
        array("a", [shape.outputs, batch, n]),
        array("b", [shape.outputs, directions, batch, n]),
      ] as const;
      const results = [mlp, forwards].map((network) => {
        const { value, tangent } = network(unpack(layout, tf.tensor1d(flat)), shape, z);
        const gradient = tf.grad((x: tf.Tensor) => {
          const field = network(unpack(layout, x as tf.Tensor1D), shape, z);
          return tf.add(
            tf.sum(tf.mul(tf.square(field.value), weights[0])),
            tf.sum(tf.mul(tf.square(field.tangent), weights[1])),
          );
        })(tf.tensor1d(flat));
        return [value, tangent, gradient].map((x) => x.dataSync());
      });
      for (const [k, expected] of results[1].entries()) {
        const size = Math.max(...expected.map(Math.abs));
        expect(results[0][k].length).toBe(expected.length);
        for (const [i, value] of expected.entries())
          expect(Math.abs(results[0][k][i] - value)).toBeLessThan(1e-5 * size);
      }
    },
  );
});
