/** @file JKO steps in Stein's metric: implicit SVGD, without a network. */

import { check } from "../../check/check.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud, velocityOf } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import { choleskyInPlace } from "../../linalg/cholesky.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { steinGram, steinMobility, steinOf } from "../../mobilities/stein.ts";
import { type LbfgsIterate, lbfgs } from "../../optimizers/lbfgs.ts";
import type { BandwidthRule } from "./bandwidth.ts";
import { type SteinStep, steinObjective, weightsOf } from "./jkoObjective.ts";
import { bandwidthOf } from "./solver.ts";

export interface SteinJkoOptions {
  /** Ends the minimisation where the gradient, in Stein's metric, is down to this share of what it was. */
  readonly tolerance: number;
  /** Iterations of L-BFGS, at most. */
  readonly iterations: number;
  /** The kernel's own unless given. */
  readonly bandwidth?: BandwidthRule;
}

/** Matrices of more particles than this do not fit: three of them are kept. */
const mostParticles = 4000;

/** What is added to the diagonal of `K`, as part of its mean: rounding makes kernels of close particles singular. */
const nugget = 1e-10;

/**
 * Minimises `L(w) = (τ/2)⟨w, 𝓑w⟩ + E(T_w # ρ)` over velocities `𝓑[w] = (1/n) Σ_j K(·, x_j) w_j` with a free vector on each particle, by L-BFGS in coordinates in
 * which Stein's norm is Euclidean. `L(w) < L(0)` certifies that a step dissipates. As `τ → 0` the displacement of the particles over `τ` becomes the velocity of
 * SVGD: the minimiser is the projection of that velocity on the span, which interpolates it. It costs `O(n³)` a step and `O(n²)` an iteration.
 */
export function steinJkoSolver(options: SteinJkoOptions): Solver<null> {
  const { tolerance, iterations, bandwidth } = options;
  check(tolerance > 0, () => `steinJkoSolver: tolerance must be positive, got ${tolerance}`);
  check(
    Number.isInteger(iterations) && iterations > 0,
    () => `steinJkoSolver: iterations must be a positive integer, got ${iterations}`,
  );
  return {
    name: "JKO in Stein's metric",
    async init(flow, cloud) {
      steinOf("steinJkoSolver", flow.mobility);
      check(
        flow.energy.potential !== undefined && flow.energy.internal !== undefined,
        () => "steinJkoSolver: the energy must have an entropy and a potential",
      );
      check(
        cloud.count <= mostParticles,
        () => `steinJkoSolver: at most ${mostParticles} particles, got ${cloud.count}`,
      );
      return null;
    },
    async step(flow, cloud, state) {
      const mobility = steinMobility(
        definedOf(bandwidthOf(steinOf("steinJkoSolver", flow.mobility), cloud, bandwidth)),
      );
      const step = stepOf(flow, cloud, mobility);
      const found = await minimise(step, { tolerance, iterations });
      const field = rowsOf(weightsOf(step, found.point), cloud);
      const own: GradientFlow = { ...flow, mobility };
      const velocity = velocityOf(own, cloud, field);
      const moved = moveCloud(own, cloud, { velocity, portion: 1, iterations: found.iteration });
      return { ...moved, state };
    },
  };
}

function definedOf({ kernel, special }: ReturnType<typeof bandwidthOf>) {
  return special === undefined ? { kernel } : { kernel, special };
}

function stepOf(flow: GradientFlow, cloud: Cloud, mobility: ReturnType<typeof steinMobility>): SteinStep {
  const gram = steinGram(mobility, cloud);
  const n = cloud.count;
  const factor = gram.values.slice();
  let mean = 0;
  for (let i = 0; i < n; i++) mean += factor[i * n + i] / n;
  for (let i = 0; i < n; i++) factor[i * n + i] += nugget * mean;
  choleskyInPlace(factor, n);
  const potential = flow.energy.potential as SteinStep["potential"];
  return { cloud, potential, tau: flow.tau, gram, factor };
}

async function minimise(step: SteinStep, { tolerance, iterations }: SteinJkoOptions) {
  const start = new Float64Array(step.cloud.count * step.cloud.dimension);
  const first = steinObjective(step, start).gradient;
  const norm = Math.sqrt(first.reduce((sum, g) => sum + g * g, 0));
  // The Hessian tends to the identity with τ: the first step is the whole gradient, which is that of SVGD.
  const options = { tolerance: tolerance * norm, firstStep: Math.max(norm, 1e-300), noise: 1e-13 };
  let last: Pick<LbfgsIterate, "point" | "iteration"> = { point: start, iteration: 0 };
  for await (const iterate of lbfgs(async (q) => steinObjective(step, q), start, options)) {
    last = iterate;
    if (iterate.iteration >= iterations) break;
  }
  return last;
}

/** Row-major `[n, d]` from components first; Stein's mobility does not look at the Jacobian. */
function rowsOf(weights: Float64Array, { dimension: d, count: n }: Cloud) {
  return {
    value: Float64Array.from(weights, (_, k) => weights[(k % d) * n + Math.floor(k / d)]),
    jacobian: new Float64Array(n * d * d),
  };
}
