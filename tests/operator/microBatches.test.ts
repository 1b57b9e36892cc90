/** @file A batch taken apart: the mean of its micro-batches' gradients is the gradient of the whole, and its bytes depend on the order alone. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../src/datasets/dataset.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { type LossGradient, meanInOrder } from "../../src/operator/microBatches.ts";
import { trainOperator } from "../../src/operator/rounds.ts";
import { settingsSchema } from "../../src/pipeline/settings.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { smallProblem } from "./problem.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

/** Two rounds of training, with the losses on the way. */
async function train(training: { readonly microBatches?: number }, poolBudget?: number) {
  const folder = await mkdtemp(join(tmpdir(), "l2e-micro-"));
  const format = { dimension: 1, domain: "euclidean", coordinates: ["x1"], units: ["1"], metadata: {} };
  const small = {
    rounds: 2,
    iterations: 12,
    densities: 6,
    particles: 96,
    batch: 8,
    context: 32,
    queries: 16,
  };
  const losses: number[] = [];
  const state = await trainOperator({
    ...smallProblem(1),
    engine,
    training: settingsSchema.parse({ tau: 0.1, training: { ...small, ...training } }).training,
    seed: 3,
    dataset: await openDataset(folder, format),
    observer: { generated() {}, iteration: ({ loss }) => void losses.push(loss), async round() {} },
    signal: new AbortController().signal,
    clock: () => 0,
    ...(poolBudget === undefined ? {} : { poolBudget }),
  });
  await rm(folder, { recursive: true });
  return { losses, state };
}

describe("training with micro-batches", () => {
  it("is training with whole batches up to rounding, and the same bytes again and again", async () => {
    const whole = await train({});
    const parts = await train({ microBatches: 4 });
    expect(parts.losses).not.toEqual(whole.losses);
    whole.losses.forEach((loss, i) => {
      expect(Math.abs(parts.losses[i] - loss)).toBeLessThan(1e-3 * Math.abs(loss) + 1e-6);
    });
    expect(await train({ microBatches: 4 })).toEqual(parts);
  });

  it("comes to the same bytes with the pool on disk", async () => {
    expect(await train({}, 0)).toEqual(await train({}));
    expect(await train({ microBatches: 2 }, 0)).toEqual(await train({ microBatches: 2 }));
  });
});

describe("meanInOrder", () => {
  const part = (i: number): LossGradient => ({
    loss: 10 ** i,
    gradient: Float32Array.from(normals(foldIn(keyFrom(1), i), 64), (x) => x * 10 ** (3 * i)),
  });

  it("is the mean, and that of one part is that part", () => {
    const parts = [0, 1, 2, 3].map(part);
    const { loss, gradient } = meanInOrder(parts);
    expect(loss).toBe(1111 / 4);
    gradient.forEach((value, k) => {
      const exact = parts.reduce((sum, { gradient: own }) => sum + own[k], 0) / 4;
      expect(Math.abs(value - exact)).toBeLessThanOrEqual(1e-7 * Math.abs(exact));
    });
    expect(meanInOrder([part(2)])).toEqual(part(2));
  });

  it("passes on what is not finite, so that the update is skipped", () => {
    const broken = { loss: Number.NaN, gradient: new Float32Array(64).fill(Number.POSITIVE_INFINITY) };
    const { loss, gradient } = meanInOrder([part(0), broken]);
    expect(loss).toBeNaN();
    expect(gradient.every((value) => value === Number.POSITIVE_INFINITY)).toBe(true);
  });
});
