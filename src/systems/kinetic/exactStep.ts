/** @file Exact collision steps on the line: one JKO step of a conditional density at every position. */

import { check } from "../../check/check.ts";
import { quantileChain } from "../../jko/quantileChain.ts";
import { type GaussianMixture, gaussianMixture } from "../../measures/mixture.ts";

/**
 * Velocities after the exact JKO step of the collisions `ε ∂_v(v f + T ∂_v f)` from a mixture of Gaussians on phase space, one position and
 * one velocity.
 *
 * The step moves velocities alone, and neither its cost nor the energy couples positions: with `f(x, v) = ρ(x) g_x(v)` it is, at each
 * `x`, a JKO step of `∫½v² g + T∫g log g` from `g_x` with the time step `ετ`. The conditional `g_x` is a mixture again, and on the line
 * steps are solved by quantiles.
 *
 * @param points `(x, v)` pairs, row-major; each costs one solution on the line.
 * @returns the new velocities, `[n]`.
 */
export function exactCollisionStep(
  mixture: GaussianMixture,
  points: ArrayLike<number>,
  options: { readonly strength: number; readonly temperature: number; readonly tau: number },
): Float64Array {
  const { strength, temperature, tau } = options;
  check(
    mixture.dimension === 2,
    () => `exactCollisionStep: the mixture must be of (x, v) pairs, got dimension ${mixture.dimension}`,
  );
  const potential = { value: (v: number) => 0.5 * v * v, gradient: (v: number) => v, hessian: () => 1 };
  return Float64Array.from({ length: points.length / 2 }, (_, i) => {
    const chain = quantileChain({
      measure: velocitiesAt(mixture, points[2 * i]),
      energy: { diffusion: temperature, potential },
      tau: strength * tau,
      steps: 1,
      intervals: 512,
    });
    return chain.at(Float64Array.of(points[2 * i + 1]), 1).positions[0];
  });
}

/** The density of velocities at the position `x`. */
export function velocitiesAt(mixture: GaussianMixture, x: number): GaussianMixture {
  const parts = mixture.covariances.map(([[xx, xv], [, vv]], k) => {
    const [mx, mv] = mixture.means[k];
    return {
      log: Math.log(mixture.weights[k]) - 0.5 * ((x - mx) ** 2 / xx + Math.log(2 * Math.PI * xx)),
      mean: mv + (xv / xx) * (x - mx),
      deviation: Math.sqrt(vv - xv ** 2 / xx),
    };
  });
  const top = Math.max(...parts.map(({ log }) => log));
  const heights = parts.map(({ log }) => Math.exp(log - top));
  const total = heights.reduce((sum, h) => sum + h, 0);
  // What weighs nothing beside the rest costs the solver nodes all the same.
  const kept = parts
    .map((part, k) => ({ ...part, weight: heights[k] / total }))
    .filter(({ weight }) => weight > 1e-12);
  const sum = kept.reduce((all, { weight }) => all + weight, 0);
  return gaussianMixture({
    weights: kept.map(({ weight }) => weight / sum),
    means: kept.map(({ mean }) => [mean]),
    deviations: kept.map(({ deviation }) => deviation),
  });
}
