/** @file JKO steps on the circle along the quantiles of the density, by Newton's method. */

import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import { type Harmonic, harmonicsOf } from "../energies/trigonometricInteraction.ts";
import { solve } from "../linalg/lu.ts";
import { solveCyclicTridiagonal } from "../linalg/tridiagonal.ts";
import type { Cloud } from "../measures/cloud.ts";
import { simulatedInfo } from "./composite.ts";
import type { GradientFlow } from "./flow.ts";
import type { Solver } from "./solver.ts";

/** What a step minimises: `D∫ρ log ρ + ½ Σ_n c_n |z_n|²` and the squared distance over `2τ`. */
interface CircleStep {
  readonly diffusion: number;
  /** `c_n` and `nk`. */
  readonly waves: readonly { readonly coefficient: number; readonly wavenumber: number }[];
  readonly period: number;
  readonly tau: number;
}

const tolerance = 1e-11;
const iterations = 100;

/**
 * The JKO step on the circle for an entropy and a trigonometric interaction, on `n` particles of equal mass in the order of the circle: with
 * `X_{i+n} = X_i + L` they are the quantiles of a density that is constant between neighbours, and the step is
 *
 *     argmin (1/2τn) Σ(X_i − X⁰_i)² − (D/n) Σ log(n (X_{i+1} − X_i)) + ½ Σ_n c_n |z_n|².
 *
 * Nothing holds the particles back from turning around the circle together, so that the least distance over all rotations of the labels is
 * that of the Wasserstein metric. Newton's iteration costs `O(n)`: the Hessian is cyclic tridiagonal but for two outer products a
 * harmonic. The discretisation is of second order in `1/n`; it takes particles as they are for quantiles, so clouds are to be quiet, one
 * particle in each slice of mass, and not independent samples, whose uneven gaps would count as features of the density.
 *
 * @throws Error when the iteration does not converge, naming the residual.
 */
export function circleQuantileSolver(): Solver<null> {
  return {
    name: "quantiles on the circle",
    init: async () => null,
    async step(flow, cloud, state) {
      const problem = problemOf(flow);
      const order = circularOrder(cloud, problem.period);
      const start = Float64Array.from(order, ({ place }) => place);
      const { nodes, count: made } = minimised(problem, start);
      const positions = Float64Array.from(cloud.positions);
      const logDensity = new Float64Array(cloud.count);
      const gaps = gapsOf(nodes, problem.period);
      order.forEach(({ particle }, i) => {
        positions[particle] += nodes[i] - start[i];
        const around = 0.5 * (gaps[i] + gaps[(i + gaps.length - 1) % gaps.length]);
        logDensity[particle] = -Math.log(cloud.count * around);
      });
      const after: Cloud = { dimension: 1, count: cloud.count, positions, logDensity };
      const info = simulatedInfo(flow, { before: cloud, after }, 1);
      return { cloud: after, state, info: { ...info, iterations: made } };
    },
  };
}

function problemOf({ name, dimension, energy, torus, tau }: GradientFlow): CircleStep {
  const { internal, potential, interaction } = energy;
  const harmonics = interaction === undefined ? [] : harmonicsOf(interaction);
  check(
    dimension === 1 &&
      torus !== undefined &&
      internal?.exponent === 1 &&
      potential === undefined &&
      harmonics !== undefined,
    () =>
      `circleQuantileSolver: the flow must live on a circle, with an entropy and at most a trigonometric interaction; got ${name}`,
  );
  const period = torus?.period ?? 1;
  return {
    diffusion: numberOf(internal?.coefficient ?? 0),
    waves: (harmonics as readonly Harmonic[]).map(({ order, coefficient }) => ({
      coefficient: numberOf(coefficient),
      wavenumber: (2 * Math.PI * order) / period,
    })),
    period,
    tau,
  };
}

/** The particles in the order of the circle, with their places in `[0, L)`. */
function circularOrder({ positions }: Cloud, period: number) {
  return Array.from(positions, (x, particle) => ({
    particle,
    place: x - period * Math.floor(x / period),
  })).sort((a, b) => a.place - b.place);
}

/** `X_{i+1} − X_i`, the last one around the circle. */
function gapsOf(nodes: Float64Array, period: number): Float64Array {
  const n = nodes.length;
  return nodes.map((x, i) => (i + 1 < n ? nodes[i + 1] : nodes[0] + period) - x);
}

function minimised(
  problem: CircleStep,
  start: Float64Array,
): { readonly nodes: Float64Array; readonly count: number } {
  let nodes = start.slice();
  let residual = residualAt(problem, start, nodes);
  for (let count = 1; count <= iterations; count++) {
    const correction = newtonCorrection(problem, nodes, residual);
    const size = rootMeanSquare(correction) / problem.period;
    let length = longestOrdered(nodes, correction, problem.period);
    let trial = nodes;
    let next = residual;
    for (let halving = 0; halving < 40; halving++, length /= 2) {
      trial = nodes.map((x, i) => x + length * correction[i]);
      next = residualAt(problem, start, trial);
      if (rootMeanSquare(next) <= (1 - 1e-4 * length) * rootMeanSquare(residual)) break;
    }
    const isLower = rootMeanSquare(next) < rootMeanSquare(residual);
    if (isLower) [nodes, residual] = [trial, next];
    if (size < tolerance || (size < 1e-9 && !isLower)) return { nodes, count };
    if (!isLower) break;
  }
  throw new Error(
    `circleQuantileSolver: Newton's iteration stopped with the residual ${rootMeanSquare(residual)} at tau ${problem.tau}. ` +
      "Try a smaller tau, or a cloud with one particle in each slice of mass.",
  );
}

/** `n` times the gradient: `(X − X⁰)/τ + D(1/g_i − 1/g_{i−1}) + (W'*ρ)(X)`. */
function residualAt(
  { diffusion, waves, period, tau }: CircleStep,
  start: Float64Array,
  nodes: Float64Array,
): Float64Array {
  const n = nodes.length;
  const gaps = gapsOf(nodes, period);
  const residual = nodes.map(
    (x, i) => (x - start[i]) / tau + diffusion * (1 / gaps[i] - 1 / gaps[(i + n - 1) % n]),
  );
  for (const { coefficient, wavenumber: k } of waves) {
    const { cosine, sine } = modesOf(nodes, k);
    for (let i = 0; i < n; i++)
      residual[i] += coefficient * k * (sine * Math.cos(k * nodes[i]) - cosine * Math.sin(k * nodes[i]));
  }
  return residual;
}

/** Solves `(A + U B Uᵀ) δ = −r` with the cyclic tridiagonal part `A` by Woodbury's formula. */
function newtonCorrection(
  { diffusion, waves, period, tau }: CircleStep,
  nodes: Float64Array,
  residual: Float64Array,
): Float64Array {
  const n = nodes.length;
  const stiffness = gapsOf(nodes, period).map((gap) => diffusion / gap ** 2);
  const main = stiffness.map((value, i) => 1 / tau + value + stiffness[(i + n - 1) % n]);
  const columns: Float64Array[] = [];
  const weights: number[] = [];
  for (const { coefficient, wavenumber: k } of waves) {
    const { cosine, sine } = modesOf(nodes, k);
    const waveAt = (wave: (x: number) => number) => nodes.map((x) => wave(k * x));
    const [c, s] = [waveAt(Math.cos), waveAt(Math.sin)];
    for (let i = 0; i < n; i++) main[i] -= coefficient * k * k * (cosine * c[i] + sine * s[i]);
    columns.push(c, s);
    weights.push((coefficient * k * k) / n, (coefficient * k * k) / n);
  }
  const matrix = {
    lower: stiffness.map((_, i) => -stiffness[(i + n - 1) % n]),
    main,
    upper: stiffness.map((value) => -value),
  };
  const plain = solveCyclicTridiagonal(
    matrix,
    residual.map((r) => -r),
  );
  if (columns.length === 0) return plain;
  const images = columns.map((column) => solveCyclicTridiagonal(matrix, column));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const small = columns.map((u, a) => images.map((v, b) => dot(u, v) + (a === b ? 1 / weights[a] : 0)));
  const shares = solve(
    small,
    columns.map((u) => dot(u, plain)),
  );
  return plain.map((value, i) => value - images.reduce((sum, v, a) => sum + shares[a] * v[i], 0));
}

function modesOf(nodes: Float64Array, k: number) {
  const n = nodes.length;
  return {
    cosine: nodes.reduce((sum, x) => sum + Math.cos(k * x), 0) / n,
    sine: nodes.reduce((sum, x) => sum + Math.sin(k * x), 0) / n,
  };
}

/** The longest part of the step, at most all of it, that keeps a fifth of every gap. */
function longestOrdered(nodes: Float64Array, correction: Float64Array, period: number): number {
  const gaps = gapsOf(nodes, period);
  return gaps.reduce((length, gap, i) => {
    const change = correction[(i + 1) % gaps.length] - correction[i];
    return change < -0.8 * gap ? Math.min(length, (-0.8 * gap) / change) : length;
  }, 1);
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
