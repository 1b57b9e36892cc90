/** @file The same operator, trained on the compiled engine, on graphics cards, and on TensorFlow operation by operation. */
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { ndarray, scalar } from "../../src/engine/array.ts";
import { type EngineName, openEngine } from "../../src/engine/engine.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { generateTrajectories } from "../../src/operator/generate.ts";
import { drawBatch, memoryPool } from "../../src/operator/pool.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { trainingIteration } from "../../src/operator/training.ts";
import { adamRate, cosineSchedule } from "../../src/optimizers/adam.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { graphics, reference, withTensorFlow } from "../engine/engines.ts";
import { smallProblem } from "../operator/problem.ts";

const iterations = 100;

/** The loss of every iteration of a training that draws fresh batches, as the pipelines do. */
async function losses(name: EngineName): Promise<number[]> {
  const { flow, family, architecture } = smallProblem(2);
  const key = keyFrom(7);
  const engine = await openEngine(name, { threads: 1 });
  const step = engine.jit(trainingIteration(flow, architecture, { clip: 1 }), { name: "operator" });
  const start = initialTrainingState(architecture, key);
  const evaluate = fieldEvaluator(engine, { flow, architecture, parameters: start.parameters });
  const { snapshots } = await generateTrajectories({ flow, evaluate, context: 128 }, family, {
    densities: 16,
    particles: 256,
    steps: 0,
    snapshots: 1,
    key,
  });
  const arrays = Object.entries(start).filter(([, value]) => value instanceof Float32Array);
  let state = Object.fromEntries(
    arrays.map(([field, value]) => [field, ndarray(value as Float32Array, [start.parameters.length])]),
  ) as unknown as Parameters<typeof step>[0];
  const rate = cosineSchedule({ peak: 3e-3, warmup: 5, total: iterations });
  const shape = { dimension: 2, densities: 8, context: 128, queries: 64 };
  const values: number[] = [];
  for (let t = 0; t < iterations; t++) {
    const batch = await drawBatch({ pool: memoryPool(snapshots), family }, shape, { key: foldIn(key, t) });
    const schedule = { rate: scalar(adamRate(rate(t), t + 1)), averaging: scalar(0.9) };
    const result = await step(state, batch, schedule);
    state = result.state;
    values.push(result.loss.data[0]);
    expect(tf.memory().numTensors).toBe(0);
  }
  await engine.dispose();
  return values;
}

test.each([...graphics, ...(withTensorFlow ? [reference] : [])])(
  "a hundred iterations on %s come to the losses of onnx within 1e-3",
  async (name) => {
    const expected = await losses("onnx");
    const actual = await losses(name);
    expect(new Set(expected).size).toBe(iterations);
    actual.forEach((loss, t) => {
      expect(Math.abs(loss - expected[t])).toBeLessThan(1e-3 * Math.abs(expected[t]));
    });
  },
);
