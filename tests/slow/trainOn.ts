/**
 * @file Trains a small operator and prints how much memory the process holds on the way: `PROGRAM ITERATIONS`. Runs with
 * `--expose-gc`, since only what cannot be collected counts.
 */
import * as tf from "@tensorflow/tfjs";
import { operatorInputs, operatorStep } from "../../bench/measure/operatorStep.ts";
import { openEngine } from "../../src/engine/engine.ts";

const iterations = Number(process.argv[2]);
const size = { densities: 4, context: 128, queries: 32, hidden: 16 };
const advance = operatorStep(await openEngine("onnx", { threads: 1 }), size, operatorInputs(size));
for (let step = iterations / 10; step <= iterations; step += iterations / 10) {
  const loss = await advance(iterations / 10);
  globalThis.gc?.();
  const { rss: bytes } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ step, bytes, tensors: tf.memory().numTensors, loss })}\n`);
}
