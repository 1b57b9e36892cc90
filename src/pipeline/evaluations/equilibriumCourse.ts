/** @file One density on its way to a Gibbs measure: by the operator, by exact JKO steps and by the equation. */

import { rotatedProductChain } from "../../jko/quantileProduct.ts";
import { identity } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { gaussianMixture } from "../../measures/mixture.ts";
import { latinHypercube, rotatedProduct } from "../../measures/rotatedProduct.ts";
import { klFromLogDensities } from "../../metrics/divergence.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { FiniteVolumes } from "../../systems/fokkerPlanck/finiteVolumes.ts";
import type { EvaluationContext } from "../definition.ts";
import type { Conduct } from "./conduct.ts";
import type { References } from "./equilibrium.ts";
import { operatorOf } from "./familyRollOut.ts";
import type { Transfer } from "./transferRate.ts";

/** Times between which the rate of transfer over a barrier is measured: after the wells have settled, before all is even. */
export const transferWindow = [2, 10] as const;

/** Free energies of one density in time, and its relative entropy at the end. */
export interface Course {
  readonly operator: readonly number[];
  readonly exact: readonly number[];
  readonly equation: readonly number[];
  readonly klOperator: number;
  readonly klExact: number;
  /** The largest difference, over the axes, between operator and exact chain in the mass right of the barrier at 0. */
  readonly massError: number;
  /** Imbalances of every axis between the two sides of the barrier at 0; none where the roll-out is shorter than the window. */
  readonly transfers: Readonly<Record<"operator" | "exact" | "equation", readonly Transfer[]>>;
}

/** A start between and in the wells: two bumps, means in [−1.2, 1.2], deviations in [0.3, 0.5]. */
function factor(key: Key) {
  const [w, m1, m2, s1, s2] = uniforms(key, 5);
  return gaussianMixture({
    weights: [0.15 + 0.7 * w, 0.85 - 0.7 * w],
    means: [[2.4 * m1 - 1.2], [2.4 * m2 - 1.2]],
    deviations: [0.3 + 0.2 * s1, 0.3 + 0.2 * s2],
  });
}

/** Rolls one density out by the operator, and follows what it is held against. */
export async function followCourse(
  context: EvaluationContext,
  references: References,
  { key, tally }: { readonly key: Key; readonly tally: Conduct },
): Promise<Course> {
  const { potential, steps, volumes, stationary } = references;
  const { axes } = potential;
  const d = axes.length;
  const start = startOf(context, references, key);
  const { cloud, chain, solutions } = start;
  const { curve, clouds } = await rollOut(context, start, { key, tally, steps });
  const last = clouds[steps];
  const end = chain.at(Float64Array.from(cloud.positions), steps);
  const window = transferWindow.map((time) => Math.round(time / context.problem.flow.tau));
  const long = steps >= window[1];
  const exactClouds = long ? window.map((k) => chain.at(Float64Array.from(cloud.positions), k)) : [];
  const imbalances = (mass: (w: number, axis: number) => number): Transfer[] =>
    long ? axes.map((_, a) => ({ start: mass(0, a) - 0.5, end: mass(1, a) - 0.5 })) : [];
  const kl = (points: Float64Array, logDensity: ArrayLike<number>) =>
    klFromLogDensities(logDensity, stationary.logDensity(points)).mean;
  const massErrors = axes.map((_, a) =>
    Math.abs(massRight(last.positions, d, a) - massRight(end.positions, d, a)),
  );
  return {
    operator: curve,
    exact: Array.from(chain.energies),
    equation: curve.map((_, k) => solutions.reduce((sum, { frames }) => sum + frames[k].freeEnergy, 0)),
    klOperator: kl(Float64Array.from(last.positions), last.logDensity),
    klExact: kl(end.positions, end.logDensity),
    massError: Math.max(...massErrors),
    transfers: {
      operator: imbalances((w, a) => massRight(clouds[window[w]].positions, d, a)),
      exact: imbalances((w, a) => massRight(exactClouds[w].positions, d, a)),
      equation: imbalances((w, a) => cellsRight(volumes[a], solutions[a].frames[window[w]].density)),
    },
  };
}

/** A product of bimodal factors: its particles, its exact JKO chain, and the solution of the equation along each axis. */
function startOf(context: EvaluationContext, references: References, key: Key) {
  const { potential, diffusion, steps, volumes } = references;
  const { tau } = context.problem.flow;
  const factors = potential.axes.map((_, a) => factor(foldIn(foldIn(key, "factor"), a)));
  const rho = rotatedProduct({ factors, rotation: identity(factors.length) });
  const chain = rotatedProductChain({
    measure: rho,
    potentialPerAxis: potential.axes,
    diffusion,
    tau,
    steps,
    intervals: 1024,
  });
  const times = Array.from({ length: steps + 1 }, (_, k) => k * tau);
  const solutions = volumes.map((line, a) =>
    line.evolve(line.project(factors[a]), { times, maxTimeStep: tau / 4 }),
  );
  const count = context.settings.evaluation.particles;
  const positions = latinHypercube(rho, foldIn(key, "particles"), count);
  const cloud: Cloud = {
    dimension: factors.length,
    count,
    positions,
    logDensity: rho.logDensity(positions),
  };
  return { cloud, chain, solutions };
}

/** Clouds and free energies after 0, 1, … steps of the operator. */
async function rollOut(
  context: EvaluationContext,
  { cloud, chain }: Pick<ReturnType<typeof startOf>, "cloud" | "chain">,
  { key, tally, steps }: { readonly key: Key; readonly tally: Conduct; readonly steps: number },
) {
  const operator = operatorOf(context, "the equilibrium suite");
  let item = { cloud, state: initialOperatorState(cloud, foldIn(key, "context")) };
  // The first value is exact; later ones add paired differences, in which most sampling noise cancels.
  const curve = [chain.energies[0]];
  const clouds = [cloud];
  for (let k = 1; k <= steps; k++) {
    const [next] = await stepClouds(operator, [item]);
    curve.push(curve[k - 1] + next.info.energyChange);
    tally.record(next);
    item = next;
    clouds.push(next.cloud);
  }
  return { curve, clouds };
}

/** The part of the particles with a positive coordinate `a`. */
function massRight(positions: ArrayLike<number>, d: number, a: number): number {
  let right = 0;
  for (let i = a; i < positions.length; i += d) if (positions[i] > 0) right++;
  return (right * d) / positions.length;
}

/** The mass of a line to the right of 0. */
function cellsRight({ centers, cellVolume }: FiniteVolumes, density: Float64Array): number {
  return cellVolume * density.reduce((sum, value, i) => sum + (centers[i] > 0 ? value : 0), 0);
}
