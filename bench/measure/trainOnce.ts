/** @file One training of the operator by the settings of the package, its dataset thrown away. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataset } from "../../src/datasets/dataset.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Architecture } from "../../src/operator/form.ts";
import { trainOperator } from "../../src/operator/rounds.ts";
import type { OperatorModel } from "../../src/operator/solver.ts";
import type { Problem } from "../../src/pipeline/definition.ts";
import { architectureOf } from "../../src/pipeline/model.ts";
import type { Settings } from "../../src/pipeline/settings.ts";

/** A trained operator, and what its trajectories were like. */
export interface Training {
  readonly model: OperatorModel;
  /** Longest roll-out that was trained on, in steps. */
  readonly horizon: number;
  /** Trajectories that ended early. */
  readonly refused: number;
  readonly seconds: number;
}

/**
 * Trains on a problem with the settings of a run, which hold the seed.
 *
 * @param own what differs from the architecture that the settings ask for.
 */
export async function trainOnce(
  engine: Engine,
  problem: Problem,
  { own = {}, ...settings }: Settings & { readonly own?: Partial<Architecture> },
): Promise<Training> {
  const folder = await mkdtemp(join(tmpdir(), "l2e-bench-"));
  const { flow, family } = problem;
  const architecture = { ...architectureOf(problem, settings), ...own };
  let [horizon, refused] = [0, 0];
  const began = performance.now();
  try {
    const state = await trainOperator({
      engine,
      flow,
      family,
      architecture,
      training: settings.training,
      seed: settings.seed,
      dataset: await openDataset(folder, {
        dimension: flow.dimension,
        domain: "euclidean",
        coordinates: Array.from({ length: flow.dimension }, (_, k) => `x${k + 1}`),
        units: new Array<string>(flow.dimension).fill("1"),
        metadata: {},
      }),
      observer: {
        generated(info) {
          horizon = info.horizon;
          refused += info.generation.refused.length;
        },
        iteration() {},
        async round() {},
      },
      signal: new AbortController().signal,
      clock: () => performance.now() / 1000,
    });
    const seconds = (performance.now() - began) / 1000;
    return { model: { flow, architecture, parameters: state.average }, horizon, refused, seconds };
  } finally {
    await rm(folder, { recursive: true });
  }
}
