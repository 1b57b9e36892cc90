/** @file The contract of an energy: what a gradient flow goes downhill in. */

import type * as tf from "@tensorflow/tfjs";
import type { PotentialFunction } from "../domains/potentialFunction.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { Interaction } from "./interaction.ts";
import type { InternalEnergy } from "./internalEnergy.ts";

/** A batch of clouds inside a traced function: `positions` is `[B, n, d]`, `logDensity` is `[B, n]`. */
export type CloudTensors = {
  readonly positions: tf.Tensor3D;
  readonly logDensity: tf.Tensor2D;
};

/**
 * An energy `E(ρ) = ∫U(ρ) + ∫Vρ + ½∬W(x−y)ρρ` of a density, evaluated on particles that carry their log-density.
 *
 * Each quantity exists twice: on tensors, where TensorFlow.js differentiates it and the engine compiles it, and
 * in Float64 without a tensor library, so that diagnostics do not depend on what they diagnose. A test holds
 * the two together.
 *
 * @see McCann (1997), A convexity principle for interacting gases, doi:10.1006/aima.1997.1634.
 */
export interface Energy {
  readonly name: string;
  /** `U`; undefined where there is none. */
  readonly internal: InternalEnergy | undefined;
  /** `V`; undefined where there is none. */
  readonly potential: Potential | undefined;
  /** `W`; undefined where there is none. */
  readonly interaction: Interaction | undefined;
  /** What each particle contributes: `E(ρ) = mean_i e_i`, and `sd(e)/√n` is the standard error of that mean. `[n]`. */
  integrand(cloud: Cloud): Float64Array;
  /** The same on tensors, `[B, n]`. */
  integrandTensor(cloud: CloudTensors): tf.Tensor2D;
  /** `δE/δρ` at the particles up to an additive constant, `[B, n]`. */
  chemicalPotential(cloud: CloudTensors): tf.Tensor2D;
}

/** A potential `V: R^d → R`, in Float64 and on tensors. */
export interface Potential extends PotentialFunction {
  /** The factory and its arguments as plain data: a checkpoint records it and refuses another potential. */
  readonly spec: TermSpec;
  /** `λ` with `∇²V ≥ λ` everywhere, in units of 1/time; undefined where none is known. Error bars rest on it. */
  readonly convexity?: number;
  /** `V` at each point, `[..., d] → [...]`. Its derivatives are taken by TensorFlow.js. */
  tensor(positions: tf.Tensor): tf.Tensor;
}

/** A term of an energy as plain data. */
export interface TermSpec {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** `E(ρ)`, the mean of the integrand over the particles. */
export function evaluateEnergy(energy: Energy, cloud: Cloud): number {
  return energy.integrand(cloud).reduce((sum, value) => sum + value, 0) / cloud.count;
}
