/** @file The test law: an operator against exact JKO steps on held-out densities, with every cheap rival beside it. */

import type { Cloud } from "../../measures/cloud.ts";
import { relativeDisplacementError, unexplainedVariance } from "../../metrics/mapError.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { errorTable } from "../../report/tables.ts";
import type { EvaluationContext, Findings } from "../definition.ts";

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
  const errors: Record<string, MapError[][]> = { operator: await operatorErrors(context, steps, cases) };
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
  return {
    metrics: Object.fromEntries(
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
        ],
      },
    ],
  };
}

/** Errors of the operator, by step and case. */
async function operatorErrors(
  context: EvaluationContext,
  steps: readonly number[],
  cases: readonly LawCase[],
): Promise<MapError[][]> {
  const { model, settings, engine, key, progress, signal } = context;
  if (model === undefined) throw new Error("the test law needs a trained operator");
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
  for (let k = 1; k <= last; k++) {
    signal.throwIfAborted();
    items = await stepClouds(operator, items);
    if (steps.includes(k))
      errors[steps.indexOf(k)] = cases.map((c, i) => mapError(c, k, items[i].cloud.positions));
    progress(`step ${k} of ${last}`, k / last);
  }
  return errors;
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
