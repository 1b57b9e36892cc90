/** @file A displacement that is the gradient of a learned potential, as that of every exact step is. */

import * as tf from "@tensorflow/tfjs";
import { addDuals, type Dual, multiplyDuals, scaleDual } from "../../src/networks/dual.ts";
import { dense, denseDual, denseSpecs, modulatedLayer } from "../../src/networks/layers.ts";
import type { Parameters } from "../../src/networks/parameters.ts";
import type { OperatorForm } from "../../src/operator/form.ts";
import { type GlobalFit, polynomialSlope } from "../../src/operator/globalFit.ts";
import {
  codeParameters,
  decoderParameters,
  meanPooling,
  modulatedLayers,
} from "../../src/operator/network.ts";
import { surroundings } from "../../src/operator/slopes.ts";
import { type PlainEncoding, plainEncoding } from "./plainEncoding.ts";

/** With the part of the potential that the code determines alone. */
type PotentialEncoding = PlainEncoding & { readonly whole: GlobalFit };

/**
 * `T(x) = x + s ∇φ(x̂)` with `φ = N(x̂; ρ) + b·x̂ + ½ x̂ᵀHx̂ − γτV/s²`, where `N` has the layers of the default form and `b`, `H`, `γ` come from
 * the code. The gradient is written out layer by layer in duals: its Jacobian, the Hessian, is exact and symmetric. It is not well balanced.
 */
export const potentialGradient: OperatorForm<PotentialEncoding> = {
  name: "gradient of a potential",
  parameters: (architecture) => {
    const { dimension: d, hidden } = architecture;
    return {
      ...codeParameters(architecture, meanPooling),
      ...denseSpecs("whole", { inputs: 2 * hidden, outputs: d + d * d + 1, gain: 0.01 }),
      ...decoderParameters({ inputs: d, hidden }),
      output: { shape: [hidden, 1, 1], initial: 0.01 },
    };
  },
  encode(flow, architecture, inputs) {
    const { encoding, code } = plainEncoding(flow, architecture, inputs);
    return { ...encoding, whole: wholeOf(dense(inputs.parameters, "whole", code), architecture.dimension) };
  },
  field(flow, _architecture, { parameters, encoding, queries }) {
    const { view, pull } = surroundings(flow, encoding, queries);
    const { whole, modulation, radius, tau } = encoding;
    const smooth = addDuals(polynomialSlope(whole, view.points), scaleDual(pull, whole.potential));
    const inRadii = addDuals(smooth, networkGradient(parameters, view.points, modulation));
    return scaleDual(inRadii, tf.div(radius, tau));
  },
};

/** `b`, `H` and `γ` from as many rows as there are numbers, `[d + d² + 1, B]`. */
function wholeOf(rows: tf.Tensor, d: number): GlobalFit {
  const column = tf.expandDims(rows, 2);
  const cut = (start: number, count: number) => tf.slice(column, [start, 0, 0], [count, -1, -1]);
  const matrix = tf.reshape(cut(d, d * d), [d, d, -1, 1]);
  return {
    linear: cut(0, d) as tf.Tensor3D,
    quadratic: tf.mul(0.5, tf.add(matrix, tf.transpose(matrix, [1, 0, 2, 3]))) as tf.Tensor4D,
    potential: cut(d + d * d, 1) as tf.Tensor3D,
  };
}

/** `∇N` of `N = c·tanh(z_3)`, `z_l = (W_lᵀ tanh(z_{l−1}) + b_l)(1 + scale_l) + shift_l`, from the last layer back to the first. */
function networkGradient(parameters: Parameters, points: Dual, modulation: tf.Tensor4D): Dual {
  const layers = modulatedLayers(modulation);
  const hidden: Dual[] = [];
  for (const { name, scale, shift } of layers) {
    const before = hidden.at(-1) ?? points;
    hidden.push(modulatedLayer(parameters, { name, activation: "tanh" }, before, { scale, shift }));
  }
  return layers.reduceRight<Dual | undefined>((gradient, { name, scale }, layer) => {
    const slope = tanhSlope(hidden[layer]);
    const through =
      gradient === undefined ? scaleDual(slope, parameters["output"]) : multiplyDuals(slope, gradient);
    const transposed = { [`${name}.weight`]: tf.transpose(parameters[`${name}.weight`]) };
    return denseDual(transposed, name, scaleDual(through, tf.add(1, scale)));
  }, undefined) as Dual;
}

/** `1 − h²` of a hidden layer `h = tanh(z)`, with its tangent. */
function tanhSlope(h: Dual): Dual {
  const squares = multiplyDuals(h, h);
  return { value: tf.sub(1, squares.value), tangent: tf.neg(squares.tangent) };
}
