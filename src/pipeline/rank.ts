/** @file A run on several ranks: what they must agree on, and what a rank does that is not rank 0. */

import { setTimeout as wait } from "node:timers/promises";
import { check } from "../check/check.ts";
import { type Dataset, openDataset } from "../datasets/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import { sha256 } from "../files/hash.ts";
import { poolRounds } from "../operator/iterations.ts";
import { microBatchGradients } from "../operator/microBatches.ts";
import { type OpenPool, openPool } from "../operator/storedPool.ts";
import type { Identity } from "../ranks/handshake.ts";
import type { Duty } from "../ranks/member.ts";
import type { PipelineDefinition, PresetName } from "./definition.ts";
import { architectureOf } from "./model.ts";
import { runName, runPaths } from "./runFolder.ts";
import type { Settings } from "./settings.ts";

/** The part of a run that all ranks are told alike. */
export interface RankedRun {
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
  readonly settings: Settings;
  readonly root: string;
  readonly engine: Engine;
}

/** What the ranks of a run must agree on. */
export function identityOf(
  run: RankedRun,
  job: { readonly version: string; readonly ranks: number },
): Identity {
  return {
    ...job,
    run: runName(run.definition, run.preset),
    settings: sha256(JSON.stringify(run.settings)),
    engine: `${run.engine.name}: ${run.engine.detail}`,
  };
}

/** @throws InputError when a run has nothing for so many ranks to do. */
export function checkRanks(run: Pick<RankedRun, "definition" | "settings">, ranks: number): void {
  const { microBatches, batch } = run.settings.training;
  check(
    run.definition.trains,
    () => `${run.definition.name} trains nothing, and ranks share the work of training: leave --ranks out.`,
  );
  check(
    ranks <= microBatches,
    () =>
      `${ranks} ranks need as many micro-batches, and training.microBatches is ${microBatches}: add --set training.microBatches=<n>, with a divisor of training.batch = ${batch} that is at least ${ranks}.`,
  );
}

/**
 * The duty of a rank: it draws its micro-batches from the dataset in the shared folder, by the keys that rank 0 would draw them by, and
 * computes their gradients. It writes nothing.
 */
export function rankDuty(run: RankedRun): Duty & { close(): Promise<void> } {
  const { definition, preset, settings, root, engine } = run;
  const problem = definition.problem(settings);
  const gradients = microBatchGradients({
    ...problem,
    engine,
    architecture: architectureOf(problem, settings),
    training: settings.training,
    seed: settings.seed,
  });
  const { dataset: folder } = runPaths(root, runName(definition, preset));
  let pool: OpenPool | undefined;
  const close = async () => {
    await pool?.close();
    pool = undefined;
  };
  return {
    async begin({ round, dataset }) {
      await close();
      pool = await openPool(await committed(folder, dataset), { rounds: poolRounds(round) });
      return gradients(pool.densities);
    },
    close,
  };
}

/** Seconds in which what rank 0 has committed must be seen here: file systems that are shared take their time. */
const visible = 60;

async function committed(folder: string, digest: string): Promise<Dataset> {
  for (let second = 0; ; second++) {
    const dataset = await openDataset(folder).catch((error: unknown) => {
      if (second >= visible) throw error;
      return undefined;
    });
    if (dataset?.digest() === digest) return dataset;
    check(
      second < visible,
      () =>
        `${folder} is not the dataset of rank 0: all ranks must be given the same --out, in a folder that they share.`,
    );
    await wait(1000);
  }
}
