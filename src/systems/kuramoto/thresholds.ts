/** @file Where order sets in: critical couplings of the Kuramoto–Daido model, and the strengths of the second harmonic between which it jumps. */

import { check } from "../../check/check.ts";
import { solve } from "../../linalg/lu.ts";
import type { Vector } from "../../linalg/matrix.ts";
import { crossing, equations, onwards, placeOf, stateAt, stride, vanished } from "./continuation.ts";
import { type DaidoModel, type Equilibrium, settledState, uniformState } from "./equilibria.ts";

/** `r_1² ≈ 2(K − 1)(1 − Km)/(K³(1 − 2Km))` where the first harmonic branches off, `excess = K − 1`. */
export function weaklyNonlinearSquare(secondHarmonic: number, excess: number): number {
  const [k, m] = [1 + excess, secondHarmonic];
  return (2 * excess * (1 - k * m)) / (k ** 3 * (1 - 2 * k * m));
}

/**
 * `K_c(m)`: the least coupling from which on some ordered state has a free energy below that of the uniform one. It is
 * `K_# = min(1, 1/m)`, where the uniform state loses its stability, unless the synchronised branch gets there first: then the transition
 * is discontinuous.
 */
export function criticalCoupling(secondHarmonic: number): {
  readonly coupling: number;
  readonly state: Equilibrium;
} {
  const m = secondHarmonic;
  const linear = linearThreshold(m);
  const start = settledState({ coupling: linear + 0.2, secondHarmonic: m });
  const uniform = uniformState({ coupling: linear, secondHarmonic: m });
  let place = placeOf(m, [start.coupling, start.first, start.second], [-1, 0, 0]);
  if (start.first < vanished) return { coupling: linear, state: uniform };
  for (let step = 0; step < 2000; step++) {
    const next = onwards(m, place, stride);
    if (stateAt(m, next).freeEnergy > 0) {
      const state = stateAt(
        m,
        crossing(m, place, (at) => stateAt(m, at).freeEnergy),
      );
      return state.coupling < linear
        ? { coupling: state.coupling, state }
        : { coupling: linear, state: uniform };
    }
    if (next.tangent[0] > 0 || next.point[1] < vanished) break;
    place = next;
  }
  return { coupling: linear, state: uniform };
}

/** `K_# = min(1, 1/m)`, 1 for `m ≤ 0`: where the uniform density loses its stability. */
export function linearThreshold(secondHarmonic: number): number {
  return secondHarmonic > 1 ? 1 / secondHarmonic : 1;
}

/**
 * `m = ½`, found from the branches: where the ordered state no longer grows out of the uniform one towards larger couplings. The curvature
 * of `K(r_1)` at `r_1 → 0` changes its sign there; two small orders are extrapolated to 0.
 */
export function tricriticalHarmonic(): number {
  const at = (first: number) =>
    bisected([0.4, 0.6], (m) => {
      let x: Vector = [1, first, first ** 2 / (2 * (1 - m))];
      for (let iteration = 0; iteration < 20; iteration++) {
        const { values, rows } = equations(m, x);
        const correction = solve([...rows, [0, 1, 0]], [...values, 0]);
        x = x.map((value, i) => value - correction[i]);
      }
      return x[0] - 1;
    });
  const [coarse, fine] = [0.04, 0.02].map(at);
  return fine + (fine - coarse) / 3;
}

/** `m_*`: beyond it the transition at `K = 1/m` is continuous; there the synchronised state has the free energy of the uniform one. */
export function lastDiscontinuousHarmonic(): number {
  return bisected([1.2, 1.28], (m) => {
    const model: DaidoModel = { coupling: 1 / m, secondHarmonic: m };
    return -settledState(model, { first: 0.6, second: 0.5 }).freeEnergy;
  });
}

/** Where a function changes from positive to negative. */
function bisected([low, high]: readonly [number, number], f: (x: number) => number): number {
  let [left, right] = [low, high];
  check(f(left) > 0 && f(right) < 0, () => `bisected: no change of sign in [${low}, ${high}]`);
  for (let halving = 0; halving < 40; halving++) {
    const middle = 0.5 * (left + right);
    if (f(middle) > 0) left = middle;
    else right = middle;
  }
  return 0.5 * (left + right);
}
