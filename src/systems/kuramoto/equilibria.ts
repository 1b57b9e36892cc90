/** @file Steady states of the Kuramoto–Daido model: their order parameters, free energies and stability. */

import { check } from "../../check/check.ts";

/** `K` and `m` of `∂_t q = ½q'' − K (q (W*q)')'`, `W = cos θ + m cos 2θ`. */
export interface DaidoModel {
  readonly coupling: number;
  readonly secondHarmonic: number;
}

/** `r_n = ∫ cos(nθ) q` of a density that is even about its centre. */
export interface OrderParameters {
  readonly first: number;
  readonly second: number;
}

/** A steady state of a model. */
export interface Equilibrium extends DaidoModel, OrderParameters {
  /** `F_K(r_1, r_2) = 2F(q) + log 2π`; zero at the uniform density. */
  readonly freeEnergy: number;
  /** Directions in which it is unstable. */
  readonly unstable: number;
}

/** What the densities `q ∝ exp 2K(r_1 cos θ + m r_2 cos 2θ)` know of `cos θ, cos 2θ` (even) and `sin θ, sin 2θ` (odd). */
export interface GibbsMoments {
  /** `log (1/2π)∫ exp 2K(r_1 cos θ + m r_2 cos 2θ)`. */
  readonly logPartition: number;
  readonly means: readonly [number, number];
  /** Covariances `[11, 12, 22]`. */
  readonly even: readonly [number, number, number];
  readonly odd: readonly [number, number, number];
}

/** Angles of the periodic rule: the integrands are entire functions, and the error is below rounding for `K(1 + |m|)` up to some 30. */
const nodes = 256;
const [c1, c2, s1, s2] = [
  (angle: number) => Math.cos(angle),
  (angle: number) => Math.cos(2 * angle),
  (angle: number) => Math.sin(angle),
  (angle: number) => Math.sin(2 * angle),
].map((wave) => Float64Array.from({ length: nodes }, (_, i) => wave((2 * Math.PI * (i + 0.5)) / nodes)));

/** The moments of the density that the order parameters make, whether or not they are its own. */
export function gibbsMoments(model: DaidoModel, order: OrderParameters): GibbsMoments {
  const a = 2 * model.coupling * order.first;
  const b = 2 * model.coupling * model.secondHarmonic * order.second;
  const top = Math.abs(a) + Math.abs(b);
  let [sum, m1, m2] = [0, 0, 0];
  const [even, odd] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let i = 0; i < nodes; i++) {
    const weight = Math.exp(a * c1[i] + b * c2[i] - top);
    sum += weight;
    m1 += weight * c1[i];
    m2 += weight * c2[i];
    even[0] += weight * c1[i] * c1[i];
    even[1] += weight * c1[i] * c2[i];
    even[2] += weight * c2[i] * c2[i];
    odd[0] += weight * s1[i] * s1[i];
    odd[1] += weight * s1[i] * s2[i];
    odd[2] += weight * s2[i] * s2[i];
  }
  // Without a first harmonic the density repeats after half a turn: odd moments are zero, and not rounding errors that grow.
  const mixed = order.first === 0 ? 0 : 1;
  const [x, y] = [(mixed * m1) / sum, m2 / sum];
  return {
    logPartition: top + Math.log(sum / nodes),
    means: [x, y],
    even: [even[0] / sum - x * x, mixed * (even[1] / sum - x * y), even[2] / sum - y * y],
    odd: [odd[0] / sum, (mixed * odd[1]) / sum, odd[2] / sum],
  };
}

/**
 * `F_K(r_1, r_2) = K(r_1² + m r_2²) − log (1/2π)∫ exp 2K(r_1 cos θ + m r_2 cos 2θ)`, whose critical points are the steady states; there
 * it is `2F + log 2π`. For `m ≥ 0` its minima are those of the free energy.
 */
export function reducedFreeEnergy(model: DaidoModel, order: OrderParameters): number {
  const { coupling: k, secondHarmonic: m } = model;
  return k * (order.first ** 2 + m * order.second ** 2) - gibbsMoments(model, order).logPartition;
}

/** The steady state with these order parameters. */
export function equilibriumAt(model: DaidoModel, order: OrderParameters): Equilibrium {
  const { coupling, secondHarmonic } = model;
  const { first, second } = order;
  return {
    coupling,
    secondHarmonic,
    first,
    second,
    freeEnergy: reducedFreeEnergy(model, order),
    unstable: unstableDirections(model, order),
  };
}

/** Below this an eigenvalue counts as negative; rotations have the eigenvalue 0. */
const negative = -1e-8;

/**
 * Negative eigenvalues of the second variation of the free energy: those of `1 − 2K C diag(1, m)` for the covariances `C` of the cosines
 * and of the sines, which it moves apart.
 */
function unstableDirections(model: DaidoModel, order: OrderParameters): number {
  const { coupling: k, secondHarmonic: m } = model;
  const { even, odd } = gibbsMoments(model, order);
  const below = ([a, b, d]: readonly [number, number, number]) => {
    const trace = 2 - 2 * k * (a + m * d);
    const determinant = (1 - 2 * k * a) * (1 - 2 * k * m * d) - 4 * k * k * m * b * b;
    // Real, since the matrix is similar to a symmetric one.
    const root = Math.sqrt(Math.max(0, trace * trace - 4 * determinant));
    return [(trace - root) / 2, (trace + root) / 2].filter((value) => value < negative).length;
  };
  return below(even) + below(odd);
}

/** The uniform density. */
export function uniformState(model: DaidoModel): Equilibrium {
  return equilibriumAt(model, { first: 0, second: 0 });
}

/**
 * The steady state to which `r_n ← ½(r_n + ⟨cos nθ⟩)` leads, finished by Newton's iteration: from strong order the most ordered one, which
 * is stable. Order parameters of 0 stay 0.
 *
 * @throws InputError when it does not settle.
 */
export function settledState(
  model: DaidoModel,
  start: OrderParameters = { first: 0.95, second: 0.9 },
): Equilibrium {
  let { first, second } = start;
  for (let iteration = 0; iteration < 200_000; iteration++) {
    const { means } = gibbsMoments(model, { first, second });
    const change = Math.abs(means[0] - first) + Math.abs(means[1] - second);
    first += 0.5 * (means[0] - first);
    second += 0.5 * (means[1] - second);
    if (change < 1e-7) break;
  }
  return equilibriumNear(model, { first, second });
}

/** The solution of `r_n = ⟨cos nθ⟩` by Newton's iteration from a guess that is close. @throws InputError when it does not converge. */
export function equilibriumNear(model: DaidoModel, guess: OrderParameters): Equilibrium {
  const { coupling: k, secondHarmonic: m } = model;
  let { first, second } = guess;
  let change = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < 50 && change > 1e-14; iteration++) {
    const { means, even } = gibbsMoments(model, { first, second });
    const [f, g] = [first - means[0], second - means[1]];
    const [a, b, c, d] = [
      1 - 2 * k * even[0],
      -2 * k * m * even[1],
      -2 * k * even[1],
      1 - 2 * k * m * even[2],
    ];
    const determinant = a * d - b * c;
    // At the very bifurcation nothing is to be divided by, and the guess is as good as it gets.
    if (f === 0 && g === 0) break;
    const [dx, dy] = [(f * d - b * g) / determinant, (a * g - c * f) / determinant];
    first -= dx;
    second -= dy;
    change = Math.abs(dx) + Math.abs(dy);
  }
  check(
    change < 1e-9 || change === Number.POSITIVE_INFINITY,
    () =>
      `equilibriumNear: no steady state of K = ${k}, m = ${m} was found near (${guess.first}, ${guess.second}); the last correction was ${change}`,
  );
  return equilibriumAt(model, { first, second });
}
