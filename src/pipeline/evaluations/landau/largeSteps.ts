/** @file Steps of the order of the relaxation time: the linear log-determinant against the exact one. */

import type { Engine } from "../../../engine/engine.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { landauAffineJkoSolver, landauAffineScoreSolver } from "../../../systems/landau/affine.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { followLandau, type LandauCourse } from "./course.ts";
import { largeStepReport } from "./largeStepsReport.ts";
import type { LandauLaw } from "./law.ts";
import type { LandauMethod } from "./methods.ts";

export interface LargeStepOptions {
  readonly law: LandauLaw;
  readonly finalTime: number;
  readonly taus: readonly number[];
  readonly counts: readonly number[];
  /** Samples of each size. */
  readonly seeds: number;
  /** Of L-BFGS over affine fields, on all particles, in every step. */
  readonly iterations: number;
}

/** What the samples of one method, step and size show: means, but for `folds` and `uncertified`, which are sums. */
export interface LargeStepOutcome {
  readonly method: LandauMethod;
  readonly tau: number;
  readonly count: number;
  /** `(E|v|² − E|v(0)|²)/E|v(0)|²` at the end. */
  readonly growth: number;
  /** Steps in which the map folded somewhere: `det ∇T ≤ 0`. */
  readonly folds: number;
  /** Steps in which the carried entropy rose. */
  readonly rises: number;
  /** The first sample. */
  readonly course: LandauCourse;
}

/** Affine fields by the objective with the exact log-determinant, where the minimiser depends on the step; it has no closed form. */
export function affineExactSolver(
  engine: Engine,
  options: { readonly iterations: number; readonly particles: number },
) {
  const { iterations, particles } = options;
  return perStepSolver(engine, {
    network: { form: "affine" },
    optimizer: { kind: "lbfgs", particles },
    holdOut: 0,
    warmStart: true,
    maximum: iterations,
    checkEvery: iterations,
    patience: Number.POSITIVE_INFINITY,
  }) as Solver<unknown>;
}

/** With the linear log-determinant the minimiser does not depend on the step, and heats as an explicit step does; with the exact one it holds back. */
export function largeStepSuite(options: LargeStepOptions): Evaluation {
  return {
    suite: "large",
    async run(context) {
      const outcomes: LargeStepOutcome[] = [];
      for (const method of methodsOf(options))
        for (const tau of options.taus)
          for (const count of options.counts)
            outcomes.push(await outcomeOf(context, options, { method, tau, count }));
      return { metrics: metricsOf(outcomes), sections: largeStepReport(options, outcomes) };
    },
  };
}

function methodsOf({ iterations }: LargeStepOptions): readonly LandauMethod[] {
  return [
    {
      id: "exact",
      name: "JKO, exact log-det",
      colour: methodColours.operator,
      logDeterminant: "exact",
      solver: (engine, particles) => affineExactSolver(engine, { iterations, particles }),
    },
    {
      id: "linear",
      name: "JKO, linear log-det",
      colour: methodColours.floor,
      dash: "dashed",
      logDeterminant: "linear",
      solver: () => landauAffineJkoSolver() as Solver<unknown>,
    },
    {
      id: "score",
      name: "score matching",
      colour: methodColours.perStep,
      dash: "dotted",
      logDeterminant: "linear",
      solver: () => landauAffineScoreSolver() as Solver<unknown>,
    },
  ];
}

async function outcomeOf(
  context: EvaluationContext,
  { law, finalTime, seeds }: LargeStepOptions,
  at: { readonly method: LandauMethod; readonly tau: number; readonly count: number },
): Promise<LargeStepOutcome> {
  const { method, tau, count } = at;
  const steps = Math.round(finalTime / tau);
  const flow = law.flowAt({ tau, logDeterminant: method.logDeterminant });
  let [growth, folds, rises] = [0, 0, 0];
  let first: LandauCourse | undefined;
  for (let seed = 0; seed < seeds; seed++) {
    // Steps of all lengths start from the same samples.
    const key = foldIn(foldIn(foldIn(context.key, "large"), count), seed);
    const cloud = sampleCloud(law.initial, foldIn(key, "particles"), count);
    const run = { law, flow, cloud, steps, snapshots: [], key: foldIn(key, "network") };
    const course = await followLandau(context, method.solver(context.engine, count), run);
    first ??= course;
    growth += (course.energyGains.at(-1) as number) / course.energy / seeds;
    folds += course.determinants.filter((least) => !(least > 0)).length;
    rises += course.entropies.filter((entropy, k) => k > 0 && !(entropy < course.entropies[k - 1])).length;
  }
  return { ...at, growth, folds, rises, course: first as LandauCourse };
}

function metricsOf(outcomes: readonly LargeStepOutcome[]): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { method, tau, count, growth, folds, rises } of outcomes) {
    metrics[`large.${method.id}.growth.${tau}.${count}`] = growth;
    metrics[`large.${method.id}.folds.${tau}.${count}`] = folds;
    metrics[`large.${method.id}.rises.${tau}.${count}`] = rises;
    const exact = outcomes.find((own) => own.method.id === "exact" && own.tau === tau && own.count === count);
    if (method.id !== "exact")
      metrics[`large.${method.id}OverExact.${tau}.${count}`] = growth / (exact?.growth ?? Number.NaN);
  }
  return metrics;
}
