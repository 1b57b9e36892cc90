/** @file A multilayer perceptron on features of points, with its exact Jacobian. */

import type * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type Activation, activate, activationNames } from "./activations.ts";
import { addDuals, type Dual } from "./dual.ts";
import { denseDual, denseSpecs } from "./layers.ts";
import type { ParameterSpecs, Parameters } from "./parameters.ts";
import { piecewiseAffine } from "./piecewiseAffine.ts";

/** Layers from features to components of a field. Without hidden layers it is an affine field. */
export interface MlpShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Neurons of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Whether `A z` is added to the output, so that affine fields need no neuron. */
  readonly skip: boolean;
  /** Whether each hidden layer after the first adds to its input instead of replacing it; all must then be equally wide. */
  readonly residual: boolean;
}

/** Parameters of the perceptron. The output layer and the skip start at zero: so does the field. */
export function mlpSpecs(shape: MlpShape): ParameterSpecs {
  const { inputs, outputs, hidden, activation, skip, residual } = shape;
  check(
    hidden.every((width) => Number.isInteger(width) && width > 0),
    () => `mlp: hidden must list positive integers, got [${hidden}]`,
  );
  check(
    activationNames.includes(activation),
    () => `mlp: activation must be one of ${activationNames.join(", ")}, got "${activation}"`,
  );
  check(
    !residual || hidden.every((width) => width === hidden[0]),
    () => `mlp: hidden layers of a residual network must be equally wide, got [${hidden}]`,
  );
  const widths = [inputs, ...hidden];
  const layers = hidden.map((width, layer) => ({
    ...denseSpecs(`hidden.${layer}`, { inputs: widths[layer], outputs: width }),
    [`hidden.${layer}.bias`]: { shape: [width], initial: layer === 0 ? 1 : 0 },
  }));
  return Object.assign(
    {},
    ...layers,
    denseSpecs("output", { inputs: widths[hidden.length], outputs, gain: 0 }),
    skip && hidden.length > 0 ? { "skip.weight": { shape: [inputs, outputs], initial: 0 } } : {},
  );
}

/**
 * The field at features `z`, a dual of `inputs` components. Tangents that are the same at every particle, `[F, d, 1, 1]`, stay so
 * through the first layer; those of an affine field do to the end.
 */
export function mlp(parameters: Parameters, shape: MlpShape, z: Dual): Dual {
  const { hidden, activation, skip, residual } = shape;
  if (activation === "leakyRelu" && hidden.length > 0) return piecewiseAffine(parameters, shape, z);
  const last = hidden.reduce<Dual>((x, _, layer) => {
    const next = activate(activation, denseDual(parameters, `hidden.${layer}`, x));
    return residual && layer > 0 ? addDuals(x, next) : next;
  }, z);
  const output = denseDual(parameters, "output", last);
  if (!skip || hidden.length === 0) return output;
  const weight = parameters["skip.weight"] as tf.Tensor2D;
  return addDuals(output, denseDual({ "skip.weight": weight }, "skip", z));
}
