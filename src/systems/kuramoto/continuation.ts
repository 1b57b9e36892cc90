/** @file Continuation of steady states of the Kuramoto–Daido model in the coupling, around folds. */

import { solve } from "../../linalg/lu.ts";
import type { Vector } from "../../linalg/matrix.ts";
import { type Equilibrium, equilibriumAt, gibbsMoments } from "./equilibria.ts";

/** A point `(K, r_1, r_2)` of a branch and the direction in which the branch goes on, of length 1. */
export interface Place {
  readonly point: Vector;
  readonly tangent: Vector;
}

/** Length of the steps along a branch, in the space of `(K, r_1, r_2)`. */
export const stride = 0.01;
/** Order below which a branch has reached another one. */
export const vanished = 2e-3;

/** The place at this distance along the branch: a step along the tangent, and back to the branch across it. */
export function onwards(m: number, { point, tangent }: Place, distance: number): Place {
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
export function crossing(m: number, from: Place, f: (place: Place) => number): Place {
  const sign = Math.sign(f(from));
  let [low, high] = [0, stride];
  for (let halving = 0; halving < 45; halving++) {
    const middle = 0.5 * (low + high);
    if (f(onwards(m, from, middle)) * sign > 0) low = middle;
    else high = middle;
  }
  return onwards(m, from, 0.5 * (low + high));
}

export function placeOf(m: number, point: Vector, along: Vector): Place {
  const [[a, b, c], [d, e, f]] = equations(m, point).rows;
  const across = [b * f - c * e, c * d - a * f, a * e - b * d];
  const length = Math.hypot(...across);
  const sign = across.reduce((sum, t, i) => sum + t * along[i], 0) < 0 ? -1 : 1;
  return { point, tangent: across.map((t) => (sign * t) / length) };
}

/** `r_n − ⟨cos nθ⟩` at `(K, r_1, r_2)`, and its derivatives, one row each. */
export function equations(m: number, [k, first, second]: Vector) {
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

export function stateAt(secondHarmonic: number, { point: [coupling, first, second] }: Place): Equilibrium {
  return equilibriumAt({ coupling, secondHarmonic }, { first, second });
}
