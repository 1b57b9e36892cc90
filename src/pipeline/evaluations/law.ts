/** @file The test law: an operator against exact JKO steps on held-out densities, with every cheap rival beside it. */

import { isTranslationInvariant } from "../../jko/flow.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { relativeDisplacementError, unexplainedVariance } from "../../metrics/mapError.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import {
  beforeTraining,
  initialOperatorState,
  type OperatorModel,
  stepClouds,
} from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { errorTable } from "../../report/tables.ts";
import type { EvaluationContext, Findings } from "../definition.ts";
import { type Conduct, conduct } from "./conduct.ts";

/** One held-out density and everything exact that is known of it; positions are row-major, particle by particle. */
export interface LawCase {
  readonly cloud: Cloud;
  /** `T*_k(x_i)`: the particles after `k` exact JKO steps. */
  exact(steps: number): Float64Array;
  /** `tr Cov` of the density after `k` exact JKO steps. */
  variance(steps: number): number;
  /** Particles as a rival moves them. */
  readonly rivals: Readonly<Record<string, (steps: number) => Float64Array>>;
  /** `W₂²` between the exact JKO chain and the equation at time `kτ`: the error of the time step alone. */
  timeError(steps: number): number;
  /** Further errors of moved particles after `k` steps, by name: a radius, a support. */
  readonly further?: (positions: ArrayLike<number>, steps: number) => Readonly<Record<string, number>>;
}

/** A density whose equation is solved too. */
export interface SolvedCase extends LawCase {
  readonly initial: Measure;
  /** The solution of the equation at time `kτ`. */
  solution(steps: number): Measure;
  /** The particles as the equation itself moves them until `kτ`. */
  flowed(steps: number): Float64Array;
}

/** Error of one method on one density after `k` steps. */
interface MapError {
  /** `100 E|T − T*|²/Var ρ*`, in %. */
  readonly uvp: number;
  /** `E|T − T*|²/E|T* − x|²`. */
  readonly displacement: number;
}

const labels: Readonly<Record<string, string>> = {
  operator: "learned operator",
  untrained: "the same operator before training",
  identity: "identity (nothing moves)",
  euler: "explicit Euler, exact score",
  plugin: "exact step of a Gaussian fitted to the context",
  time: "exact JKO chain against the equation",
};

/**
 * Rolls the operator out on every case and compares it, particle by particle, with the exact JKO chain. No
 * sampling error enters: both are maps of the same particles.
 */
export async function measureLaw(
  context: EvaluationContext,
  law: {
    readonly suite: string;
    readonly title: string;
    readonly explanation: string;
    readonly steps: readonly number[];
  },
  cases: readonly LawCase[],
): Promise<Findings> {
  const { steps } = law;
  const { model } = context;
  if (model === undefined) throw new Error("the test law needs a trained operator");
  const course = await followCases(context, model, { steps, cases });
  const fresh = beforeTraining(model, foldIn(context.key, "untrained"));
  const untrained = await followCases(context, fresh, { steps, cases });
  const errors: Record<string, MapError[][]> = { operator: course.errors, untrained: untrained.errors };
  errors.identity = steps.map((k) => cases.map((c) => mapError(c, k, c.cloud.positions)));
  for (const rival of Object.keys(cases[0].rivals)) {
    errors[rival] = steps.map((k) => cases.map((c) => mapError(c, k, c.rivals[rival](k))));
  }
  errors.time = steps.map((k) =>
    cases.map((c) => {
      const uvp = (100 * c.timeError(k)) / c.variance(k);
      return { uvp, displacement: Number.NaN };
    }),
  );
  const table = (title: string, unit: string, pick: (error: MapError) => number) =>
    errorTable({
      title,
      unit,
      steps,
      rows: Object.entries(errors).map(([method, bySteps]) => ({
        method: labels[method] ?? method,
        role: method === "operator" ? "subject" : method === "identity" ? "trivial" : "reference",
        errors: bySteps.map((row) => medianAndMax(row.map(pick))),
      })),
    });
  const { drift } = course;
  const further = furtherErrors(law, course);
  return {
    metrics: {
      ...Object.fromEntries(
        Object.entries(errors).flatMap(([method, bySteps]) =>
          bySteps.flatMap((row, i) =>
            (["uvp", "displacement"] as const).flatMap((quantity) => {
              const summary = medianAndMax(row.map((error) => error[quantity]));
              const name = `${law.suite}.${method}.${quantity}.${steps[i]}`;
              return summary === null
                ? []
                : ([
                    [`${name}.median`, summary.median],
                    [`${name}.max`, summary.max],
                  ] as const);
            }),
          ),
        ),
      ),
      ...further.metrics,
      ...course.conduct.metrics(law.suite),
      ...(isTranslationInvariant(model.flow) ? { [`${law.suite}.drift`]: drift } : {}),
    },
    sections: [
      {
        title: law.title,
        explanation: law.explanation,
        tables: [
          table(
            "Unexplained variance against the exact JKO chain, 100 E|T − T*|²/Var ρ*",
            "%",
            (error) => error.uvp,
          ),
          table("Relative displacement error, E|T − T*|²/E|T* − x|²", "1", (error) => error.displacement),
          ...further.tables,
          course.conduct.table(),
        ],
      },
    ],
  };
}

/** What an operator did to all cases: errors by listed step and case, and what a JKO step must not do. */
interface Course {
  readonly errors: MapError[][];
  readonly further: Readonly<Record<string, number>>[][];
  readonly conduct: Conduct;
  /** The largest change of a coordinate of a mean, which no step of a translation-invariant flow makes, in units of length. */
  readonly drift: number;
}

async function followCases(
  context: EvaluationContext,
  model: OperatorModel,
  law: { readonly steps: readonly number[]; readonly cases: readonly LawCase[] },
): Promise<Course> {
  const { settings, engine, key, progress, signal } = context;
  const { steps, cases } = law;
  const operator = {
    flow: model.flow,
    evaluate: fieldEvaluator(engine, model),
    context: settings.evaluation.context,
  };
  let items = cases.map(({ cloud }, i) => ({
    cloud,
    state: initialOperatorState(cloud, contextKey(key, i)),
  }));
  const last = Math.max(...steps);
  const errors: MapError[][] = [];
  const further: Record<string, number>[][] = [];
  const tally = conduct();
  let drift = 0;
  for (let k = 1; k <= last; k++) {
    signal.throwIfAborted();
    const results = await stepClouds(operator, items);
    items = results;
    results.forEach(tally.record);
    if (steps.includes(k)) {
      const at = steps.indexOf(k);
      const positions = (i: number) => items[i].cloud.positions;
      errors[at] = cases.map((c, i) => mapError(c, k, positions(i)));
      further[at] = cases.map((c, i) => ({ ...c.further?.(positions(i), k) }));
      cases.forEach((c, i) => {
        drift = Math.max(drift, meanDifference(positions(i), c.cloud.positions, c.cloud.dimension));
      });
    }
    progress(`step ${k} of ${last}`, k / last);
  }
  return { errors, further, conduct: tally, drift };
}

/** Medians and maxima of the further errors of the operator, as metrics and as a table. */
function furtherErrors(law: { readonly suite: string; readonly steps: readonly number[] }, course: Course) {
  const names = Object.keys(course.further[0][0]);
  const summaries = names.map((name) => ({
    name,
    bySteps: course.further.map((row) => medianAndMax(row.map((errors) => errors[name]))),
  }));
  const metrics = summaries.flatMap(({ name, bySteps }) =>
    bySteps.flatMap((summary, i) =>
      summary === null
        ? []
        : ([
            [`${law.suite}.operator.${name}.${law.steps[i]}.median`, summary.median],
            [`${law.suite}.operator.${name}.${law.steps[i]}.max`, summary.max],
          ] as const),
    ),
  );
  const table = errorTable({
    title: "Further errors of the operator",
    unit: "%",
    steps: law.steps,
    rows: summaries.map(({ name, bySteps }) => ({ method: name, role: "subject" as const, errors: bySteps })),
  });
  return { metrics: Object.fromEntries(metrics), tables: names.length === 0 ? [] : [table] };
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>, d: number): number {
  const difference = new Float64Array(d);
  for (let i = 0; i < a.length; i++) difference[i % d] += ((a[i] - b[i]) * d) / a.length;
  return Math.max(...difference.map(Math.abs));
}

/** The stream that decides which particles of case `i` are its context. */
export function contextKey(key: Key, i: number): Key {
  return foldIn(foldIn(key, "context"), i);
}

function mapError(c: LawCase, k: number, positions: ArrayLike<number>): MapError {
  const exact = c.exact(k);
  return {
    uvp: unexplainedVariance(positions, exact, c.cloud.dimension),
    displacement: relativeDisplacementError({ initial: c.cloud.positions, computed: positions, exact }),
  };
}

/** Null where nothing was measured. */
export function medianAndMax(values: readonly number[]): { median: number; max: number } | null {
  if (values.some(Number.isNaN)) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { median, max: sorted.at(-1) as number };
}

/** Median and maximum over densities. */
export interface Spread {
  readonly median: number;
  readonly max: number;
}

/** The spread of values; NaN where nothing was measured. */
export function spreadOf(values: readonly number[]): Spread {
  return medianAndMax(values) ?? { median: Number.NaN, max: Number.NaN };
}
