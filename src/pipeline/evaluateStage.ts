/** @file Runs evaluations one after another and puts together what they found. */

import { check, didYouMean } from "../check/check.ts";
import type { OperatorModel } from "../operator/solver.ts";
import { foldIn, type Key, keyFrom } from "../random/key.ts";
import type { Evaluation, EvaluationContext, Findings, Problem } from "./definition.ts";
import type { OpenRun } from "./openRun.ts";
import type { Progress } from "./progress.ts";

/** What every evaluation shares; each gets its own slice of the progress. */
export type SharedContext = Omit<EvaluationContext, "progress">;

/** The stream that held-out densities are drawn from, apart from those of training. */
export function evaluationKey(seed: number): Key {
  return foldIn(keyFrom(seed), "evaluation");
}

/** What the evaluations of a run share. */
export function evaluationContext(
  run: Pick<OpenRun, "settings" | "engine" | "clock" | "signal" | "record" | "peakMemory">,
  problem: Problem,
  model: OperatorModel | undefined,
): SharedContext {
  const { settings, engine, clock, signal, peakMemory } = run;
  const { train, generate } = run.record().seconds;
  return {
    problem,
    settings,
    engine,
    model,
    trainingSeconds: train === undefined ? undefined : train + (generate ?? 0),
    key: evaluationKey(settings.seed),
    clock,
    peakMemory,
    signal,
  };
}

/** The evaluations of these suites, or all of them. Throws `InputError` for a suite that there is not. */
export function chooseSuites(
  evaluations: readonly Evaluation[],
  suites?: readonly string[],
): readonly Evaluation[] {
  if (suites === undefined || suites.length === 0) return evaluations;
  const known = [...new Set(evaluations.map(({ suite }) => suite))];
  for (const name of suites) {
    check(
      known.includes(name),
      () => `unknown suite "${name}".${didYouMean(name, known)} Suites: ${known.join(", ")}.`,
    );
  }
  return evaluations.filter(({ suite }) => suites.includes(suite));
}

/** Runs evaluations in order. Two that report one metric contradict each other: that is a mistake of the pipeline's. */
export async function runEvaluations(
  evaluations: readonly Evaluation[],
  context: SharedContext,
  progress: Progress,
): Promise<Findings> {
  progress.stage("evaluate");
  const metrics: Record<string, number> = {};
  const sections: Findings["sections"][number][] = [];
  for (const [index, evaluation] of evaluations.entries()) {
    context.signal.throwIfAborted();
    const report = (message: string, fraction = 0) =>
      progress.update(`${evaluation.suite}: ${message}`, (index + fraction) / evaluations.length);
    report("begins");
    const found = await evaluation.run({ ...context, progress: report });
    for (const [name, value] of Object.entries(found.metrics)) {
      check(!(name in metrics), () => `suite "${evaluation.suite}": the metric "${name}" is reported twice.`);
      metrics[name] = value;
    }
    sections.push(...found.sections);
  }
  return { metrics, sections };
}
