/** @file Rivals in one table: everything that evolves a density, by its error against the equation and by its seconds. */

import { unexplainedVariance } from "../../metrics/mapError.ts";
import { moments } from "../../metrics/statistics.ts";
import { slicedSquaredDistance } from "../../metrics/wasserstein.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { follow } from "./follow.ts";
import { contextKey, medianAndMax, type SolvedCase } from "./law.ts";
import type { Method } from "./rivalMethods.ts";
import { rivalsSection } from "./rivalTables.ts";

/** Held-out densities whose evolution is known, and who evolves them. */
export interface RivalLaw {
  /** In the plural: `rotated products of bimodal densities`. */
  readonly densities: string;
  draw(context: EvaluationContext, index: number): SolvedCase;
  methods(context: EvaluationContext): readonly Method[];
}

/** A median and the largest of what was measured; null where there is no such quantity. */
export type Spread = { readonly median: number; readonly max: number } | null;

/** What one method did. Errors are unexplained variances in %, at the end time. */
export interface Standing {
  readonly method: Method;
  /** Of its distribution, against the equation's. */
  readonly density: Spread;
  /** Particle by particle, against the equation's flow and against the exact JKO chain; null where particles are drawn anew. */
  readonly flow: Spread;
  readonly chain: Spread;
  readonly secondsPerStep: number;
  readonly secondsPerTrajectory: number;
  /** Trajectories after which the operator, its training included, has cost less; null where it never has. */
  readonly breakEven: number | null;
}

/** What one method did on one density. */
interface Course {
  readonly density: number;
  readonly flow: number | undefined;
  readonly chain: number | undefined;
  readonly seconds: number;
}

/** Directions in which distributions are compared, and samples of the solution that stand for it. */
const directions = 16;
const samples = 65_536;

/**
 * Rolls every method out on the same densities, in the same process and on the same engine. One more density is evolved for two steps
 * before any counts, so that compilation is in none of the times.
 */
export function rivalsSuite(law: RivalLaw): Evaluation {
  return {
    suite: "rivals",
    async run(context) {
      const { perStepDensities, perStepSteps: steps, particles } = context.settings.evaluation;
      const methods = law.methods(context);
      const courses = methods.map((): Course[] => []);
      const floor: number[] = [];
      const spare = law.draw(context, perStepDensities);
      for (const method of methods)
        await measure(context, method, spare, { steps: Math.min(2, steps), index: 0 });
      for (let index = 0; index < perStepDensities; index++) {
        const density = law.draw(context, index);
        const own = density.solution(steps).sample(foldIn(foldIn(context.key, "floor"), index), particles);
        floor.push(distributionError(density, own, { steps, key: foldIn(context.key, index) }));
        for (const [m, method] of methods.entries()) {
          const done = (index + m / methods.length) / perStepDensities;
          context.progress(`${method.label}, density ${index + 1} of ${perStepDensities}`, done);
          courses[m].push(await measure(context, method, density, { steps, index }));
        }
      }
      const trajectories = courses.map((own) => middle(own.map(({ seconds }) => seconds)));
      const standings = methods.map((method, m): Standing => {
        const spread = (pick: (course: Course) => number | undefined) =>
          medianAndMax(courses[m].map((course) => pick(course) ?? Number.NaN));
        return {
          method,
          density: spread(({ density }) => density),
          flow: spread(({ flow }) => flow),
          chain: spread(({ chain }) => chain),
          secondsPerStep: trajectories[m] / steps,
          secondsPerTrajectory: trajectories[m],
          breakEven: breakEven(context.trainingSeconds, trajectories[0], trajectories[m]),
        };
      });
      return {
        metrics: metricsOf(standings, middle(floor)),
        sections: [rivalsSection(context, law, { standings, floor: middle(floor) })],
      };
    },
  };
}

async function measure(
  context: EvaluationContext,
  method: Method,
  density: SolvedCase,
  { steps, index }: { readonly steps: number; readonly index: number },
): Promise<Course> {
  const { cloud } = density;
  const run = await follow(context, method.solver(density), {
    cloud,
    steps,
    key: contextKey(context.key, index),
  });
  const { positions } = run.clouds[steps];
  const against = (exact: Float64Array) =>
    method.particles === "image" ? unexplainedVariance(positions, exact, cloud.dimension) : undefined;
  return {
    density: distributionError(density, positions, { steps, key: foldIn(context.key, index) }),
    flow: against(density.flowed(steps)),
    chain: against(density.exact(steps)),
    seconds: (run.times.at(-1) as number) - run.times[0],
  };
}

/** `100 d SW₂²/Var ρ` in %, between particles and the equation's solution `ρ`. In the limit of many particles it is at most the unexplained variance of any map; a finite sample adds its own distance. */
function distributionError(
  density: SolvedCase,
  positions: ArrayLike<number>,
  { steps, key }: { readonly steps: number; readonly key: Key },
): number {
  const truth = density.solution(steps).sample(foldIn(key, "solution"), samples);
  const { covariance } = moments(truth, density.cloud.dimension);
  const variance = covariance.reduce((sum, row, a) => sum + row[a], 0);
  return (100 * slicedSquaredDistance(positions, truth, directions)) / variance;
}

function breakEven(training: number | undefined, operator: number, rival: number): number | null {
  return training === undefined || rival <= operator ? null : Math.ceil(training / (rival - operator));
}

function middle(values: readonly number[]): number {
  return medianAndMax(values)?.median ?? Number.NaN;
}

function metricsOf(standings: readonly Standing[], floor: number): Record<string, number> {
  const entries = standings.flatMap(
    ({ method, secondsPerStep, secondsPerTrajectory, breakEven, ...errors }) => {
      const prefix = `rivals.${method.name}`;
      const spreads = { density: errors.density, flow: errors.flow, chain: errors.chain };
      return [
        ...Object.entries(spreads).flatMap(([name, spread]) =>
          spread === null
            ? []
            : [
                [`${prefix}.${name}.median`, spread.median] as const,
                [`${prefix}.${name}.max`, spread.max] as const,
              ],
        ),
        [`${prefix}.secondsPerStep`, secondsPerStep] as const,
        [`${prefix}.secondsPerTrajectory`, secondsPerTrajectory] as const,
        ...(method.kind !== "rival" || breakEven === null
          ? []
          : [[`${prefix}.breakEven`, breakEven] as const]),
      ];
    },
  );
  return { ...Object.fromEntries(entries), "rivals.floor.density.median": floor };
}
