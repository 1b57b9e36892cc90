/** @file Blocks of a generation: what they hold does not depend on how it was cut. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/datasets/dataset.ts";
import type { Receipt } from "../../src/datasets/receipt.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { blocksOf, type GenerationJob, generationOf, roundOrder } from "../../src/operator/blocks.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { generateTrajectories } from "../../src/operator/generate.ts";
import { startOf } from "../../src/operator/rounds.ts";
import { settingsSchema } from "../../src/pipeline/settings.ts";
import { keyFrom } from "../../src/random/key.ts";
import { smallProblem } from "./problem.ts";

const problem = smallProblem(1);
const { training } = settingsSchema.parse({ tau: 0.1, training: { densities: 5 } });
let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx-wasm", { threads: 1 });
});
afterAll(() => engine.dispose());

const job = (changes: Partial<GenerationJob> = {}): GenerationJob => ({
  ...problem,
  engine,
  training,
  seed: 3,
  dataset: undefined as unknown as Dataset, // an order does not ask where its parts go
  signal: new AbortController().signal,
  clock: () => 0,
  ...changes,
});

it("cuts all densities into blocks of one size, and a rest", () => {
  expect(blocksOf({ densities: 5, block: 2 })).toEqual([
    { index: 0, first: 0, densities: 2 },
    { index: 1, first: 2, densities: 2 },
    { index: 2, first: 4, densities: 1 },
  ]);
  expect(blocksOf({ densities: 5, block: 64 })).toEqual([{ index: 0, first: 0, densities: 5 }]);
});

it("trajectories are those of their numbers, alone or among others", async () => {
  const { flow } = problem;
  const model = { ...problem, parameters: startOf(job()).average };
  const evaluate = fieldEvaluator(engine, model, { lattice: false });
  const generate = (first: number, densities: number) =>
    generateTrajectories({ flow, evaluate, context: 16 }, problem.family, {
      ...{ first, densities, particles: 48, steps: 3, snapshots: 2 },
      ranges: { tau: [0.05, 0.2] },
      key: keyFrom(1),
    });
  const whole = await generate(0, 5);
  const blocks = [await generate(0, 2), await generate(2, 2), await generate(4, 1)];
  const inOrder = (snapshots: (typeof whole)["snapshots"]) =>
    [...snapshots].sort((a, b) => a.trajectory - b.trajectory || a.step - b.step);
  expect(whole.snapshots).toHaveLength(15);
  expect(inOrder(blocks.flatMap(({ snapshots }) => snapshots))).toEqual(inOrder(whole.snapshots));
  expect(blocks.flatMap(({ residuals }) => residuals)).toEqual(whole.residuals);
  expect(whole.residuals.every((residual) => Number.isFinite(residual))).toBe(true);
});

describe("what blocks amount to", () => {
  const receipt = (
    residuals: number[],
    refused: readonly { trajectory: number; step: number }[] = [],
  ): Receipt => ({
    schema: "l2e.receipt/1",
    order: "",
    entry: { path: "round-001/part-00000.arrow", round: 1, snapshots: 2, rows: 9, bytes: 9, sha256: "" },
    seconds: 1.5,
    outcome: { residuals: residuals.map(String), refused: refused.map((at) => ({ ...at, reason: "folds" })) },
  });

  it("is the median of all residuals, the refusals step by step, and sums", () => {
    const refused = [
      [{ trajectory: 0, step: 3 }],
      [
        { trajectory: 2, step: 1 },
        { trajectory: 3, step: 3 },
      ],
    ];
    const generation = generationOf([receipt([0.5, 0.1], refused[0]), receipt([0.3], refused[1])]);
    expect(generation).toMatchObject({ snapshots: 4, frontierResidual: 0.3, seconds: 3 });
    expect(generation.refused.map(({ trajectory, step }) => [trajectory, step])).toEqual([
      [2, 1],
      [0, 3],
      [3, 3],
    ]);
  });

  it("has no residual where no step was made, and one that is not finite where a step went wrong", () => {
    expect(generationOf([receipt([]), receipt([])]).frontierResidual).toBe(0);
    expect(generationOf([receipt([Number.POSITIVE_INFINITY])]).frontierResidual).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it("cannot be said of receipts that say something else", () => {
    expect(() => generationOf([{ ...receipt([]), outcome: {} }])).toThrow(/does not say what was refused/);
  });
});

it("an order is another one as soon as anything is that its blocks depend on", () => {
  const state = startOf(job());
  const digest = roundOrder(job(), state).digest;
  expect(roundOrder(job(), startOf(job())).digest).toBe(digest);
  const weights = state.average.with(0, state.average[0] + 1e-6);
  const others = [
    roundOrder(job(), { ...state, average: weights }),
    roundOrder(job(), { ...state, horizon: 1 }),
    roundOrder(job(), { ...state, round: 1 }),
    roundOrder(job({ seed: 4 }), state),
    roundOrder(job({ identity: "another exponent" }), state),
    roundOrder(job({ training: { ...training, particles: 49 } }), state),
    roundOrder(job({ engine: { ...engine, name: "tfjs-cpu" } }), state),
  ];
  expect(new Set([digest, ...others.map((other) => other.digest)]).size).toBe(others.length + 1);
});
