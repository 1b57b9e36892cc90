/** @file How fast small perturbations of a steady state of the Kuramoto–Daido model die out. */

import { cholesky, inverseLower } from "../../linalg/cholesky.ts";
import { symmetricEigen } from "../../linalg/eigen.ts";
import { type Matrix, matmul, symmetrize, transpose } from "../../linalg/matrix.ts";
import type { Equilibrium } from "./equilibria.ts";

/** Rates of decay `λ` of perturbations `∝ e^{−λt}`, in units of 1/time, ascending; negative ones grow. */
export interface RelaxationRates {
  /** Of perturbations that are even about the centre, which change the order. */
  readonly even: readonly number[];
  /** Of odd ones; an ordered state has the rate 0 of its rotations among them. */
  readonly odd: readonly number[];
  /** The least rate but for rotations. */
  readonly gap: number;
}

const nodes = 1024;

/**
 * The spectrum of `−L_q`, where `∂_t h = L_q h` is the equation linearised about a steady state `q`. As a gradient flow it is
 * `L_q = −A H` with `Aφ = −(qφ')'` and the second variation `Hh = h/2q − K W*h`, and it is symmetric in the norm `H^{−1}_q`: with
 * perturbations `h = Aφ` the Rayleigh quotient is `⟨Aφ, H Aφ⟩/⟨φ, Aφ⟩`. Ritz's method in the potentials `φ = cos kθ, sin kθ`,
 * `1 ≤ k ≤ modes`, makes two symmetric problems, without the spurious complex pairs that Galerkin's has at strong coupling.
 *
 * @see Bertini, Giacomin & Pakdaman (2010), doi:10.1007/s10955-009-9908-9, for the symmetric form and the gap.
 */
export function relaxationRates(state: Equilibrium, modes = 32): RelaxationRates {
  const even = ritzValues(state, modes, 0);
  const odd = ritzValues(state, modes, -Math.PI / 2);
  const isOrdered = Math.hypot(state.first, state.second) > 1e-6;
  const rotations = isOrdered ? indexOfSmallest(odd) : -1;
  return { even, odd, gap: Math.min(even[0], ...odd.filter((_, i) => i !== rotations)) };
}

function indexOfSmallest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (Math.abs(value) < Math.abs(values[best]) ? i : best), 0);
}

/** Of the potentials `cos(kθ + phase)`, which all are even or all odd. */
function ritzValues(state: Equilibrium, modes: number, phase: number): readonly number[] {
  const { coupling: k, secondHarmonic: m } = state;
  const { angles, weights, slopes } = densityOf(state);
  const waves = Array.from({ length: modes }, (_, j) => j + 1);
  const first = waves.map((n) => angles.map((x) => -n * Math.sin(n * x + phase)));
  // (Aφ)/q = −φ'' − (log q)' φ'
  const images = waves.map((n, j) =>
    angles.map((x, i) => n * n * Math.cos(n * x + phase) - slopes[i] * first[j][i]),
  );
  const product = (f: Float64Array, g: Float64Array) =>
    f.reduce((sum, value, i) => sum + weights[i] * value * g[i], 0);
  const wave = (n: number) => angles.map((x) => Math.cos(n * x + phase));
  const [one, two] = [wave(1), wave(2)].map((w) => images.map((image) => product(image, w)));
  const metric: Matrix = first.map((f) => first.map((g) => product(f, g)));
  const form: Matrix = images.map((f, i) =>
    images.map((g, j) => 0.5 * product(f, g) - k * (one[i] * one[j] + m * two[i] * two[j])),
  );
  const factor = inverseLower(cholesky(metric, "relaxationRates: the metric"));
  return symmetricEigen(symmetrize(matmul(matmul(factor, form), transpose(factor)))).values;
}

/** The steady density as weights of a rule on the circle, and `(log q)'`. */
function densityOf({ coupling: k, secondHarmonic: m, first, second }: Equilibrium) {
  const angles = Float64Array.from({ length: nodes }, (_, i) => (2 * Math.PI * i) / nodes);
  const [a, b] = [2 * k * first, 2 * k * m * second];
  const raw = angles.map((x) => Math.exp(a * Math.cos(x) + b * Math.cos(2 * x) - Math.abs(a) - Math.abs(b)));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return {
    angles,
    weights: raw.map((value) => value / total),
    slopes: angles.map((x) => -a * Math.sin(x) - 2 * b * Math.sin(2 * x)),
  };
}
