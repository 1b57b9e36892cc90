/** @file Covariances by which fluctuations are integrated out: from none at time zero to all of them at the end. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../../check/check.ts";
import type { Vector } from "../../linalg/matrix.ts";

/**
 * A family of covariances `C_t ↑ C_∞` with `C_0 = 0`, diagonal in modes that do not depend on the time, and `R_t = C_∞ − C_t`. Each function
 * gives one number a mode. A mode without an end, `C_∞ = ∞`, has the precision `R_t⁻¹ = 0` and keeps all of itself.
 */
export interface CovarianceSchedule {
  readonly name: string;
  /** Number of modes. */
  readonly dimension: number;
  /** The time at which everything is integrated out, `R_t = 0`; infinite for most. */
  readonly end: number;
  /** `C_t`. */
  covariance(time: number): Vector;
  /** `Ċ_t`. */
  rate(time: number): Vector;
  /** `R_t⁻¹`. */
  precision(time: number): Vector;
  /** `R_t R_0⁻¹`: what is left of a mode's amplitude, in the mean. */
  decay(time: number): Vector;
  /** `Ċ_t` and `R_t⁻¹` at one time for each cloud, `[B, 1]`, inside a traced function; `[B, d]`. */
  rateTensor(time: tf.Tensor2D): tf.Tensor2D;
  precisionTensor(time: tf.Tensor2D): tf.Tensor2D;
}

/**
 * The heat kernel, `C_t = A⁻¹(1 − e^{−tA})`: `Ċ_t = e^{−tA}`, `R_t = A⁻¹ e^{−tA}`, and a drift `−Aφ` that does not depend on the time. At an
 * eigenvalue of zero `C_t = t`, which is the heat flow; at an eigenvalue of one `C_t = 1 − e^{−t}`.
 *
 * @param eigenvalues of `A ≥ 0`, in units of 1/time.
 */
export function heatKernelSchedule(eigenvalues: Vector): CovarianceSchedule {
  checkEigenvalues("heatKernelSchedule", eigenvalues);
  const row = rowOf(eigenvalues);
  return {
    name: "heat kernel",
    dimension: eigenvalues.length,
    end: Infinity,
    covariance: (t) => eigenvalues.map((a) => (a === 0 ? t : -Math.expm1(-t * a) / a)),
    rate: (t) => eigenvalues.map((a) => Math.exp(-t * a)),
    precision: (t) => eigenvalues.map((a) => a * Math.exp(t * a)),
    decay: (t) => eigenvalues.map((a) => Math.exp(-t * a)),
    rateTensor: (t) => tf.exp(tf.neg(tf.mul(t, row()))) as tf.Tensor2D,
    precisionTensor: (t) => tf.mul(row(), tf.exp(tf.mul(t, row()))) as tf.Tensor2D,
  };
}

/**
 * Pauli and Villars' regularisation, `C_t = (A + 1/t)⁻¹`: `Ċ_t = (1 + tA)⁻²` and `R_t = A⁻¹(1 + tA)⁻¹`, whose modes decay like powers.
 *
 * @param eigenvalues of `A ≥ 0`, in units of 1/time.
 */
export function pauliVillarsSchedule(eigenvalues: Vector): CovarianceSchedule {
  checkEigenvalues("pauliVillarsSchedule", eigenvalues);
  const row = rowOf(eigenvalues);
  return {
    name: "Pauli–Villars",
    dimension: eigenvalues.length,
    end: Infinity,
    covariance: (t) => eigenvalues.map((a) => t / (1 + t * a)),
    rate: (t) => eigenvalues.map((a) => (1 + t * a) ** -2),
    precision: (t) => eigenvalues.map((a) => a * (1 + t * a)),
    decay: (t) => eigenvalues.map((a) => 1 / (1 + t * a)),
    rateTensor: (t) => tf.pow(tf.add(1, tf.mul(t, row())), -2) as tf.Tensor2D,
    precisionTensor: (t) => tf.mul(row(), tf.add(1, tf.mul(t, row()))) as tf.Tensor2D,
  };
}

/**
 * A straight line, `C_t = t` up to the end `C_∞`, `Ċ_t = 1`, `R_t = C_∞ − t`: the time is the variance that has been integrated out, and what is
 * left is pinned like a Brownian bridge.
 *
 * @param ends `C_∞ > 0` of every mode; the flow ends with the first of them.
 */
export function linearSchedule(ends: Vector): CovarianceSchedule {
  check(
    ends.length > 0 && ends.every((end) => end > 0 && end < Infinity),
    () => `linearSchedule: ends must be positive, got [${ends}]`,
  );
  const row = rowOf(ends);
  return {
    name: "straight line",
    dimension: ends.length,
    end: Math.min(...ends),
    covariance: (t) => ends.map(() => t),
    rate: () => ends.map(() => 1),
    precision: (t) => ends.map((end) => 1 / (end - t)),
    decay: (t) => ends.map((end) => 1 - t / end),
    rateTensor: (t) => tf.add(tf.zerosLike(t), tf.onesLike(row())) as tf.Tensor2D,
    precisionTensor: (t) => tf.div(1, tf.sub(row(), t)) as tf.Tensor2D,
  };
}

function checkEigenvalues(where: string, eigenvalues: Vector): void {
  check(
    eigenvalues.length > 0 && eigenvalues.every((a) => a >= 0 && a < Infinity),
    () => `${where}: eigenvalues must not be negative, got [${eigenvalues}]`,
  );
}

function rowOf(values: Vector): () => tf.Tensor2D {
  return () => tf.tensor2d([...values], [1, values.length]);
}
