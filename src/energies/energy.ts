/** @file The contract of an energy: what a gradient flow goes downhill in. */

import type * as tf from "@tensorflow/tfjs";
import type { PotentialFunction } from "../domains/potentialFunction.ts";
import type { Cloud } from "../measures/cloud.ts";

/** A batch of clouds inside a traced function: `positions` is `[B, n, d]`, `logDensity` is `[B, n]`. */
export type CloudTensors = {
  readonly positions: tf.Tensor3D;
  readonly logDensity: tf.Tensor2D;
};

/**
 * An energy `E(ρ)` of a density, evaluated on particles that carry their log-density.
 *
 * Each quantity exists twice: on tensors, where TensorFlow.js differentiates it and the engine compiles it, and
 * in Float64 without a tensor library, so that diagnostics do not depend on what they diagnose. A test holds
 * the two together.
 */
export interface Energy {
  readonly name: string;
  /** The coefficient `D ≥ 0` of the entropy `D ∫ρ log ρ`; it is also the unit of the chemical potential. */
  readonly diffusion: number;
  /** The potential `V` of the term `∫Vρ`; undefined where there is none. */
  readonly potential: Potential | undefined;
  /** What each particle contributes: `E(ρ) = mean_i e_i`. `[n]`. */
  integrand(cloud: Cloud): Float64Array;
  /** The same on tensors, `[B, n]`. */
  integrandTensor(cloud: CloudTensors): tf.Tensor2D;
  /** `δE/δρ` at the particles up to an additive constant, `[B, n]`. */
  chemicalPotential(cloud: CloudTensors): tf.Tensor2D;
}

/** A potential `V: R^d → R`, in Float64 and on tensors. */
export interface Potential extends PotentialFunction {
  /** The factory and its arguments as plain data: a checkpoint records it and refuses another potential. */
  readonly spec: PotentialSpec;
  /** `V` at each point, `[..., d] → [...]`. Its derivatives are taken by TensorFlow.js. */
  tensor(positions: tf.Tensor): tf.Tensor;
}

export interface PotentialSpec {
  readonly kind: string;
  readonly [parameter: string]: unknown;
}

/** `E(ρ)`, the mean of the integrand over the particles. */
export function evaluateEnergy(energy: Energy, cloud: Cloud): number {
  return energy.integrand(cloud).reduce((sum, value) => sum + value, 0) / cloud.count;
}
