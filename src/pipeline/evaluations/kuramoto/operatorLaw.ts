/** @file The law of a learned synchronisation step: exact JKO steps, the equation, the transition, and seconds. */

import { conditioned } from "../../../jko/flow.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepOptions } from "../../../jko/perStepSettings.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { quantileCloud } from "../../../measures/cloud.ts";
import type { Family } from "../../../measures/family.ts";
import type { LineMeasure } from "../../../measures/measure.ts";
import { relativeDisplacementError } from "../../../metrics/mapError.ts";
import { beforeTraining, operatorSolver } from "../../../operator/solver.ts";
import { foldIn } from "../../../random/key.ts";
import { orderOf, spectralEquation } from "../../../systems/kuramoto/spectral.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type Conduct, conduct } from "../conduct.ts";
import { follow, paceOf } from "../follow.ts";
import { type Spread, spreadOf } from "../law.ts";
import { measuredOrder } from "./clouds.ts";
import { type KuramotoCase, kuramotoCase } from "./operatorCases.ts";
import { kuramotoOperatorReport } from "./operatorReport.ts";

export interface KuramotoOperatorOptions {
  /** `K` at which densities are evolved; on both sides of the transition. */
  readonly couplings: readonly number[];
  readonly secondHarmonic: number;
  readonly finalTime: number;
  /** Densities that are in no training family. */
  readonly heldOut: Family;
  /** A coupling that grows evenly with the time. */
  readonly ramp: { readonly from: number; readonly to: number; readonly time: number };
  /** Networks that are trained anew in every step, by name. */
  readonly perStep: Readonly<Record<string, { readonly label: string; readonly options: PerStepOptions }>>;
}

/** What is measured of one method. */
export interface KuramotoMethod {
  readonly label: string;
  /** `(E|T − T*|²/E|T* − x|²)^{1/2}` of the first step, in %. */
  readonly step: Spread;
  /** `|r − r_exact|`, the largest over the time, against exact JKO steps. */
  readonly chain?: Spread;
  /** The same against the equation. */
  readonly course?: Spread;
  /** Against the equation at the end. */
  readonly final?: Spread;
  readonly seconds?: number;
}

/** A density and `r(t)` by one method. */
export interface KuramotoCourse {
  readonly start: KuramotoCase;
  readonly orders: readonly number[];
}

/** `r` while the coupling grows. */
export interface KuramotoRamp {
  readonly couplings: readonly number[];
  readonly operator: readonly number[];
  readonly truth: readonly number[];
}

/**
 * Holds an operator that knows many couplings against exact JKO steps and the equation, on held-out densities and on both sides of the
 * transition, and while the coupling grows through it.
 */
export function kuramotoOperatorLaw(options: KuramotoOperatorOptions): Evaluation {
  return {
    suite: "kuramotoOperator",
    async run(context) {
      const cases = await drawCases(context, options);
      const { methods, courses, tally, operator } = await compare(context, options, cases);
      const ramp = await followRamp(context, operator, options);
      return {
        metrics: {
          ...methodMetrics(options, methods),
          "kuramotoOperator.timeStep.max": Math.max(
            ...cases.map(({ exact, truth }) => furthest(exact, truth)),
          ),
          "kuramotoOperator.ramp": furthest(ramp.operator, ramp.truth),
          "kuramotoOperator.strictRises": courses.reduce((sum, { rises }) => sum + rises, 0),
          ...tally.metrics("kuramotoOperator"),
        },
        sections: kuramotoOperatorReport({
          methods,
          courses,
          ramp,
          tally,
          options,
          settings: context.settings,
        }),
      };
    },
  };
}

async function compare(
  context: EvaluationContext,
  options: KuramotoOperatorOptions,
  cases: readonly KuramotoCase[],
) {
  const { model, engine, settings, key } = context;
  if (model === undefined) throw new Error("the law of the Kuramoto operator needs a trained operator");
  const size = { context: settings.evaluation.context };
  const operator = operatorSolver(engine, model, size) as Solver<unknown>;
  const fresh = beforeTraining(model, foldIn(key, "untrained"));
  const untrained = operatorSolver(engine, fresh, size) as Solver<unknown>;
  const tally = conduct();
  const courses = await rollOut(context, operator, { cases, tally });
  const methods: Record<string, KuramotoMethod> = {
    operator: {
      label: "learned operator",
      ...standing(courses),
      seconds: await pace(context, operator, cases),
    },
    untrained: {
      label: "the same operator before training",
      ...standing(await rollOut(context, untrained, { cases })),
    },
  };
  for (const [name, rival] of Object.entries(options.perStep)) {
    const solver = perStepSolver(engine, rival.options) as Solver<unknown>;
    // One density a coupling: each costs a training.
    const some = cases.filter((_, i) => i % settings.evaluation.densities === 0);
    const { step } = standing(await rollOut(context, solver, { cases: some, steps: 1 }));
    methods[name] = { label: rival.label, step, seconds: await pace(context, solver, cases) };
  }
  return { methods, courses, tally, operator };
}

/** Errors and seconds of each method, and the seconds of networks over those of the operator. */
function methodMetrics(
  { perStep }: KuramotoOperatorOptions,
  methods: Readonly<Record<string, KuramotoMethod>>,
): Record<string, number> {
  const ratio = (name: string) => (methods[name].seconds as number) / (methods["operator"].seconds as number);
  return Object.fromEntries([
    ...Object.entries(methods).flatMap(([name, method]) => named(name, method)),
    ...Object.keys(perStep).map((name) => [`kuramotoOperator.${name}.ratio`, ratio(name)]),
  ]);
}

async function drawCases(
  context: EvaluationContext,
  options: KuramotoOperatorOptions,
): Promise<KuramotoCase[]> {
  const { problem, settings, key } = context;
  const { densities, particles } = settings.evaluation;
  const steps = Math.max(1, Math.round(options.finalTime / problem.flow.tau));
  const cases: KuramotoCase[] = [];
  for (const [k, coupling] of options.couplings.entries()) {
    for (let i = 0; i < densities; i++) {
      context.signal.throwIfAborted();
      const own = foldIn(foldIn(foldIn(key, "kuramoto"), k), i);
      const { flow } = problem;
      const { secondHarmonic, heldOut: family } = options;
      cases.push(
        await kuramotoCase({ flow, coupling, secondHarmonic }, { family, particles, steps, key: own }),
      );
    }
    context.progress("the equation and exact JKO steps", (k + 1) / options.couplings.length);
  }
  return cases;
}

/** A course, with the error of its first step in %, and how often the free energy rose by more than rounding. */
type Rolled = KuramotoCourse & { readonly step: number; readonly rises: number };

async function rollOut(
  context: EvaluationContext,
  solver: Solver<unknown>,
  run: { readonly cases: readonly KuramotoCase[]; readonly steps?: number; readonly tally?: Conduct },
): Promise<Rolled[]> {
  const courses: Rolled[] = [];
  for (const start of run.cases) {
    const { flow, cloud, key } = start;
    const steps = run.steps ?? start.truth.length - 1;
    const orders: number[] = [];
    let [step, rises] = [Number.NaN, 0];
    for await (const frame of rollout(solver, { flow, cloud }, { steps, key })) {
      context.signal.throwIfAborted();
      orders.push(measuredOrder(frame.cloud));
      if (frame.info === null) continue;
      run.tally?.record({ cloud: frame.cloud, info: frame.info });
      if (frame.info.energyChange > 1e-9) rises++;
      if (frame.step > 1) continue;
      const images = { computed: frame.cloud.positions, exact: start.first.positions };
      step = 100 * Math.sqrt(relativeDisplacementError({ initial: cloud.positions, ...images }));
    }
    courses.push({ start, orders, step, rises });
    context.progress(`${solver.name}: K = ${start.coupling}`, courses.length / run.cases.length);
  }
  return courses;
}

function standing(
  courses: readonly Rolled[],
): Omit<KuramotoMethod, "label"> & Required<Pick<KuramotoMethod, "final">> {
  return {
    step: spreadOf(courses.map(({ step }) => step)),
    chain: spreadOf(courses.map(({ orders, start }) => furthest(orders, start.exact))),
    course: spreadOf(courses.map(({ orders, start }) => furthest(orders, start.truth))),
    final: spreadOf(
      courses.map(({ orders, start }) =>
        Math.abs((orders.at(-1) as number) - start.truth[orders.length - 1]),
      ),
    ),
  };
}

/** `max_k |a_k − b_k|` over the entries of the first. */
function furthest(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, k) => Math.abs(value - b[k])));
}

function named(method: string, { label: _, seconds, ...errors }: KuramotoMethod): [string, number][] {
  return [
    ...Object.entries(errors).flatMap(([error, { median, max }]): [string, number][] => [
      [`kuramotoOperator.${method}.${error}.median`, median],
      [`kuramotoOperator.${method}.${error}.max`, max],
    ]),
    ...(seconds === undefined ? [] : [[`kuramotoOperator.${method}.seconds`, seconds] as [string, number]]),
  ];
}

/** Seconds a step of the last density, whose coupling is the greatest, where a few steps have most to do. */
async function pace(
  context: EvaluationContext,
  solver: Solver<unknown>,
  cases: readonly KuramotoCase[],
): Promise<number> {
  const { flow, cloud, key } = cases[cases.length - 1];
  const problem = { ...context.problem, flow };
  return paceOf(await follow({ ...context, problem }, solver, { cloud, steps: 4, key }));
}

async function followRamp(
  context: EvaluationContext,
  solver: Solver<unknown>,
  options: KuramotoOperatorOptions,
): Promise<KuramotoRamp> {
  const { flow } = context.problem;
  const { secondHarmonic, ramp } = options;
  const key = foldIn(context.key, "ramp");
  const measure = options.heldOut.draw(foldIn(key, "density")) as LineMeasure;
  let cloud = quantileCloud(measure, context.settings.evaluation.particles);
  let state = await solver.init(flow, cloud, key);
  const steps = Math.max(1, Math.round(ramp.time / flow.tau));
  const at = (step: number) => ramp.from + ((ramp.to - ramp.from) * step) / steps;
  const equationAt = (coupling: number) =>
    spectralEquation({ coupling, secondHarmonic }, { timeStep: flow.tau / 20 });
  let density = equationAt(ramp.from).project(measure);
  const course = { couplings: [at(0)], operator: [measuredOrder(cloud)], truth: [orderOf(density, 1)] };
  for (let step = 1; step <= steps; step++) {
    context.signal.throwIfAborted();
    ({ cloud, state } = await solver.step(conditioned(flow, { coupling: at(step) }), cloud, state));
    density = equationAt(at(step)).evolve(density, flow.tau);
    course.couplings.push(at(step));
    course.operator.push(measuredOrder(cloud));
    course.truth.push(orderOf(density, 1));
  }
  return course;
}
