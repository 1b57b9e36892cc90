/** @file Closed forms as solvers: steps of a Gaussian that are affine maps, applied to its particles. */

import { check } from "../../check/check.ts";
import { numberOf } from "../../energies/coefficient.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud, type Velocity } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import { type AffineMap, applyAffine } from "../../measures/affineMap.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { type Gaussian, type GaussianParameters, gaussian } from "../../measures/gaussian.ts";
import type { GaussianStep, OrnsteinUhlenbeck } from "./ornsteinUhlenbeck.ts";

/** What an affine solver carries: the density of the cloud, which it knows exactly. */
export interface GaussianState {
  readonly gaussian: Gaussian;
}

/** A system and the Gaussian whose samples the cloud holds. */
export interface GaussianProblem {
  readonly system: OrnsteinUhlenbeck;
  readonly initial: GaussianParameters;
}

/** The exact JKO step of a Gaussian in a quadratic potential, as a solver: what every other one is measured against. */
export function gaussianJkoSolver(problem: GaussianProblem): Solver<GaussianState> {
  return affineSolver("exact JKO step", problem, (state, tau) => problem.system.jkoStep(state, tau));
}

/** Explicit Euler with the exact score, `T = x − τ(∇V + D∇log ρ)`: the rival that needs no minimisation. */
export function gaussianEulerSolver(problem: GaussianProblem): Solver<GaussianState> {
  return affineSolver("explicit Euler, exact score", problem, (state, tau) =>
    problem.system.eulerStep(state, tau),
  );
}

/** The velocity `(T(x) − x)/τ` that moves particles by an affine map. */
export function affineVelocity(map: AffineMap, cloud: Cloud, tau: number): Velocity {
  const { dimension: d, count } = cloud;
  const positions = Float64Array.from(cloud.positions);
  const value = applyAffine(map, positions).map((x, i) => (x - positions[i]) / tau);
  const block = map.matrix.flatMap((_, k) => map.matrix.map((row, i) => (row[k] - (i === k ? 1 : 0)) / tau));
  return {
    value,
    jacobian: Float64Array.from({ length: count * d * d }, (_, i) => block[i % (d * d)]),
    action: Float64Array.from({ length: count }, (_, i) =>
      value.subarray(i * d, (i + 1) * d).reduce((sum, v) => sum + v * v, 0),
    ),
  };
}

function affineSolver(
  name: string,
  { system, initial }: GaussianProblem,
  stepOf: (state: GaussianParameters, tau: number) => GaussianStep,
): Solver<GaussianState> {
  return {
    name,
    async init(flow, cloud) {
      checkSystem(name, flow, system);
      check(
        cloud.dimension === system.dimension,
        () => `${name}: the cloud must have dimension ${system.dimension}, got ${cloud.dimension}`,
      );
      return { gaussian: gaussian(initial) };
    },
    async step(flow, cloud, state) {
      const next = stepOf(state.gaussian, flow.tau);
      const velocity = affineVelocity(next.map, cloud, flow.tau);
      const moved = moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 });
      return { cloud: moved.cloud, info: moved.info, state: { gaussian: next.gaussian } };
    },
  };
}

/** A closed form of another equation would be a wrong reference without a word. */
function checkSystem(name: string, { energy }: GradientFlow, system: OrnsteinUhlenbeck): void {
  const diffusion = energy.internal?.exponent === 1 ? numberOf(energy.internal.coefficient) : 0;
  check(
    diffusion === system.diffusion && energy.interaction === undefined,
    () => `${name}: the flow's diffusion must be that of the system, ${system.diffusion}, got ${diffusion}`,
  );
  // Two affine gradients that agree at the origin and on the axes are the same.
  const origin = new Array<number>(system.dimension).fill(0);
  const points = [origin, ...origin.map((_, i) => origin.map((_, j) => (i === j ? 1 : 0)))];
  check(
    energy.potential !== undefined &&
      points.every((x) =>
        energy.potential?.gradient(x).every((g, i) => Math.abs(g - system.potential.gradient(x)[i]) < 1e-12),
      ),
    () => `${name}: the flow's potential must be that of the system`,
  );
}
