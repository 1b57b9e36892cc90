/** @file The learned JKO operator: a conditioned network gates slopes of the chemical potential. */

import * as tf from "@tensorflow/tfjs";
import { force, hessian, type ScalarField } from "../energies/derivatives.ts";
import type { CloudTensors } from "../energies/energy.ts";
import { conditioned, type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { activate } from "../networks/activations.ts";
import {
  addDuals,
  concatDuals,
  type Dual,
  restrictDual,
  scaleDual,
  sliceDual,
  solveDuals,
} from "../networks/dual.ts";
import { denseDual, denseSpecs, modulatedDense } from "../networks/layers.ts";
import type { ParameterSpecs, Parameters } from "../networks/parameters.ts";
import { chartOf } from "./chart.ts";
import { effectivePotential } from "./effectivePotential.ts";
import { type Conditions, type DensityEncoding, decoderLayers, encodeDensity } from "./encoding.ts";
import { polynomialSlope } from "./globalFit.ts";
import { localRegression } from "./localRegression.ts";

/** The operator's shape; everything else about it is learned. */
export interface Architecture {
  readonly dimension: number;
  /** How many numbers describe a point: two on a circle; the dimension where this is left out. */
  readonly chart?: number;
  /** Kernel widths `h`, in units of the cloud's RMS radius a coordinate. Below 0.2 the map folds in the tails. */
  readonly widths: readonly number[];
  /** Ridge `ε` of the local regression; 0.1 instead of 0.02 doubles the errors. */
  readonly ridge: number;
  /** Neurons of each hidden layer. */
  readonly hidden: number;
  /** Length of the code that describes the whole density. */
  readonly code: number;
  /** Spread of the chemical potential, in its unit, at which the learned part of the gates counts half; 0.03 where it is left out. */
  readonly trustedSpread?: number;
  /** Parameters of the flow of which the network is told the logarithm: those that vary in training; none without. */
  readonly conditions?: readonly string[];
}

/** Names, shapes and initial values of the parameters. The gate starts at `I/S`: training starts from a linearly implicit step. */
export function operatorParameters(architecture: Architecture): ParameterSpecs {
  const { dimension: d, chart: e = d, widths, hidden, code, conditions = [] } = architecture;
  const s = widths.length;
  const features = e + d + s * (2 * d + 1);
  const summary = code + 2 + conditions.length + e + (e * (e + 1)) / 2;
  return {
    ...denseSpecs("encoder.0", { inputs: e + 1, outputs: hidden }),
    ...denseSpecs("encoder.1", { inputs: hidden, outputs: hidden }),
    ...denseSpecs("encoder.2", { inputs: hidden, outputs: code }),
    ...denseSpecs("modulation.0", { inputs: summary, outputs: 2 * hidden }),
    ...denseSpecs("modulation.1", { inputs: 2 * hidden, outputs: 2 * decoderLayers * hidden, gain: 0.3 }),
    ...denseSpecs("blend", { inputs: 2 * hidden, outputs: s, gain: 0.01 }),
    ...denseSpecs("decoder.0", { inputs: features, outputs: hidden }),
    ...denseSpecs("decoder.1", { inputs: hidden, outputs: hidden }),
    ...denseSpecs("decoder.2", { inputs: hidden, outputs: hidden }),
    ...denseSpecs("gate", { inputs: hidden, outputs: s * d * d, gain: 0.01 }),
  };
}

/**
 * The field `w(x) = −(D/s) (I + τ𝓑∇²V)⁻¹ Σ_h G_h(x; ρ) β_h(x)`, along the coordinates that the mobility moves, whose push `T = id + τ 𝓑[w]` is the learned JKO step.
 *
 * `β_h` are slopes of `μ/D = log ρ + V/D` in the frame whitened by the context's mean and RMS radius `s` a
 * coordinate: that of a global fit, and on top of it that of a local regression of what the fit leaves. The `d × d`
 * gates `G_h` come from a network of local features, modulated by a permutation-invariant code of the context. At a
 * steady state `μ` is constant, every slope vanishes, and the step is the identity whatever the network says: the
 * operator is well balanced.
 *
 * @param inputs.context particles that describe the density. They are never the queries of the same objective:
 *   a network that sees the very points it moves learns to spread them, not to move their density.
 * @param inputs.queries where the field is wanted, `[B, Q, d]`.
 * @param inputs.tau one JKO step a density, `[B, 1]`; that of the flow where it is left out.
 * @param inputs.conditions the flow's parameters for each density, `[B, 1]` each, by the names in the architecture.
 */
export function operatorField(
  flow: GradientFlow,
  architecture: Architecture,
  inputs: {
    readonly parameters: Parameters;
    readonly context: CloudTensors;
    readonly queries: tf.Tensor3D;
    readonly tau?: tf.Tensor2D;
    readonly conditions?: Conditions;
  },
): Dual {
  const { parameters, queries } = inputs;
  const { trustedSpread } = architecture;
  const encoding = encodeDensity(flow, { ...inputs, trustedSpread });
  return encodedField(flow, architecture, { parameters, encoding, queries });
}

/** The field of {@link operatorField} for a density that is encoded already: what is done for every query. */
export function encodedField(
  flow: GradientFlow,
  architecture: Architecture,
  inputs: {
    readonly parameters: Parameters;
    readonly encoding: DensityEncoding;
    readonly queries: tf.Tensor3D;
  },
): Dual {
  const { parameters, encoding, queries } = inputs;
  const { dimension: d, widths } = architecture;
  const { radius, tau, unit, damping, modulation, blend, trust } = encoding;
  const { energy } = conditioned(flow, encoding.conditions);
  const potential = effectivePotential(energy, encoding.moments);
  const inverse = tf.div(1, radius) as tf.Tensor3D;
  const view = chartOf(flow).view(queries, encoding);
  const frame = view.points;
  const local = localRegression(frame.value, encoding, architecture);
  const byWidth = (dual: Dual) => view.overPositions(widthsAsComponents(dual, widths.length));
  const alongByWidth = (dual: Dual) => view.alongPositions(byWidth(dual));
  const pull = external(potential, queries, tf.div(tau, radius) as tf.Tensor3D);
  // From the step −τ∇V/s to ∇V/unit with respect to x̂.
  const perUnit = tf.div(tf.square(radius), tf.neg(tf.mul(unit, tau))) as tf.Tensor3D;
  const whole = addDuals(
    view.alongPositions(polynomialSlope(encoding.fit, frame)),
    scaleDual(scaleDual(pull, perUnit), encoding.fit.potential),
  );
  const slope = addDuals(alongByWidth(local.slope), concatDuals(widths.map(() => whole)));
  let hidden = concatDuals([frame, pull, slope, alongByWidth(local.shift), byWidth(local.level)]);
  for (let layer = 0; layer < decoderLayers; layer++) {
    const [scale, shift] = [2 * layer, 2 * layer + 1].map((i) =>
      tf.squeeze(tf.slice(modulation, [i, 0, 0, 0], [1, -1, -1, -1]), [0]),
    );
    hidden = activate("tanh", modulatedDense(parameters, `decoder.${layer}`, hidden, { scale, shift }));
  }
  const gate = scaleDual(denseDual(parameters, "gate", hidden), trust);
  const everywhere = gatedSlopes(
    { gate, blend, slope },
    { d, amplitude: tf.mul(tf.mul(inverse, unit), tf.neg(damping)) as tf.Tensor3D },
  );
  const field = restrictDual(everywhere, movedCoordinates(flow));
  return semiImplicit(flow, potential, { queries, field, tau });
}

/**
 * `(I + τ𝓑∇²V)⁻¹ w` among the coordinates that move: what the step of a linearly implicit scheme makes of the explicit one. The gates then have to learn
 * the effect of the rest alone, and stiff tails of the potential need no particles to be known. The JKO step itself
 * asks for `τ` so small that the matrix is positive.
 */
function semiImplicit(
  flow: GradientFlow,
  potential: ScalarField | undefined,
  at: { readonly queries: tf.Tensor3D; readonly field: Dual; readonly tau: tf.Tensor3D },
): Dual {
  const { queries, field, tau } = at;
  const { scale } = flow.mobility;
  if (potential === undefined || scale === undefined) return field;
  const { start, count } = movedCoordinates(flow);
  const step = tf.mul(tau, scale);
  const lower = hessian(potential, queries)
    .slice(start, start + count)
    .map((row, i) =>
      row.slice(start).map(({ value, tangent }, j) => ({
        value: tf.add(tf.mul(value, step), i === j ? 1 : 0) as tf.Tensor3D,
        tangent: tf.mul(tf.slice(tangent, [0, start, 0, 0], [-1, count, -1, -1]), step) as tf.Tensor4D,
      })),
    );
  return concatDuals(
    solveDuals(
      lower,
      lower.map((_, i) => sliceDual(field, i, 1)),
    ),
  );
}

/** `Σ_h (G_h + blend_h I) β_h`, scaled by `amplitude` (`[1, B, 1]`), with the product rule for its Jacobian. */
function gatedSlopes(
  inputs: { readonly gate: Dual; readonly blend: tf.Tensor; readonly slope: Dual },
  options: { readonly d: number; readonly amplitude: tf.Tensor3D },
): Dual {
  const { gate, blend, slope } = inputs;
  const { d, amplitude } = options;
  const [sd, batch, n] = slope.value.shape;
  const s = sd / d;
  // The gates [s·d·d, ..] as rows [d, s·d, ..] that multiply all slopes.
  const rows = (x: tf.Tensor, rest: readonly number[]) =>
    tf.reshape(
      tf.transpose(tf.reshape(x, [s, d, d, ...rest]), [1, 0, 2, ...rest.map((_, axis) => axis + 3)]),
      [d, sd, ...rest],
    );
  const identity = tf.reshape(tf.eye(d), [d, 1, d, 1, 1]);
  const base = tf.reshape(tf.mul(identity, tf.reshape(blend, [1, s, 1, batch, 1])), [d, sd, batch, 1]);
  const matrix = tf.add(rows(gate.value, [batch, n]), base);
  const value = tf.sum(tf.mul(matrix, tf.expandDims(slope.value, 0)), 1);
  const tangent = tf.sum(
    tf.add(
      tf.mul(tf.expandDims(matrix, 2), tf.expandDims(slope.tangent, 0)),
      tf.mul(rows(gate.tangent, [d, batch, n]), tf.reshape(slope.value, [1, sd, 1, batch, n])),
    ),
    1,
  );
  return {
    value: tf.mul(value, amplitude) as tf.Tensor3D,
    tangent: tf.mul(tangent, tf.expandDims(amplitude, 1)) as tf.Tensor4D,
  };
}

/** The force of the potential times a factor `[1, B, 1]`: with `τ/s` the step that it would make alone, in radii of the cloud. */
function external(potential: ScalarField | undefined, queries: tf.Tensor3D, factor: tf.Tensor3D): Dual {
  const [batch, n, d] = queries.shape;
  if (potential === undefined) return { value: tf.zeros([d, batch, n]), tangent: tf.zeros([d, d, batch, n]) };
  return scaleDual(force(potential, queries), factor);
}

/** From a batch of `S·B` to components of each width, `[S·F, B, Q]`. */
function widthsAsComponents(dual: Dual, widths: number): Dual {
  const [f, d, repeated, n] = dual.tangent.shape;
  const batch = repeated / widths;
  const value = tf.transpose(tf.reshape(dual.value, [f, widths, batch, n]), [1, 0, 2, 3]);
  const tangent = tf.transpose(tf.reshape(dual.tangent, [f, d, widths, batch, n]), [2, 0, 1, 3, 4]);
  return {
    value: tf.reshape(value, [widths * f, batch, n]),
    tangent: tf.reshape(tangent, [widths * f, d, batch, n]),
  };
}
