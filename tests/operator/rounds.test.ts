/** @file How far generation rolls out from round to round. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDataset } from "../../src/datasets/dataset.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { trainOperator } from "../../src/operator/rounds.ts";
import { settingsSchema } from "../../src/pipeline/settings.ts";
import { smallProblem } from "./problem.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

const problem = smallProblem(1);

/** The roll-outs of four rounds, and which steps of trajectories came into the pool. */
async function roundsWith(training: { readonly horizon: number; readonly firstHorizon?: number }) {
  const folder = await mkdtemp(join(tmpdir(), "l2e-rounds-"));
  const format = { dimension: 1, domain: "euclidean", coordinates: ["x1"], units: ["1"], metadata: {} };
  const dataset = await openDataset(folder, format);
  const horizons: number[] = [];
  const small = { rounds: 4, iterations: 1, densities: 2, particles: 64, batch: 2, context: 24, queries: 8 };
  await trainOperator({
    ...problem,
    engine,
    training: settingsSchema.parse({ tau: 0.1, training: { ...small, residualTolerance: 1e9, ...training } })
      .training,
    seed: 0,
    dataset,
    observer: { generated: ({ horizon }) => horizons.push(horizon), iteration() {}, async round() {} },
    signal: new AbortController().signal,
    clock: () => 0,
  });
  const steps = new Set<number>();
  for await (const { step } of dataset.read()) steps.add(step);
  await rm(folder, { recursive: true });
  return { horizons, steps: [...steps].sort((a, b) => a - b) };
}

it("grows to the horizon, starts there where it is told to, and stays with initial densities where it is 0", async () => {
  expect((await roundsWith({ horizon: 6 })).horizons).toEqual([0, 2, 5, 6]);
  const whole = await roundsWith({ horizon: 3, firstHorizon: 3 });
  expect(whole).toEqual({ horizons: [3, 3, 3, 3], steps: [0, 1, 2, 3] });
  const none = await roundsWith({ horizon: 0, firstHorizon: 3 });
  expect(none).toEqual({ horizons: [0, 0, 0, 0], steps: [0] });
});
