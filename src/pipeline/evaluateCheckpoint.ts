/** @file Evaluates a trained operator again: all of its pipeline's test law, or some of its suites. */

import { basename, relative, resolve, sep } from "node:path";
import type { Engine } from "../engine/engine.ts";
import { writeAtomically } from "../files/atomic.ts";
import type { ReportSection } from "../report/report.ts";
import { composeReport } from "./composeReport.ts";
import { chooseSuites, evaluationKey, runEvaluations } from "./evaluateStage.ts";
import { evaluationSettings, type LoadedOperator } from "./model.ts";
import type { LockFolder } from "./openRun.ts";
import type { Progress } from "./progress.ts";
import type { Override } from "./resolveSettings.ts";
import { judgeMetrics, type Result } from "./result.ts";
import { trainingSecondsMetric } from "./run.ts";
import { jsonText, type RunPaths, runPaths } from "./runFolder.ts";
import { writeReport } from "./writeReport.ts";

export interface CheckpointEvaluation {
  readonly loaded: LoadedOperator;
  /** Names of suites; all where there are none. */
  readonly suites?: readonly string[];
  /** Changes to `evaluation.…`. */
  readonly overrides?: readonly Override[];
  /** Below it the report is written, in `runs/<checkpoint>-evaluation/`. */
  readonly root: string;
  readonly engine: Engine;
  /** Keeps other processes out of the folder of the evaluation; left out where nobody else can come. */
  readonly lockFolder?: LockFolder;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Seconds; only differences mean anything. */
  readonly clock: () => number;
  /** The shell command that does the same, for the report. */
  readonly command?: string;
}

/** What an evaluation leaves to be shown. */
export interface EvaluationOutcome {
  readonly result: Result;
  readonly sections: readonly ReportSection[];
  /** Path of the report's page. */
  readonly report: string;
}

/** Evaluates a checkpoint and writes the result and its report. */
export async function evaluateCheckpoint(options: CheckpointEvaluation): Promise<EvaluationOutcome> {
  const name = `${basename(resolve(options.loaded.checkpoint.folder))}-evaluation`;
  const paths = runPaths(options.root, name);
  const lock = await options.lockFolder?.(paths.folder, options.progress.note);
  try {
    return await evaluateInto(paths, options);
  } finally {
    await lock?.release();
  }
}

async function evaluateInto(paths: RunPaths, options: CheckpointEvaluation): Promise<EvaluationOutcome> {
  const { loaded, engine, clock, root, suites = [] } = options;
  const { definition, problem, model } = loaded;
  const { manifest } = loaded.checkpoint;
  const settings = evaluationSettings(loaded, options.overrides ?? []);
  const evaluations = chooseSuites(definition.evaluations(settings), suites);
  const began = clock();
  const context = {
    problem,
    settings,
    engine,
    model,
    trainingSeconds: manifest.metrics[trainingSecondsMetric],
    key: evaluationKey(settings.seed),
    clock,
    signal: options.signal,
  };
  const findings = await runEvaluations(evaluations, context, options.progress);
  options.signal.throwIfAborted();
  const expected = definition.expected[manifest.preset as keyof typeof definition.expected] ?? {};
  // A bound on a metric of a suite that was not asked for is not missing; it is not asked.
  const asked = suites.length === 0 ? expected : pick(expected, Object.keys(findings.metrics));
  const files = Object.entries({
    report: paths.report,
    result: paths.result,
    checkpoint: loaded.checkpoint.folder,
  });
  const result: Result = {
    schema: "l2e.result/1",
    pipeline: definition.name,
    preset: manifest.preset,
    seed: settings.seed,
    engine: engine.name,
    metrics: judgeMetrics(findings.metrics, asked),
    seconds: { evaluate: clock() - began },
    files: Object.fromEntries(
      files.map(([name, path]) => [name, relative(root, resolve(path)).split(sep).join("/")]),
    ),
  };
  const { sections } = findings;
  const report = composeReport({
    definition,
    result,
    settings,
    engineDetail: engine.detail,
    sections,
    ...(options.command === undefined ? {} : { command: options.command }),
  });
  await writeReport(paths, report);
  await writeAtomically(paths.result, jsonText(result));
  return { result, sections: report.sections ?? [], report: paths.report };
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}
