/** @file `l2e sweep`: a pipeline over a grid of settings and several seeds. */

import { join, relative, resolve, sep } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { commandLine } from "../../executors/commandLine.ts";
import { writeAtomically } from "../../files/atomic.ts";
import type { PipelineDefinition, PresetName } from "../../pipeline/definition.ts";
import type { Result } from "../../pipeline/result.ts";
import { jsonText, type RunPaths, readJson } from "../../pipeline/runFolder.ts";
import type { Settings } from "../../pipeline/settings.ts";
import type { Axis, GridPoint, SweptPoint } from "../../pipeline/sweep.ts";
import type { Tracker } from "../../tracking/tracker.ts";
import {
  attemptsOf,
  type ExecutorOptions,
  executorFor,
  executorWords,
  isSharded,
  threadsOfTask,
  withExecutor,
  workersOf,
} from "../executors.ts";
import { exitCodes } from "../failure.ts";
import { lockFolder } from "../holder.ts";
import { interruptible } from "../interruption.ts";
import {
  collect,
  type EngineOptions,
  names,
  type OutputOptions,
  repeated,
  wholeNumber,
  withEngine,
  withOutput,
} from "../options.ts";
import { shownProgress } from "../progress.ts";
import { clock, engineFor, gitCommit, trackerFromEnvironment } from "../session.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

interface Options extends OutputOptions, EngineOptions, ExecutorOptions {
  readonly grid: readonly string[];
  readonly seeds: string;
  readonly preset?: string;
  readonly set: readonly string[];
  readonly metrics?: string;
  readonly resume?: boolean;
  readonly index?: string;
  readonly of?: string;
  readonly out: string;
}

const examples = `
Examples:
  l2e sweep fokker-planck-2d --grid tau=0.05,0.1 --seeds 5
  l2e sweep fokker-planck-2d --grid architecture.hidden=16,32,64 --grid tau=0.05,0.1 --preset smoke
  l2e sweep ./my-pipeline.ts --seeds 10 --metrics dissipation.folded     seeds alone
  l2e sweep fokker-planck-2d --grid tau=0.05,0.1 --seeds 5 --resume      go on after Ctrl-C; what is done is kept
  l2e sweep fokker-planck-2d --seeds 20 --executor slurm --slurm-opt time=120     an ensemble, a job for each member

Every combination of the grid is run with seeds 0, 1, …; each run lies in sweeps/<name>/<settings>-seed<n>/, with its own
report. The sweep's report, its table and its figures are in sweeps/<name>/. In MLflow the runs are nested in the sweep's.`;

export function addSweep(program: Command): void {
  const command = program
    .command("sweep")
    .summary("run a pipeline over a grid of settings and several seeds")
    .description(
      "Runs a pipeline once for every combination of a grid of settings and every seed, and summarises its metrics: the mean over the seeds with the 95 % confidence interval of Student's distribution, in a table and in figures.",
    )
    .argument("<pipeline>", "a name from l2e list, or the path of a .ts or .js file of your own")
    .option("-g, --grid <path=a,b>", "a setting and its values; may be given several times", collect, [])
    .option("--seeds <n>", "runs of each combination, with seeds 0 to n − 1", "3")
    .option("-p, --preset <preset>", "the preset that everything else is taken from (default: quick)")
    .option("-s, --set <path=value>", "change a setting in all runs; may be given several times", collect, [])
    .option("--metrics <a,b>", "the metrics to show (default: those with bounds, or all)")
    .option("-r, --resume", "go on with a sweep that was interrupted")
    .option("--index <i>", "make one run alone, without a summary: what the tasks of --executor do")
    .option("--of <n>", "how many runs there are, with --index")
    .option("-o, --out <folder>", "base folder of everything that is written", ".")
    .addHelpText("after", examples);
  withOutput(withEngine(withExecutor(command))).action(async (pipeline: string, options: Options) => {
    process.exitCode = await sweep(pipeline, options);
  });
}

/** What is known before anything runs. */
interface Plan {
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
  readonly axes: readonly Axis[];
  readonly points: readonly GridPoint[];
  readonly seeds: number;
  /** Settings of a run. */
  readonly settings: (point: GridPoint, seed: number) => Settings;
  readonly name: string;
  readonly folder: string;
  readonly options: Options;
  /** The words of the command, for tasks; with those of the executor they are the command. */
  readonly words: readonly string[];
  readonly command: string;
}

async function sweep(pipeline: string, options: Options): Promise<number> {
  const sharded = isSharded(options);
  const plan = await planOf(pipeline, options);
  if (options.index !== undefined) return runPart(plan, options.index);
  const swept = await interruptible((signal) => carryOut(plan, signal, sharded));
  if (swept === undefined) {
    process.stderr.write(`interrupted: what is done is kept. Go on with: ${plan.command} --resume\n`);
    return exitCodes.interrupted;
  }
  for (const warning of swept.warnings) process.stderr.write(`${warning}\n`);
  if (options.json === true) print(JSON.stringify(swept.summary));
  else {
    for (const table of swept.tables) print(`${textTable(table)}\n`);
    print(`report: ${relative(process.cwd(), swept.report)}`);
  }
  return exitCodes.done;
}

/** Every setting of every run is checked here, before the first begins. */
async function planOf(pipeline: string, options: Options): Promise<Plan> {
  const { choosePreset, parseOverride, resolveSettings } = await import("../../pipeline/resolveSettings.ts");
  const { gridPoints, parseAxis } = await import("../../pipeline/sweep.ts");
  const axes = options.grid.map(parseAxis);
  const points = gridPoints(axes);
  const seeds = wholeNumber("--seeds", options.seeds, 1);
  const common = options.set.map(parseOverride);
  check(
    ![...axes, ...common].some(({ path }) => path === "seed"),
    () => "sweep: the seeds are those of --seeds; leave the setting seed alone.",
  );
  const { loadPipeline } = await import("../../pipeline/loadPipeline.ts");
  const definition = await loadPipeline(pipeline);
  const preset = choosePreset(definition, options.preset);
  const settings = (point: GridPoint, seed: number) =>
    resolveSettings(definition, preset, [...common, ...point.overrides, { path: "seed", value: seed }]);
  for (const point of points) settings(point, 0);
  const name = preset === "full" ? definition.name : `${definition.name}-${preset}`;
  const words = ["sweep", pipeline, "--preset", preset, "--seeds", String(seeds)];
  words.push(...repeated("--grid", options.grid), ...repeated("--set", options.set));
  const folder = join(resolve(options.out), "sweeps", name);
  return {
    definition,
    preset,
    axes,
    points,
    seeds,
    settings,
    name,
    folder,
    options,
    words,
    command: commandLine(["l2e", ...words, ...executorWords(options)]),
  };
}

/** One run of the sweep, in a task of its own: it goes on where an earlier attempt has stopped. */
async function runPart(plan: Plan, index: string): Promise<number> {
  const { options, folder } = plan;
  const k = wholeNumber("--index", index, 0);
  const total = plan.points.length * plan.seeds;
  const fits = k < total && (options.of === undefined || Number(options.of) === total);
  check(fits, () => `--index ${index}: this sweep has the runs 0 to ${total - 1}.`);
  const parent = (await readJson(join(folder, "tracking.json"))) as { readonly runId: string } | undefined;
  check(parent !== undefined, () => `${folder}: there is no sweep that a run could be a part of.`);
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const done = await interruptible(
    async (signal) => {
      const runOne = await runner(plan, { engine, progress, signal, parent, resume: true });
      return runOne(plan.points[Math.floor(k / plan.seeds)], k % plan.seeds);
    },
    () => true,
  );
  progress.done();
  await engine.dispose();
  return done === undefined ? exitCodes.interrupted : exitCodes.done;
}

/** Has tasks make the runs that have no result yet. */
async function runElsewhere(plan: Plan, use: Use): Promise<void> {
  const { completeStages } = await import("../../executors/complete.ts");
  const { clearRunFolder } = await import("../../pipeline/runFolder.ts");
  const { options, folder } = plan;
  const paths = await pathsOf(plan);
  if (!use.resume) for (const own of paths) await clearRunFolder(own);
  const workers = Math.min(workersOf(options), paths.length);
  const words = [...plan.words, "--engine", use.engine.name, "--out", resolve(options.out)];
  const tasks = {
    stage: "sweep",
    words: [...words, ...threadsOfTask(options, workers)],
    of: paths.length,
  };
  const missing = async () => {
    const results = await Promise.all(paths.map(({ result }) => readJson(result)));
    return results.flatMap((result, k) => (result === undefined ? [k] : []));
  };
  const { signal, progress } = use;
  const executor = await executorFor(options, join(folder, "logs"));
  await completeStages(executor, [{ tasks, missing }], {
    attempts: attemptsOf(options),
    signal,
    note: progress.note,
  });
}

async function carryOut(plan: Plan, signal: AbortSignal, sharded: boolean) {
  const { options, folder, definition } = plan;
  const engine = await engineFor(options);
  const progress = shownProgress({ quiet: options.quiet === true });
  const parent = await openParent(plan);
  parent.params({
    pipeline: definition.name,
    preset: plan.preset,
    seeds: plan.seeds,
    grid: options.grid.join(" "),
  });
  try {
    const use = { engine, progress, signal, parent, resume: options.resume === true };
    if (sharded) await runElsewhere(plan, use);
    const results = await runAll(plan, { ...use, resume: use.resume || sharded });
    const swept = await summariseSweep(plan, results);
    for (const path of swept.files) await parent.artifact(path, relative(folder, path).split(sep).join("/"));
    await parent.finish("FINISHED");
    return {
      ...swept,
      warnings: [...new Set([...parent.warnings, ...results.flatMap(({ warnings }) => warnings)])],
    };
  } catch (error) {
    await parent.finish(signal.aborted ? "KILLED" : "FAILED");
    throw error;
  } finally {
    progress.done();
    await engine.dispose();
  }
}

interface PointResults {
  readonly point: GridPoint;
  readonly results: readonly Result[];
  readonly warnings: readonly string[];
}

interface Use {
  readonly engine: Awaited<ReturnType<typeof engineFor>>;
  readonly progress: ReturnType<typeof shownProgress>;
  readonly signal: AbortSignal;
  readonly parent: Pick<Tracker, "runId">;
  readonly resume: boolean;
}

async function runAll(plan: Plan, use: Use): Promise<PointResults[]> {
  const runOne = await runner(plan, use);
  const total = plan.points.length * plan.seeds;
  const all: PointResults[] = [];
  for (const [k, point] of plan.points.entries()) {
    const results: Result[] = [];
    const warnings: string[] = [];
    for (let seed = 0; seed < plan.seeds; seed++) {
      use.signal.throwIfAborted();
      use.progress.note(`run ${k * plan.seeds + seed + 1} of ${total}: ${point.name}, seed ${seed}`);
      const outcome = await runOne(point, seed);
      results.push(outcome.result);
      warnings.push(...outcome.warnings);
    }
    all.push({ point, results, warnings });
  }
  return all;
}

/** Makes one run of the sweep, nested in it. */
async function runner({ definition, preset, options, folder, settings }: Plan, use: Use) {
  const { runPipeline } = await import("../../pipeline/run.ts");
  const { folderName } = await import("../../pipeline/sweep.ts");
  const open = trackerFromEnvironment({
    tags: { "mlflow.parentRunId": use.parent.runId, "mlflow.source.name": "l2e sweep" },
  });
  const commit = await gitCommit();
  return (point: GridPoint, seed: number) => {
    const runName = `${point.name}-seed${seed}`;
    return runPipeline({
      ...use,
      definition,
      preset,
      settings: settings(point, seed),
      root: join(folder, folderName(runName)),
      lockFolder,
      openTracker: (run) => open({ ...run, root: join(resolve(options.out), "mlruns"), runName }),
      clock,
      ...(commit === undefined ? {} : { gitCommit: commit }),
    });
  };
}

/** Where each run of the sweep lies, in their order. */
async function pathsOf({ points, seeds, folder, definition, preset }: Plan): Promise<RunPaths[]> {
  const { runName, runPaths } = await import("../../pipeline/runFolder.ts");
  const { folderName } = await import("../../pipeline/sweep.ts");
  const name = runName(definition, preset);
  return points.flatMap((point) =>
    Array.from({ length: seeds }, (_, seed) =>
      runPaths(join(folder, folderName(`${point.name}-seed${seed}`)), name),
    ),
  );
}

async function summariseSweep(plan: Plan, all: readonly PointResults[]) {
  const { shownMetrics, summarise, sweepSection } = await import("../../pipeline/sweep.ts");
  const { writeReport } = await import("../../pipeline/writeReport.ts");
  const { definition, preset, axes, seeds, folder, options } = plan;
  const metrics = shownMetrics(
    all.flatMap(({ results }) => results),
    names(options.metrics),
  );
  const points: SweptPoint[] = all.map(({ point, results }) => summarise(point, results));
  const section = sweepSection(points, { axes, metrics, seeds });
  const places = {
    reportData: join(folder, "report.json"),
    report: join(folder, "report.html"),
    figures: join(folder, "figures"),
  };
  const figures = await writeReport(places, {
    title: `${definition.title}: a sweep`,
    subtitle: `${definition.name}, preset ${preset}`,
    summary: definition.summary,
    facts: [
      { label: "settings", value: axes.map(({ path }) => path).join(", ") || "none" },
      { label: "combinations", value: String(points.length) },
      { label: "seeds", value: String(seeds) },
    ],
    sections: [section],
    reproduce: [plan.command],
  });
  const summary = { schema: "l2e.sweep/1", pipeline: definition.name, preset, seeds, points };
  const data = join(folder, "sweep.json");
  await writeAtomically(data, jsonText(summary));
  return {
    summary,
    files: [places.report, data, ...figures],
    report: places.report,
    tables: section.tables ?? [],
  };
}

/** The sweep's run: that of the sweep which goes on, where one does. */
async function openParent({ name, folder, definition, options }: Plan): Promise<Tracker> {
  const path = join(folder, "tracking.json");
  const earlier =
    options.resume === true ? ((await readJson(path)) as { readonly runId?: string } | undefined) : undefined;
  const parent = await trackerFromEnvironment({ tags: { "mlflow.source.name": "l2e sweep" } })({
    root: join(resolve(options.out), "mlruns"),
    experiment: definition.name,
    runName: `${name} sweep`,
    ...(earlier?.runId === undefined ? {} : { runId: earlier.runId }),
  });
  await writeAtomically(path, jsonText({ runId: parent.runId }));
  return parent;
}
