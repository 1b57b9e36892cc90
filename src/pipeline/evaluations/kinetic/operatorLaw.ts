/** @file The law of a learned collision step: exact steps, exact moments, the equilibrium, and seconds. */

import { perStepSolver } from "../../../jko/perStep.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Matrix } from "../../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import { klWithControl } from "../../../metrics/divergence.ts";
import { moments } from "../../../metrics/statistics.ts";
import { beforeTraining, operatorSolver } from "../../../operator/solver.ts";
import { foldIn } from "../../../random/key.ts";
import type { KineticGaussians } from "../../../systems/kinetic/gaussianMoments.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { conduct } from "../conduct.ts";
import { follow, paceOf } from "../follow.ts";
import { type Spread, spreadOf } from "../law.ts";
import { kineticNetworkSolver } from "./networks.ts";
import { type KineticCase, kineticCase, stepError } from "./operatorCases.ts";
import { operatorLawReport } from "./operatorLawReport.ts";

export interface KineticOperatorOptions {
  readonly system: KineticGaussians;
  /** Time until which moments are compared. */
  readonly finalTime: number;
  /** Steps for which the equilibrium is to stay. */
  readonly restingSteps: number;
  /** Points a density at which the exact step is solved. */
  readonly points: number;
  /** Networks that are trained anew in every step, for comparison, by name. */
  readonly perStep: Readonly<
    Record<string, { readonly hidden: readonly number[]; readonly rate: number; readonly iterations: number }>
  >;
}

/** What is measured of one method over all densities. */
export interface KineticMethod {
  readonly label: string;
  /** `(E|T − T*|²/E|T* − x|²)^{1/2}` of the first step, in %. */
  readonly step: Spread;
  /** Errors of mean and covariance at the end in % of the exact ones; absent where the method is not rolled out. */
  readonly mean?: Spread;
  readonly covariance?: Spread;
  /** Seconds a step, the push included. */
  readonly seconds?: number;
}

/**
 * Holds an operator for the collision step on one position and one velocity against exact steps from pushed mixtures of Gaussians of random
 * shapes, which are not in a family of round ones; against the exact moments of the equation after many steps; and at rest.
 */
export function kineticOperatorLaw(options: KineticOperatorOptions): Evaluation {
  return {
    suite: "kineticOperator",
    async run(context) {
      const { model, engine, problem, settings, key } = context;
      if (model === undefined) throw new Error("the law of the kinetic operator needs a trained operator");
      const { densities, particles } = settings.evaluation;
      const cases = Array.from({ length: densities }, (_, i) => {
        const own = foldIn(foldIn(key, "kinetic"), i);
        return kineticCase(problem.flow, { key: own, particles, points: options.points });
      });
      const size = { context: settings.evaluation.context };
      const operator = operatorSolver(engine, model, size) as Solver<unknown>;
      const untrained = operatorSolver(
        engine,
        beforeTraining(model, foldIn(key, "untrained")),
        size,
      ) as Solver<unknown>;
      const perStep = [
        ...Object.entries(options.perStep).map(([name, network]) => ({
          name,
          label: `network trained in every step, ${network.iterations} iterations of Adam`,
          solver: kineticNetworkSolver(engine, network),
        })),
        {
          name: "tuned",
          label: "gradient field trained in every step by L-BFGS",
          solver: perStepSolver(engine) as Solver<unknown>,
        },
      ];
      const tally = conduct();
      const steps = Math.max(1, Math.round(options.finalTime / problem.flow.tau));
      const some = cases.slice(0, settings.evaluation.perStepDensities);
      const trained = await rollOut(context, operator, { cases, steps, options, record: tally.record });
      const methods: Record<string, KineticMethod> = {
        operator: { label: "learned operator", ...trained, seconds: await pace(context, operator, cases[0]) },
        untrained: {
          label: "the same operator before training",
          ...(await rollOut(context, untrained, { cases, steps, options })),
        },
      };
      for (const { name, label, solver } of perStep) {
        const step = await firstSteps(context, solver, some);
        methods[name] = { label, step, seconds: await pace(context, solver, cases[0]) };
      }
      const rest = await atRest(context, operator, options);
      const metrics = Object.entries(methods).flatMap(([name, { label: _, seconds, ...errors }]) => [
        ...Object.entries(errors).flatMap(([error, { median, max }]) => [
          [`kineticOperator.${name}.${error}.median`, median] as const,
          [`kineticOperator.${name}.${error}.max`, max] as const,
        ]),
        ...(seconds === undefined ? [] : [[`kineticOperator.${name}.seconds`, seconds] as const]),
      ]);
      const ratios = perStep.map(({ name }) => [
        `kineticOperator.${name}.ratio`,
        (methods[name].seconds as number) / (methods["operator"].seconds as number),
      ]);
      return {
        metrics: {
          ...Object.fromEntries(metrics),
          ...Object.fromEntries(ratios),
          "kineticOperator.rest.kl": rest.kl,
          "kineticOperator.rest.secondMoment": rest.secondMoment,
          ...tally.metrics("kineticOperator"),
        },
        sections: operatorLawReport({ methods, rest, tally, densities, particles, steps, options }),
      };
    },
  };
}

async function rollOut(
  context: EvaluationContext,
  solver: Solver<unknown>,
  run: {
    readonly cases: readonly KineticCase[];
    readonly steps: number;
    readonly options: KineticOperatorOptions;
    readonly record?: ReturnType<typeof conduct>["record"];
  },
): Promise<Pick<KineticMethod, "step" | "mean" | "covariance">> {
  const { cases, steps, options } = run;
  const { flow } = context.problem;
  const [step, mean, covariance]: number[][] = [[], [], []];
  for (const [i, own] of cases.entries()) {
    let last = own.cloud;
    for await (const frame of rollout(solver, { flow, cloud: own.cloud }, { steps, key: own.key })) {
      context.signal.throwIfAborted();
      if (frame.pushed === null || frame.info === null) continue;
      if (frame.step === 1) step.push(stepError(own, frame.pushed, frame.cloud));
      run.record?.({ cloud: frame.cloud, info: frame.info });
      last = frame.cloud;
    }
    const errors = momentErrors(options.system, { start: own.cloud, end: last, time: steps * flow.tau });
    mean.push(errors.mean);
    covariance.push(errors.covariance);
    context.progress(`${solver.name}: density ${i + 1} of ${cases.length}`, (i + 1) / cases.length);
  }
  return { step: spreadOf(step), mean: spreadOf(mean), covariance: spreadOf(covariance) };
}

/**
 * Moments against those of the equation from the particles' own first ones, which obey the same linear equation as those of any density:
 * `|m − m*|` in units of the root mean square deviation and `‖Σ − Σ*‖/‖Σ*‖`, in %.
 */
function momentErrors(
  system: KineticGaussians,
  run: { readonly start: Cloud; readonly end: Cloud; readonly time: number },
) {
  const exact = system.flow(moments(run.start.positions, 2), run.time);
  const own = moments(run.end.positions, 2);
  const norm = (matrix: Matrix) => Math.hypot(...matrix.flat());
  const deviation = Math.sqrt(exact.covariance[0][0] + exact.covariance[1][1]);
  return {
    mean: (100 * Math.hypot(...own.mean.map((m, k) => m - exact.mean[k]))) / deviation,
    covariance:
      (100 * norm(own.covariance.map((row, i) => row.map((x, j) => x - exact.covariance[i][j])))) /
      norm(exact.covariance),
  };
}

async function firstSteps(
  context: EvaluationContext,
  solver: Solver<unknown>,
  cases: readonly KineticCase[],
) {
  const errors: number[] = [];
  for (const own of cases) {
    const { flow } = context.problem;
    for await (const { pushed: before, cloud } of rollout(
      solver,
      { flow, cloud: own.cloud },
      { steps: 1, key: own.key },
    ))
      if (before !== null) errors.push(stepError(own, before, cloud));
  }
  return spreadOf(errors);
}

async function pace(context: EvaluationContext, solver: Solver<unknown>, { cloud, key }: KineticCase) {
  return paceOf(await follow(context, solver, { cloud, steps: 4, key }));
}

/** From the equilibrium: after many steps the relative entropy `E log f/f∞`, and by how many % `E|z|²`, which rotations leave alone, has changed. */
async function atRest(context: EvaluationContext, solver: Solver<unknown>, options: KineticOperatorOptions) {
  const { flow } = context.problem;
  const steady = options.system.stationary();
  const cloud = sampleCloud(steady, foldIn(context.key, "rest"), context.settings.evaluation.particles);
  let last = cloud;
  for await (const frame of rollout(
    solver,
    { flow, cloud },
    { steps: options.restingSteps, key: foldIn(context.key, "still") },
  ))
    last = frame.cloud;
  const density = steady.logDensity(Float64Array.from(last.positions));
  const { mean: kl } = klWithControl(last.logDensity, density);
  const [before, after] = [cloud, last].map(({ positions }) => squares(positions));
  return { kl, secondMoment: 100 * Math.abs(after / before - 1) };
}

function squares(positions: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < positions.length; i++) sum += positions[i] ** 2;
  return sum;
}
