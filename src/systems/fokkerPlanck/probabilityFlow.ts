/** @file The deterministic particles of the Fokker–Planck equation, moved by the exact score. */

import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import type { Measure } from "../../measures/measure.ts";

/**
 * Carries points along `ẋ = −∇V(x) − D∇log ρ_t(x)`, whose flow pushes `ρ_s` to `ρ_t`, by classical Runge–Kutta
 * steps (order 4).
 *
 * @param solution the exact solution `ρ_t` at any time, with its score.
 * @param span.steps Runge–Kutta steps between `from` and `to`.
 */
export function probabilityFlow(
  system: { readonly potential: PotentialFunction; readonly diffusion: number },
  solution: (time: number) => Measure,
  points: Float64Array,
  span: { readonly from: number; readonly to: number; readonly steps: number },
): Float64Array {
  const { potential, diffusion } = system;
  const h = (span.to - span.from) / span.steps;
  const velocity = (x: Float64Array, rho: Measure) => {
    const d = rho.dimension;
    const score = rho.score(x);
    const v = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += d) {
      const gradient = potential.gradient(x.subarray(i, i + d));
      for (let a = 0; a < d; a++) v[i + a] = -gradient[a] - diffusion * score[i + a];
    }
    return v;
  };
  const along = (x: Float64Array, v: Float64Array, s: number) => x.map((xi, i) => xi + s * v[i]);
  let x = points;
  let end = solution(span.from);
  for (let k = 0; k < span.steps; k++) {
    const start = end;
    const middle = solution(span.from + (k + 0.5) * h);
    end = solution(span.from + (k + 1) * h);
    const k1 = velocity(x, start);
    const k2 = velocity(along(x, k1, h / 2), middle);
    const k3 = velocity(along(x, k2, h / 2), middle);
    const k4 = velocity(along(x, k3, h), end);
    x = x.map((xi, i) => xi + (h / 6) * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]));
  }
  return x;
}
