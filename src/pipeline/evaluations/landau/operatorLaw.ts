/** @file The law of a learned Landau step: exact moments, an exact solution, what collisions keep, and seconds. */

import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepOptions } from "../../../jko/perStepSettings.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Matrix } from "../../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import type { Family } from "../../../measures/family.ts";
import type { Measure } from "../../../measures/measure.ts";
import { moments } from "../../../metrics/statistics.ts";
import { beforeTraining, operatorSolver } from "../../../operator/solver.ts";
import { foldIn, type Key } from "../../../random/key.ts";
import type { BkwSolution } from "../../../systems/landau/bkw.ts";
import { maxwellFourthMoment } from "../../../systems/landau/fourthMoment.ts";
import { maxwellCovariance, maxwellian } from "../../../systems/landau/moments.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type Conduct, conduct } from "../conduct.ts";
import { follow, paceOf } from "../follow.ts";
import { type Spread, spreadOf } from "../law.ts";
import { landauOperatorReport } from "./operatorReport.ts";

export interface LandauOperatorOptions {
  /** `C` of Maxwell's molecules. */
  readonly constant: number;
  readonly finalTime: number;
  /** Densities that are in no training family. */
  readonly heldOut: Family;
  readonly bkw: BkwSolution;
  /** When the solution of Bobylev, Krook and Wu is taken up. */
  readonly bkwStart: number;
  /** What is trained anew in every step, for comparison. */
  readonly perStep: PerStepOptions;
}

/** Errors at the end, in % of the exact values, and what must be kept. */
export interface LandauStanding {
  readonly covariance: Spread;
  readonly fourth: Spread;
  /** `|Δ E v|`. */
  readonly momentum: Spread;
  /** `|ΔE|v|² − Σ τ²E|U|²|/E|v|²`: what energy gains beside what the steps are known to add. */
  readonly energy: Spread;
  /** `Σ τ²E|U|²/E|v|²`, that known gain, in %. */
  readonly heating: Spread;
}

/**
 * Holds an operator for Landau steps in the plane against laws that every solution for Maxwell's molecules obeys, those of covariance and
 * fourth moment, on held-out densities, and on the solution of Bobylev, Krook and Wu against its entropy and density too.
 */
export function landauOperatorLaw(options: LandauOperatorOptions): Evaluation {
  return {
    suite: "landauOperator",
    async run(context) {
      const { model, engine, settings, key, problem } = context;
      if (model === undefined) throw new Error("the law of the Landau operator needs a trained operator");
      const { densities, particles } = settings.evaluation;
      const size = { context: settings.evaluation.context };
      const operator = operatorSolver(engine, model, size) as Solver<unknown>;
      const fresh = beforeTraining(model, foldIn(key, "untrained"));
      const untrained = operatorSolver(engine, fresh, size) as Solver<unknown>;
      const clouds = Array.from({ length: densities }, (_, i) => {
        const own = foldIn(foldIn(key, "landau"), i);
        return {
          cloud: sampleCloud(
            options.heldOut.draw(foldIn(own, "density")),
            foldIn(own, "particles"),
            particles,
          ),
          key: own,
        };
      });
      const tally = conduct();
      const trained = await standing(context, operator, { clouds, options, tally });
      const before = await standing(context, untrained, { clouds, options });
      const bkw = await followBkw(context, operator, options);
      const still = await motionAtRest(context, operator, clouds[0]);
      const seconds = await pace(context, operator, clouds[0]);
      const perStep = perStepSolver(engine, options.perStep) as Solver<unknown>;
      const perStepSeconds = await pace(context, perStep, clouds[0]);
      return {
        metrics: {
          ...named("operator", trained),
          ...named("untrained", before),
          "landauOperator.bkw.covariance": bkw.covariance,
          "landauOperator.bkw.fourth": bkw.fourth,
          "landauOperator.bkw.entropy": bkw.entropy,
          "landauOperator.bkw.density": bkw.density,
          "landauOperator.steadyMotion": still,
          "landauOperator.seconds": seconds,
          "landauOperator.perStep.seconds": perStepSeconds,
          "landauOperator.ratio": perStepSeconds / seconds,
          ...tally.metrics("landauOperator"),
        },
        sections: landauOperatorReport({
          standings: { "learned operator": trained, "the same operator before training": before },
          bkw,
          still,
          seconds: { operator: seconds, perStep: perStepSeconds },
          tally,
          options,
          setting: { densities, particles, tau: problem.flow.tau },
        }),
      };
    },
  };
}

function named(method: string, found: LandauStanding): Record<string, number> {
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, { median, max }]) => [
      [`landauOperator.${method}.${name}.median`, median],
      [`landauOperator.${method}.${name}.max`, max],
    ]),
  );
}

interface Start {
  readonly cloud: Cloud;
  readonly key: Key;
}

async function standing(
  context: EvaluationContext,
  solver: Solver<unknown>,
  run: {
    readonly clouds: readonly Start[];
    readonly options: LandauOperatorOptions;
    readonly tally?: Conduct;
  },
): Promise<LandauStanding> {
  const { clouds, options, tally } = run;
  const errors = { covariance: [], fourth: [], momentum: [], energy: [], heating: [] } as Record<
    keyof LandauStanding,
    number[]
  >;
  for (const [i, start] of clouds.entries()) {
    const end = await roll(context, solver, { start, options, ...(tally === undefined ? {} : { tally }) });
    const found = lawErrors(options, start.cloud, end);
    for (const name of Object.keys(errors) as (keyof LandauStanding)[]) errors[name].push(found[name]);
    context.progress(`${solver.name}: density ${i + 1} of ${clouds.length}`, (i + 1) / clouds.length);
  }
  return {
    covariance: spreadOf(errors.covariance),
    fourth: spreadOf(errors.fourth),
    momentum: spreadOf(errors.momentum),
    energy: spreadOf(errors.energy),
    heating: spreadOf(errors.heating),
  };
}

interface End {
  readonly cloud: Cloud;
  /** `Σ τ²E|U|²`. */
  readonly heat: number;
}

async function roll(
  context: EvaluationContext,
  solver: Solver<unknown>,
  run: { readonly start: Start; readonly options: LandauOperatorOptions; readonly tally?: Conduct },
): Promise<End> {
  const { flow } = context.problem;
  const { cloud, key } = run.start;
  const steps = Math.max(1, Math.round(run.options.finalTime / flow.tau));
  let [last, heat] = [cloud, 0];
  for await (const frame of rollout(solver, { flow, cloud }, { steps, key })) {
    context.signal.throwIfAborted();
    if (frame.info === null) continue;
    run.tally?.record({ cloud: frame.cloud, info: frame.info });
    let squares = 0;
    for (let i = 0; i < last.positions.length; i++)
      squares += (frame.cloud.positions[i] - last.positions[i]) ** 2;
    heat += squares / cloud.count;
    last = frame.cloud;
  }
  return { cloud: last, heat };
}

/** Against the laws from the particles' own first moments, which obey them as those of any density do, up to what a sample leaves. */
function lawErrors(
  { constant, finalTime }: LandauOperatorOptions,
  start: Cloud,
  { cloud: end, heat }: End,
): Record<keyof LandauStanding, number> {
  const [from, to] = [start, end].map(({ positions, dimension }) => moments(positions, dimension));
  const exact = maxwellCovariance(from.covariance, { constant }, finalTime);
  const fourth = maxwellFourthMoment(
    { covariance: from.covariance, fourth: fourthMoment(start, from.mean) },
    { constant },
    finalTime,
  );
  const norm = (matrix: Matrix) => Math.hypot(...matrix.flat());
  const [before, after] = [from, to].map(({ covariance }) =>
    covariance.reduce((sum, row, k) => sum + row[k], 0),
  );
  return {
    covariance: (100 * norm(to.covariance.map((row, i) => row.map((x, j) => x - exact[i][j])))) / norm(exact),
    fourth: 100 * Math.abs(fourthMoment(end, to.mean) / fourth - 1),
    momentum: Math.hypot(...to.mean.map((m, k) => m - from.mean[k])),
    energy: Math.abs(after - before - heat) / before,
    heating: (100 * heat) / before,
  };
}

/** `E|v − m|⁴`. */
function fourthMoment({ positions, dimension, count }: Cloud, mean: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let square = 0;
    for (let k = 0; k < dimension; k++) square += (positions[i * dimension + k] - mean[k]) ** 2;
    sum += square ** 2;
  }
  return sum / count;
}

/** On the exact solution: errors of moments in %, of `E log f`, and the relative error of the carried density, `(Σ(f_i − f*)²/Σf*²)^{1/2}`. */
async function followBkw(
  context: EvaluationContext,
  solver: Solver<unknown>,
  options: LandauOperatorOptions,
) {
  const { bkw, bkwStart, finalTime } = options;
  const key = foldIn(context.key, "bkw");
  const cloud = sampleCloud(
    bkw.at(bkwStart),
    foldIn(key, "particles"),
    context.settings.evaluation.particles,
  );
  const end = await roll(context, solver, { start: { cloud, key }, options });
  const solution: Measure = bkw.at(bkwStart + finalTime);
  const exact = solution.logDensity(Float64Array.from(end.cloud.positions));
  let [squares, scale] = [0, 0];
  let entropy = 0;
  for (let i = 0; i < exact.length; i++) {
    squares += (Math.exp(end.cloud.logDensity[i]) - Math.exp(exact[i])) ** 2;
    scale += Math.exp(2 * exact[i]);
    entropy += end.cloud.logDensity[i] / exact.length;
  }
  const { covariance, fourth } = lawErrors(options, cloud, end);
  return {
    covariance,
    fourth,
    entropy: entropy - bkw.entropy(bkwStart + finalTime),
    density: Math.sqrt(squares / scale),
  };
}

/** How far a step moves a particle of the Maxwellian at most. */
async function motionAtRest(
  context: EvaluationContext,
  solver: Solver<unknown>,
  { cloud: like, key }: Start,
): Promise<number> {
  const measure = maxwellian(moments(like.positions, like.dimension));
  const cloud = sampleCloud(measure, foldIn(key, "steady"), like.count);
  const { flow } = context.problem;
  let motion = 0;
  for await (const frame of rollout(solver, { flow, cloud }, { steps: 1, key }))
    for (let i = 0; i < cloud.positions.length; i++)
      motion = Math.max(motion, Math.abs(frame.cloud.positions[i] - cloud.positions[i]));
  return motion;
}

async function pace(context: EvaluationContext, solver: Solver<unknown>, { cloud, key }: Start) {
  return paceOf(await follow(context, solver, { cloud, steps: 4, key }));
}
