/** @file Quartic repulsion–attraction: the velocity closes on moments, so flow and JKO steps of particles are exact. */

import { check } from "../../check/check.ts";
import { symmetricEigen } from "../../linalg/eigen.ts";
import { transpose } from "../../linalg/matrix.ts";
import { increasingRoot } from "../../linalg/root.ts";
import { rotate } from "../../measures/rotatedProduct.ts";

/** What the velocity of a density needs to know of it. */
export interface QuarticMoments {
  /** `m = E[x]`, which no step moves. */
  readonly mean: readonly number[];
  /** `M = E[(x−m)(x−m)ᵀ]`. */
  readonly covariance: readonly (readonly number[])[];
  /** `q = E[(x−m)|x−m|²]`. */
  readonly third: readonly number[];
}

/** `R = √(d/(2(d+1)))`: all mass of a steady state lies on this sphere about the mean. */
export function quarticRadius(dimension: number): number {
  return Math.sqrt(dimension / (2 * (dimension + 1)));
}

/** Moments of row-major points. */
export function quarticMoments(points: Float64Array, dimension: number): QuarticMoments {
  const d = dimension;
  const n = points.length / d;
  const axes = Array.from({ length: d }, (_, a) => a);
  const mean = new Array<number>(d).fill(0);
  points.forEach((x, i) => {
    mean[i % d] += x / n;
  });
  const covariance = axes.map(() => new Array<number>(d).fill(0));
  const third = new Array<number>(d).fill(0);
  const z = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (const a of axes) {
      z[a] = points[i * d + a] - mean[a];
      square += z[a] * z[a];
    }
    for (const a of axes) {
      third[a] += (z[a] * square) / n;
      for (const b of axes) covariance[a][b] += (z[a] * z[b]) / n;
    }
  }
  return { mean, covariance, third };
}

/**
 * The JKO step of `E(ρ) = ½∬(|x−y|⁴/4 − |x−y|²/2)ρρ` for the particles of an empirical measure. Each goes to the root of
 *
 *     y + τ[(|y|² + tr M − 1) y + 2My − q] = x
 *
 * about the mean, with the moments `M, q` of where they all arrive: a fixed point, found by iteration.
 *
 * @param points row-major.
 * @param tau `0 < τ < 1`; from there on the step may not be unique.
 * @returns the moved points and their moments, with which {@link quarticMove} takes any other point along.
 */
export function quarticStep(
  points: Float64Array,
  dimension: number,
  tau: number,
): { readonly points: Float64Array; readonly moments: QuarticMoments } {
  check(tau > 0 && tau < 1, () => `quarticStep: tau must lie between 0 and 1, got ${tau}`);
  let moments = quarticMoments(points, dimension);
  for (let iteration = 0; iteration < 500; iteration++) {
    const moved = quarticMove(points, moments, tau);
    const next = quarticMoments(moved, dimension);
    const change = difference(moments, next);
    moments = { ...next, mean: moments.mean };
    if (change < 1e-14) return { points: moved, moments };
  }
  throw new Error(`quarticStep: the fixed point for the moments was not reached at tau ${tau}`);
}

/** Where the JKO step into a density with these moments takes points. */
export function quarticMove(points: Float64Array, moments: QuarticMoments, tau: number): Float64Array {
  const { mean, covariance, third } = moments;
  const d = mean.length;
  const { values, vectors } = symmetricEigen(covariance.map((row) => [...row]));
  const trace = values.reduce((sum, value) => sum + value, 0);
  // Along the axes of M: y_a (k_a + τ|y|²) = g_a.
  const k = Array.from(values, (value) => 1 + tau * (trace - 1 + 2 * value));
  const toAxes = transpose(vectors);
  const shifted = points.map((x, i) => x - mean[i % d] + tau * third[i % d]);
  const g = rotate(shifted, toAxes);
  const y = new Float64Array(g.length);
  for (let i = 0; i < g.length; i += d) {
    const squareAt = (r: number) => {
      let [sum, slope] = [0, 0];
      for (let a = 0; a < d; a++) {
        const stiffness = k[a] + tau * r;
        const term = (g[i + a] / stiffness) ** 2;
        sum += term;
        slope -= (2 * tau * term) / stiffness;
      }
      return [r - sum, 1 - slope] as const;
    };
    const high = -squareAt(0)[0];
    const r = high === 0 ? 0 : increasingRoot((value) => [...squareAt(value)], [0, high]);
    for (let a = 0; a < d; a++) y[i + a] = g[i + a] / (k[a] + tau * r);
  }
  return rotate(y, vectors).map((value, i) => value + mean[i % d]);
}

/** The equation itself, from the velocities of {@link quarticVelocity}, by the classical Runge–Kutta method. */
export function quarticFlow(
  points: Float64Array,
  dimension: number,
  options: { readonly time: number; readonly steps: number },
): Float64Array {
  const h = options.time / options.steps;
  let x = points;
  for (let k = 0; k < options.steps; k++) {
    const at = (slope: Float64Array, step: number) => x.map((value, i) => value + step * slope[i]);
    const k1 = quarticVelocity(x, dimension);
    const k2 = quarticVelocity(at(k1, h / 2), dimension);
    const k3 = quarticVelocity(at(k2, h / 2), dimension);
    const k4 = quarticVelocity(at(k3, h), dimension);
    x = x.map((value, i) => value + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  }
  return x;
}

/** `v(x) = −(|z|² + tr M − 1)z − 2Mz + q`, `z = x − m`, at the particles themselves. */
export function quarticVelocity(points: Float64Array, dimension: number): Float64Array {
  const d = dimension;
  const { mean, covariance, third } = quarticMoments(points, d);
  const trace = covariance.reduce((sum, row, a) => sum + row[a], 0);
  const result = new Float64Array(points.length);
  for (let i = 0; i < points.length; i += d) {
    let square = 0;
    for (let a = 0; a < d; a++) square += (points[i + a] - mean[a]) ** 2;
    for (let a = 0; a < d; a++) {
      let pull = (square + trace - 1) * (points[i + a] - mean[a]) - third[a];
      for (let b = 0; b < d; b++) pull += 2 * covariance[a][b] * (points[i + b] - mean[b]);
      result[i + a] = -pull;
    }
  }
  return result;
}

function difference(a: QuarticMoments, b: QuarticMoments): number {
  const entries = ({ covariance, third }: QuarticMoments) => [...covariance.flat(), ...third];
  const others = entries(b);
  return Math.max(...entries(a).map((value, i) => Math.abs(value - others[i])));
}
