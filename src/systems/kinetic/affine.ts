/** @file The best affine fields of a collision step, in closed form: what every trained field is measured against. */

import { check } from "../../check/check.ts";
import { moveCloud, type Velocity } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import { symmetricFunction } from "../../linalg/eigen.ts";
import { inverse } from "../../linalg/lu.ts";
import { add, identity, type Matrix, matmul, scale, symmetrize, type Vector } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { GaussianParameters } from "../../measures/gaussian.ts";
import { moments } from "../../metrics/statistics.ts";
import { type CollisionConstants, collisionConstants } from "./constants.ts";

/** `u(z) = offset + matrix (z − center)`, the velocity `u = εw` of the velocities. */
export interface AffineField {
  /** `B`, as many rows as there are velocities, as many columns as phase space has coordinates. */
  readonly matrix: Matrix;
  readonly center: Vector;
  readonly offset: Vector;
}

/**
 * The minimiser of the objective of a step over affine fields, from the mean `m` and the covariance `S` of the pushed particles, whatever
 * else they are. With `κ = ετ/(1 + ετ)`, `E_v = [0 I]` and the block `P = [S⁻¹]_vv` it is `u = B(z − m) − (κ/τ) m_v`,
 *
 *     B = (κ/τ) (T M⁻¹ E_v S⁻¹ − E_v),      M = I for the linear log-determinant,
 *     M = I + τB_v for the exact one:       M = ½(1 − κ) I + √(¼(1 − κ)² I + κT P), symmetric.
 *
 * The determinant of the exact step is positive at any `τ`.
 */
export function affineMinimiser(
  { mean, covariance }: GaussianParameters,
  options: CollisionConstants & { readonly tau: number; readonly logDeterminant: "exact" | "linear" },
): AffineField {
  const { strength, temperature, velocities, tau, logDeterminant } = options;
  check(tau > 0 && tau < Infinity, () => `affineMinimiser: tau must be positive, got ${tau}`);
  const rate = strength / (1 + strength * tau);
  const kappa = rate * tau;
  const { rows, block } = precision(covariance, options);
  const inverseGrowth =
    logDeterminant === "linear"
      ? identity(velocities.count)
      : symmetricFunction(
          block,
          (p) => 2 / (1 - kappa + Math.sqrt((1 - kappa) ** 2 + 4 * kappa * temperature * p)),
        );
  const pressure = scale(matmul(inverseGrowth, rows), temperature);
  return {
    matrix: scale(add(pressure, selection(mean.length, options), -1), rate),
    center: mean,
    offset: velocityPart(mean, options).map((v) => -rate * v),
  };
}

/** `u = −ε(v + T s)` with the affine field `s` that minimises `E(|s|² + 2∇_v·s)`: score matching, with `s = −E_v S⁻¹(z − m)`. */
export function affineScoreField(
  { mean, covariance }: GaussianParameters,
  constants: CollisionConstants,
): AffineField {
  const { strength, temperature } = constants;
  const { rows } = precision(covariance, constants);
  return {
    matrix: scale(add(scale(rows, temperature), selection(mean.length, constants), -1), strength),
    center: mean,
    offset: velocityPart(mean, constants).map((v) => -strength * v),
  };
}

/** Each step by {@link affineMinimiser}, from the moments of the particles. Its certificate is on the particles that it was made from. */
export function affineJkoSolver(): Solver<null> {
  return affineSolver("closed-form affine JKO", affineMinimiser);
}

/** Each step by {@link affineScoreField}, from the moments of the particles. */
export function affineScoreSolver(): Solver<null> {
  return affineSolver("closed-form affine score matching", affineScoreField);
}

function affineSolver(
  name: string,
  fieldOf: (
    state: GaussianParameters,
    options: CollisionConstants & { readonly tau: number; readonly logDeterminant: "exact" | "linear" },
  ) => AffineField,
): Solver<null> {
  return {
    name,
    async init(flow) {
      collisionConstants(name, flow);
      return null;
    },
    async step(flow, cloud, state) {
      const constants = collisionConstants(name, flow);
      const { tau, logDeterminant = "exact" } = flow;
      const field = fieldOf(moments(cloud.positions, cloud.dimension), { ...constants, tau, logDeterminant });
      const velocity = affineFieldVelocity(field, cloud, constants);
      return { ...moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 }), state };
    },
  };
}

/** The field at the particles of a cloud, with its Jacobian in the velocities. */
export function affineFieldVelocity(
  field: AffineField,
  cloud: Cloud,
  { strength, velocities }: CollisionConstants,
): Velocity {
  const { dimension, count, positions } = cloud;
  const { start, count: d } = velocities;
  const value = new Float64Array(count * d);
  const jacobian = new Float64Array(count * d * d);
  const action = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let f = 0; f < d; f++) {
      const row = field.matrix[f];
      let u = field.offset[f];
      for (let a = 0; a < dimension; a++) u += row[a] * (positions[i * dimension + a] - field.center[a]);
      value[i * d + f] = u;
      action[i] += (u * u) / strength;
      for (let k = 0; k < d; k++) jacobian[(i * d + k) * d + f] = row[start + k];
    }
  }
  return { value, jacobian, action };
}

/** `E_v S⁻¹` and its block of velocities. */
function precision(covariance: Matrix, { velocities }: CollisionConstants) {
  const { start, count } = velocities;
  const rows = symmetrize(inverse(covariance)).slice(start, start + count);
  return { rows, block: rows.map((row) => row.slice(start, start + count)) };
}

/** `E_v`. */
function selection(dimension: number, { velocities }: CollisionConstants): number[][] {
  return identity(dimension).slice(velocities.start, velocities.start + velocities.count);
}

function velocityPart(mean: Vector, { velocities }: CollisionConstants): number[] {
  return mean.slice(velocities.start, velocities.start + velocities.count);
}
