/** @file Runs a pipeline: train, export, evaluate, report; what is finished is not done again on resuming. */

import { rm } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { loadCheckpoint } from "../checkpoints/checkpoint.ts";
import { openDataset } from "../datasets/dataset.ts";
import { manifestPath } from "../datasets/manifest.ts";
import { writeAtomically } from "../files/atomic.ts";
import { sha256OfFile } from "../files/hash.ts";
import { exportOperator } from "../operator/export.ts";
import type { ReportData, ReportSection } from "../report/report.ts";
import { composeReport } from "./composeReport.ts";
import type { EvaluationContext, Findings, Problem } from "./definition.ts";
import { evaluationContext, runEvaluations } from "./evaluateStage.ts";
import { openFindings } from "./findings.ts";
import { inRun } from "./inRun.ts";
import type { OpenRun, RunOptions } from "./openRun.ts";
import { judgeMetrics, type Result, resultFrom } from "./result.ts";
import { exists, jsonText, readJson } from "./runFolder.ts";
import { saveFinished, type Trained, trainStage } from "./trainStage.ts";
import { rewriteReport, writeReport } from "./writeReport.ts";

/** What a run leaves to be shown. */
export interface RunOutcome {
  readonly result: Result;
  readonly sections: readonly ReportSection[];
  /** Path of the report's page. */
  readonly report: string;
  /** What went wrong with the tracking or the export, which never stop a run. */
  readonly warnings: readonly string[];
}

/**
 * Runs a pipeline to its end, or until the signal is raised: then what is done of the training is safe, the run is marked
 * as interrupted, and the signal's reason is thrown.
 */
export async function runPipeline(options: RunOptions): Promise<RunOutcome> {
  const { result: outcome, warnings } = await inRun(
    options,
    "finished",
    async (run) => (await earlierOutcome(run)) ?? (await carryOut(run)),
  );
  return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
}

/** What a finished run left; its page and figures are made again where they are missing. */
async function earlierOutcome(run: OpenRun): Promise<RunOutcome | undefined> {
  const { paths, progress } = run;
  const [result, report] = [await readWritten(run, paths.result), await readWritten(run, paths.reportData)];
  if (result === undefined || report === undefined) return undefined;
  if (run.definition.trains) {
    if (!(await exists(paths.checkpoint))) return undefined;
    await loadCheckpoint(paths.checkpoint);
    // A dataset may have been removed to make room; one that is there must be whole.
    if (await exists(manifestPath(paths.dataset))) await (await openDataset(paths.dataset)).verify();
  }
  const whole = (await exists(paths.report)) && (await isAsWritten(run, paths.report));
  progress.note(`the run in ${paths.folder} is finished${whole ? "" : ": making its report again"}`);
  if (!whole) await rewriteReport(paths);
  const { sections = [] } = report as ReportData;
  return { result: resultFrom(result, paths.result), sections, report: paths.report, warnings: [] };
}

/** A file of the result; undefined where it is missing, or is not what the run has written and must be made again. */
async function readWritten(run: OpenRun, path: string): Promise<unknown> {
  if (!(await exists(path)) || (await isAsWritten(run, path))) return readJson(path);
  run.progress.note(`${path} has been changed or damaged since it was written: evaluating again`);
  return undefined;
}

async function isAsWritten(run: OpenRun, path: string): Promise<boolean> {
  const written = run.record().written?.[basename(path)];
  return written === undefined || (await sha256OfFile(path)) === written;
}

async function carryOut(run: OpenRun): Promise<RunOutcome> {
  const { definition, settings } = run;
  const problem = definition.problem(settings);
  const trained = definition.trains ? await trainStage(run, problem) : undefined;
  const exported = trained === undefined ? undefined : await exportStage(run, problem, trained);
  const findings = await evaluate(run, problem, trained);
  await exported?.save(findings.metrics);
  const written = await report(run, findings, trained);
  return { ...written, warnings: exported?.warnings ?? [] };
}

/**
 * Saves the trained operator as finished before it is evaluated, so that a long evaluation can be interrupted too.
 * Gives the function that saves it with its metrics. An operator that cannot be exported is evaluated all the same:
 * what it lacks is a warning.
 */
async function exportStage(run: OpenRun, problem: Problem, trained: Trained) {
  run.progress.stage("export");
  const began = run.clock();
  const warnings: string[] = [];
  const onnx = await (run.exportModel ?? exportOperator)(trained.model).catch((error: unknown) => {
    warnings.push(`export: there is no operator.onnx: ${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  const save = (metrics: Findings["metrics"]) => saveFinished(run, trained, { problem, metrics, onnx });
  await save({});
  await addSeconds(run, "export", run.clock() - began);
  trackDataset(run, trained);
  return { save, warnings };
}

/** What the manifest of a checkpoint calls the seconds of its training, generation included. */
export const trainingSecondsMetric = "training.seconds";

async function evaluate(run: OpenRun, problem: Problem, trained: Trained | undefined): Promise<Findings> {
  const evaluations = run.definition.evaluations(run.settings);
  const store = await openFindings(run, evaluations);
  // What other processes have found is taken as it is.
  let elsewhere = 0;
  const remaining = evaluations.map((evaluation, k) => ({
    suite: evaluation.suite,
    async run(context: EvaluationContext) {
      const stored = await store.read(k);
      elsewhere += stored?.seconds ?? 0;
      return stored?.findings ?? evaluation.run(context);
    },
  }));
  const began = run.clock();
  const context = evaluationContext(run, problem, trained?.model);
  const findings = await runEvaluations(remaining, context, run.progress);
  run.signal.throwIfAborted();
  await addSeconds(run, "evaluate", run.clock() - began + elsewhere);
  run.tracker.metrics(findings.metrics, trained?.state.iteration ?? 0);
  return findings;
}

async function report(
  run: OpenRun,
  findings: Findings,
  trained: Trained | undefined,
): Promise<Omit<RunOutcome, "warnings">> {
  const { definition, preset, settings, paths, progress, clock } = run;
  progress.stage("report");
  const began = clock();
  const result: Result = {
    schema: "l2e.result/1",
    pipeline: definition.name,
    preset,
    seed: settings.seed,
    engine: run.engine.name,
    metrics: judgeMetrics(findings.metrics, definition.expected[preset]),
    seconds: run.record().seconds,
    files: filesOf(run),
  };
  const data = composeReport({
    definition,
    result,
    settings,
    engineDetail: run.engine.detail,
    sections: findings.sections,
    ...(trained === undefined ? {} : { history: trained.history }),
    ...(run.command === undefined ? {} : { command: run.command }),
  });
  const figures = await writeReport(paths, data);
  await addSeconds(run, "report", clock() - began);
  const timed = { ...result, seconds: run.record().seconds };
  await writeAtomically(paths.result, jsonText(timed));
  await rm(paths.findings, { recursive: true, force: true });
  const written = [paths.reportData, paths.report, paths.result].map(
    async (path) => [basename(path), await sha256OfFile(path)] as const,
  );
  await run.update({ written: Object.fromEntries(await Promise.all(written)) });
  await trackFiles(run, figures, trained?.state.iteration ?? 0);
  return { result: timed, sections: data.sections ?? [], report: paths.report };
}

function trackDataset(run: OpenRun, { dataset }: Trained): void {
  const { snapshotCount, manifest } = dataset;
  run.tracker.dataset({
    name: run.paths.name,
    digest: dataset.digest(),
    source: dataset.folder,
    context: "training",
    profile: JSON.stringify({ snapshots: snapshotCount, parts: manifest.parts.length }),
  });
}

async function trackFiles(run: OpenRun, figures: readonly string[], step: number): Promise<void> {
  const { paths, tracker } = run;
  for (const path of [paths.report, paths.result, ...figures]) {
    await tracker.artifact(path, posix(relative(paths.folder, path)));
  }
  if (!run.definition.trains) return;
  for (const name of ["manifest.json", "weights.safetensors", "training.safetensors", "operator.onnx"]) {
    const path = `${paths.checkpoint}${sep}${name}`;
    if (await exists(path)) await tracker.artifact(path, `checkpoint/${name}`);
  }
  const onnx = `${paths.checkpoint}${sep}operator.onnx`;
  if (await exists(onnx)) await tracker.model({ onnx, step });
}

function filesOf({ paths, definition, tracker }: OpenRun): Record<string, string> {
  const trained = definition.trains ? { dataset: paths.dataset, checkpoint: paths.checkpoint } : {};
  const local = { run: paths.folder, report: paths.report, result: paths.result, ...trained };
  const files = Object.entries(local).map(
    ([name, path]) => [name, posix(relative(paths.root, path))] as const,
  );
  return { ...Object.fromEntries(files), ...(tracker.location === "" ? {} : { tracking: tracker.location }) };
}

async function addSeconds(run: OpenRun, stage: string, seconds: number): Promise<void> {
  await run.update({ seconds: { ...run.record().seconds, [stage]: seconds } });
}

/** Paths in results have forward slashes on every system. */
function posix(path: string): string {
  return path.split(sep).join("/");
}
