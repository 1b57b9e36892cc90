/** @file Parts of a run that processes anywhere can do: blocks of generation, a round of training, evaluations. */

import { check } from "../check/check.ts";
import { makeBlock } from "../operator/blocks.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { Evaluation, Problem } from "./definition.ts";
import { evaluationContext } from "./evaluateStage.ts";
import { type FindingsStore, openFindings } from "./findings.ts";
import { type GeneratingRun, missingBlocks, nextRound } from "./generation.ts";
import { inRun } from "./inRun.ts";
import type { RunOptions } from "./openRun.ts";
import { readRunRecord, runName, runPaths } from "./runFolder.ts";
import { trainStage } from "./trainStage.ts";

/** What the parts of a run are called: a stage is done when the files of all its parts are there. */
export const stages = ["generate", "train", "evaluate"] as const;

export type StageName = (typeof stages)[number];

/** One part of several: of the blocks, or of the evaluations, those whose number leaves this remainder. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** What a part of a run may touch; its settings are those of the run. */
export type PartOptions = Omit<RunOptions, "settings" | "resume">;

/** A run as its folder says it is. Throws `InputError` where there is none, or one that was begun with another engine. */
export async function foundRun(options: PartOptions): Promise<GeneratingRun & PartOptions> {
  const { definition, preset, root, engine } = options;
  const paths = runPaths(root, runName(definition, preset));
  const record = await readRunRecord(paths);
  check(
    record !== undefined,
    () =>
      `${paths.folder}: there is no run whose parts could be made. Begin it: l2e shard ${definition.name} --stage open.`,
  );
  check(
    record.engine === engine.name,
    () =>
      `the engine is ${engine.name}, and the run in ${paths.folder} was begun with ${record.engine}, whose last digits differ. Say --engine ${record.engine}.`,
  );
  return { ...options, paths, settings: record.settings, record: () => record };
}

/** Generates the blocks of a share of the next round that are not there yet, and says how many those were. */
export async function generateShare(options: PartOptions, { index, of }: Share): Promise<number> {
  const run = await foundRun(options);
  const round = await nextRound(run, run.definition.problem(run.settings));
  const { order, missing } = await missingBlocks(round, (block) => block.index % of === index);
  run.progress.stage(`generate round ${order.round}`);
  for (const [k, block] of missing.entries()) {
    run.signal.throwIfAborted();
    await makeBlock(round.job, { state: round.state, order, block });
    run.progress.update(`block ${block.index}`, (k + 1) / missing.length);
  }
  return missing.length;
}

/** Trains the next round on blocks that others have generated, or goes on with it; one part. */
export async function trainRound(options: PartOptions): Promise<number> {
  const { settings, record } = await foundRun(options);
  // Whoever hands the parts over has the run's own lock; two that train would still be one too many.
  const { lockFolder, ...rest } = options;
  const alone: Pick<RunOptions, "lockFolder"> = lockFolder
    ? { lockFolder: (folder, note) => lockFolder(folder, note, "training") }
    : {};
  await inRun({ ...rest, ...alone, settings, resume: true }, "running", async (run) => {
    const until = record().rounds + 1;
    await trainStage(run, run.definition.problem(settings), { until, elsewhere: true });
  });
  return 1;
}

/** Makes the evaluations of a share that are not there yet, and says how many those were. */
export async function evaluateShare(options: PartOptions, { index, of }: Share): Promise<number> {
  const run = await foundRun(options);
  const problem = run.definition.problem(run.settings);
  const evaluations = run.definition.evaluations(run.settings);
  const store = await openFindings(run, evaluations);
  const missing = await missingEvaluations(store, evaluations, (k) => k % of === index);
  run.progress.stage("evaluate");
  const model = run.definition.trains ? await trainedModel(run, problem) : undefined;
  for (const [done, k] of missing.entries()) {
    run.signal.throwIfAborted();
    const { suite } = evaluations[k];
    const progress = (message: string) => run.progress.update(`${suite}: ${message}`);
    const began = run.clock();
    const findings = await evaluations[k].run({ ...evaluationContext(run, problem, model), progress });
    await store.write(k, { findings, seconds: run.clock() - began });
    run.progress.update(suite, (done + 1) / missing.length);
  }
  return missing.length;
}

async function trainedModel(run: GeneratingRun, problem: Problem): Promise<OperatorModel> {
  const { job, state } = await nextRound(run, problem);
  return { flow: problem.flow, architecture: job.architecture, parameters: state.average };
}

/** Places in the list of those evaluations that nobody has made yet. */
export async function missingEvaluations(
  store: FindingsStore,
  evaluations: readonly Evaluation[],
  mine: (index: number) => boolean = () => true,
): Promise<number[]> {
  const missing: number[] = [];
  for (const k of evaluations.keys()) if (mine(k) && (await store.read(k)) === undefined) missing.push(k);
  return missing;
}
