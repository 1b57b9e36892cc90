/** @file The contract of an interaction `½∬W(x−y)ρρ`: what energies, solvers and the operator ask of a kernel. */

import type * as tf from "@tensorflow/tfjs";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { TermSpec } from "./energy.ts";

/** An interaction by a kernel `W` of the distance alone. Whether `W*ρ` counts a particle itself is said by each kernel. */
export interface Interaction {
  readonly spec: TermSpec;
  /** `κ` with `∇²W ≥ κ` everywhere, in units of 1/time; undefined where there is none. */
  readonly convexity?: number;
  /** `W` as a function of `|z|² > 0`. */
  value(squared: number): number;
  /** `W'(r)/r` as a function of `r² > 0`: `∇W(z) = slope(|z|²) z`. */
  slope(squared: number): number;
  /** The even profile `W` on the line; undefined where it is singular at 0. */
  readonly profile: ScalarFunction | undefined;
  /** `(W*ρ)(x_i)` at the particles of a cloud, `[n]`. */
  field(cloud: Cloud): Float64Array;
  /** The same at the particles of each cloud, `[B, n, d] → [B, n]`. */
  fieldTensor(positions: tf.Tensor3D): tf.Tensor2D;
  /** The part of `W*ρ` that is known at any point; undefined where there is none. */
  readonly smooth: SmoothField | undefined;
  /**
   * About how large `W*ρ` is, in units of energy, `[B, 1]`: the operator measures chemical potentials by it.
   *
   * @param squaredRadius the squares of the RMS radii a coordinate, `[B, 1]`.
   */
  scale(squaredRadius: tf.Tensor2D, dimension: number): tf.Tensor2D;
}

/** A field that is known in closed form at any point, exact and smooth, from a few moments of the density. */
export interface SmoothField {
  /** Whether it is all of `W*ρ`. */
  readonly isWhole: boolean;
  /** The moments of clouds `[B, n, d]`. */
  moments(positions: tf.Tensor3D): FieldMoments;
  /** What it contributes to `W*ρ` at points `[B, m, d]`, `[B, m]`. */
  field(moments: FieldMoments, points: tf.Tensor): tf.Tensor;
}

/** Moments of each cloud of a batch, by names that belong to the kernel. */
export type FieldMoments = { readonly [name: string]: tf.Tensor };
