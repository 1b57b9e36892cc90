/** @file Branches of steady states of the Kuramoto–Daido model, continued in the coupling around their folds. */

import { check } from "../../check/check.ts";
import { solve } from "../../linalg/lu.ts";
import type { Vector } from "../../linalg/matrix.ts";
import {
  type DaidoModel,
  type Equilibrium,
  equilibriumAt,
  equilibriumNear,
  gibbsMoments,
  settledState,
  uniformState,
} from "./equilibria.ts";

/** A branch: its points in order, and the folds between them. */
export interface Branch {
  /**
   * `uniform`: no order; `synchronised`: one cluster; `twofold`: two opposite clusters (`r_1 = 0`); `crossed`: one cluster beside a second
   * harmonic of the opposite sign.
   */
  readonly kind: "uniform" | "synchronised" | "twofold" | "crossed";
  readonly points: readonly Equilibrium[];
  /** Where it turns back in `K`: spinodals, at which a metastable state ends. */
  readonly folds: readonly Equilibrium[];
}

/** A point `(K, r_1, r_2)` of a branch and the direction in which the branch goes on, of length 1. */
interface Place {
  readonly point: Vector;
  readonly tangent: Vector;
}

/** Length of the steps along a branch, in the space of `(K, r_1, r_2)`. */
const stride = 0.01;
/** Order below which a branch has reached another one. */
const vanished = 2e-3;

/**
 * All branches of steady states with couplings in a range, up to rotation.
 *
 * @param options.couplings `[low, high]`; above `high` only one ordered state of each kind is expected.
 */
export function equilibriumBranches(options: {
  readonly secondHarmonic: number;
  readonly couplings: readonly [low: number, high: number];
}): readonly Branch[] {
  const { secondHarmonic: m, couplings } = options;
  const [low, high] = couplings;
  check(
    low > 0 && high > low,
    () => `equilibriumBranches: couplings must be [low, high] with 0 < low < high, got [${couplings}]`,
  );
  const branches: Branch[] = [uniformBranch(m, couplings)];
  const top = { coupling: high, secondHarmonic: m };
  const synchronised = settledState(top);
  if (synchronised.first > vanished)
    branches.push(traced("synchronised", synchronised, { low, high, up: false }));
  const twofold = m > 0 ? settledState(top, { first: 0, second: 0.9 }) : undefined;
  if (twofold !== undefined && twofold.second > vanished)
    branches.push(traced("twofold", twofold, { low, high, up: false }));
  if (m > 1 && high > 1) {
    // Born from the uniform state at K = 1, where its second harmonic has lost stability long before.
    const [near, excess] = [{ coupling: 1 + 1e-4, secondHarmonic: m }, 1e-4];
    const first = Math.sqrt(weaklyNonlinearSquare(m, excess));
    const second = first ** 2 / (2 * (1 - m));
    branches.push(traced("crossed", equilibriumNear(near, { first, second }), { low, high, up: true }));
  }
  return branches;
}

/** `r_1² ≈ 2(K − 1)(1 − Km)/(K³(1 − 2Km))` where the first harmonic branches off, `excess = K − 1`. */
export function weaklyNonlinearSquare(secondHarmonic: number, excess: number): number {
  const [k, m] = [1 + excess, secondHarmonic];
  return (2 * excess * (1 - k * m)) / (k ** 3 * (1 - 2 * k * m));
}

function uniformBranch(secondHarmonic: number, [low, high]: readonly [number, number]): Branch {
  const count = Math.max(2, Math.ceil((high - low) / stride));
  const points = Array.from({ length: count + 1 }, (_, i) =>
    uniformState({ coupling: low + ((high - low) * i) / count, secondHarmonic }),
  );
  return { kind: "uniform", points, folds: [] };
}

function traced(
  kind: Branch["kind"],
  start: Equilibrium,
  range: { readonly low: number; readonly high: number; readonly up: boolean },
): Branch {
  const m = start.secondHarmonic;
  const points = [start];
  const folds: Equilibrium[] = [];
  let place = placeOf(m, [start.coupling, start.first, start.second], [range.up ? 1 : -1, 0, 0]);
  for (let step = 0; step < 20_000; step++) {
    const next = onwards(m, place, stride);
    const found = stateAt(m, next);
    const order = kind === "twofold" ? found.second : found.first;
    if (found.coupling < range.low || found.coupling > range.high || order < vanished) break;
    if (place.tangent[0] * next.tangent[0] < 0)
      folds.push(
        stateAt(
          m,
          crossing(m, place, ({ tangent }) => tangent[0]),
        ),
      );
    points.push(found);
    place = next;
  }
  return { kind, points, folds };
}

/** The place at this distance along the branch: a step along the tangent, and back to the branch across it. */
function onwards(m: number, { point, tangent }: Place, distance: number): Place {
  const guess = point.map((x, i) => x + distance * tangent[i]);
  let x = guess;
  for (let iteration = 0; iteration < 30; iteration++) {
    const { values, rows } = equations(m, x);
    const across = tangent.reduce((sum, t, i) => sum + t * (x[i] - guess[i]), 0);
    const correction = solve([...rows, tangent], [...values, across]);
    x = x.map((value, i) => value - correction[i]);
    if (Math.max(...correction.map(Math.abs)) < 1e-14) break;
  }
  return placeOf(m, x, tangent);
}

/** The place within one stride at which a function along the branch changes its sign. */
function crossing(m: number, from: Place, f: (place: Place) => number): Place {
  const sign = Math.sign(f(from));
  let [low, high] = [0, stride];
  for (let halving = 0; halving < 45; halving++) {
    const middle = 0.5 * (low + high);
    if (f(onwards(m, from, middle)) * sign > 0) low = middle;
    else high = middle;
  }
  return onwards(m, from, 0.5 * (low + high));
}

function placeOf(m: number, point: Vector, along: Vector): Place {
  const [[a, b, c], [d, e, f]] = equations(m, point).rows;
  const across = [b * f - c * e, c * d - a * f, a * e - b * d];
  const length = Math.hypot(...across);
  const sign = across.reduce((sum, t, i) => sum + t * along[i], 0) < 0 ? -1 : 1;
  return { point, tangent: across.map((t) => (sign * t) / length) };
}

/** `r_n − ⟨cos nθ⟩` at `(K, r_1, r_2)`, and its derivatives, one row each. */
function equations(m: number, [k, first, second]: Vector) {
  const { means, even } = gibbsMoments({ coupling: k, secondHarmonic: m }, { first, second });
  const [a, b, d] = even;
  return {
    values: [first - means[0], second - means[1]],
    rows: [
      [-2 * (first * a + m * second * b), 1 - 2 * k * a, -2 * k * m * b],
      [-2 * (first * b + m * second * d), -2 * k * b, 1 - 2 * k * m * d],
    ],
  };
}

function stateAt(secondHarmonic: number, { point: [coupling, first, second] }: Place): Equilibrium {
  return equilibriumAt({ coupling, secondHarmonic }, { first, second });
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
    if (next.tangent[0] > 0 || next.point[1] < vanished) break;
    if (stateAt(m, next).freeEnergy > 0) {
      const state = stateAt(
        m,
        crossing(m, place, (at) => stateAt(m, at).freeEnergy),
      );
      return state.coupling < linear
        ? { coupling: state.coupling, state }
        : { coupling: linear, state: uniform };
    }
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
