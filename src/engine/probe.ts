/** @file Whether each engine works here, and how fast: what `l2e doctor` reports. */

import * as tf from "@tensorflow/tfjs";
import { ndarray } from "./array.ts";
import { type Engine, type EngineName, engineNames, openEngine } from "./engine.ts";
import { messageOf } from "./runtimes.ts";

/** Whether an engine works here, as `l2e doctor` reports it. */
export interface EngineProbe {
  readonly name: EngineName;
  readonly available: boolean;
  readonly detail: string;
  /** Value and gradient of a small network, in milliseconds: comparable between engines and machines. */
  readonly milliseconds?: number;
  /** What to do to have it. */
  readonly remedy?: string;
}

/** Computes something known on every engine, then measures it; a second for each at most. */
export async function probeEngines(): Promise<readonly EngineProbe[]> {
  const probes: EngineProbe[] = [];
  for (const name of engineNames) probes.push(await probe(name));
  return probes;
}

async function probe(name: EngineName): Promise<EngineProbe> {
  try {
    const engine = await openEngine(name);
    const slope = engine.jit((x: tf.Tensor) => tf.grad((y) => tf.sum(tf.square(y)))(x), { name: "probe" });
    const { data } = await slope(ndarray(Float32Array.of(1, 2, 3), [3]));
    const correct = data[0] === 2 && data[1] === 4 && data[2] === 6;
    const milliseconds = correct ? await millisecondsAStep(engine) : Number.NaN;
    await engine.dispose();
    return correct
      ? { name, available: true, detail: engine.detail, milliseconds }
      : { name, available: false, detail: `${engine.detail} computed [${data}] instead of [2,4,6]` };
  } catch (error) {
    const [detail, ...remedy] = messageOf(error).split(". ");
    return { name, available: false, detail, ...(remedy.length > 0 && { remedy: remedy.join(". ") }) };
  }
}

/** The median time of value and gradient of a perceptron with two hidden layers of 64 on 1,000 points of the plane. */
async function millisecondsAStep(engine: Engine): Promise<number> {
  const sizes = [2, 64, 64, 1];
  const wave = (rows: number, columns: number) =>
    ndarray(
      Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(1 + i)),
      [rows, columns],
    );
  const weights = sizes.slice(1).map((outputs, layer) => wave(outputs, sizes[layer]));
  const network = (x: tf.Tensor, ...layers: tf.Tensor[]) =>
    layers.reduce((h, w) => tf.tanh(tf.matMul(w as tf.Tensor2D, h as tf.Tensor2D)), x);
  const step = engine.jit(
    (x: tf.Tensor, w: readonly tf.Tensor[]) =>
      tf.valueAndGrads((...layers: tf.Tensor[]) => tf.sum(network(x, ...layers)) as tf.Scalar)([...w]),
    { name: "probe" },
  );
  const points = wave(2, 1000);
  await step(points, weights); // compiles
  const times: number[] = [];
  const end = performance.now() + 500;
  do {
    const start = performance.now();
    await step(points, weights);
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times.sort((a, b) => a - b)[times.length >> 1];
}
