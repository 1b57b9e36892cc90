/** @file Calls that overlap, in threads beside each other. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { numbers } from "./cases.ts";

const program = (w: tf.Tensor, x: tf.Tensor) => ({
  y: tf.tanh(tf.matMul(w as tf.Tensor2D, x as tf.Tensor2D)),
  least: tf.argMin(x, 1),
});
const weights = numbers([7, 5]);
const pieces = Array.from({ length: 9 }, (_, k) => numbers([5, 300], { phase: k }));

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx", { threads: 2 });
});
afterAll(() => engine.dispose());

test("give what they give one after the other, to the byte and each to its caller", async () => {
  const f = engine.jit(program, { parallel: true });
  const apart = [];
  for (const piece of pieces) apart.push(await f(weights, piece));
  const together = await Promise.all(pieces.map((piece) => f(weights, piece)));
  expect(together).toEqual(apart);
  expect(together[0].y.data).toBeInstanceOf(Float32Array);
  expect(together[0].least.data).toBeInstanceOf(Int32Array);
  expect(f.statistics().compilations).toBe(1);
});

test("take arguments that are parts of larger buffers, and leave them as they are", async () => {
  const f = engine.jit((x: tf.Tensor) => tf.mul(x, 2), { parallel: true });
  const large = Float32Array.from({ length: 1000 }, (_, i) => i);
  const parts = [0, 1, 2, 3].map((k) => ({ data: large.subarray(10 * k, 10 * k + 10), shape: [10] }));
  const results = await Promise.all(parts.map((part) => f(part)));
  results.forEach(({ data }, k) => {
    expect(Array.from(data)).toEqual(Array.from({ length: 10 }, (_, i) => 2 * (10 * k + i)));
  });
  expect(large[999]).toBe(999);
});

test("several programs share the threads, in double precision too, and some can end before others", async () => {
  const own = await openEngine("onnx", { threads: 2 });
  const double = own.jit((x: tf.Tensor) => tf.exp(x), { parallel: true, precision: "float64" });
  const single = own.jit((x: tf.Tensor) => tf.sum(x), { parallel: true });
  const points = Float64Array.of(0.1, 0.2);
  const [a, b, c] = await Promise.all([
    double({ data: points, shape: [2] }),
    single(pieces[0]),
    double({ data: points, shape: [2] }),
  ]);
  expect(Array.from(a.data)).toEqual(Array.from(points, Math.exp));
  expect(c).toEqual(a);
  expect(b.shape).toEqual([]);
  await own.dispose();
});

test("what a run cannot do fails that call alone", async () => {
  const own = await openEngine("onnx", { threads: 2 });
  const row = own.jit((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i), { parallel: true });
  const x = numbers([3, 2]);
  const index = (value: number) => ({ data: Int32Array.of(value), shape: [1] });
  const outcomes = await Promise.allSettled([0, 99, 2, 1].map((value) => row(x, index(value))));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
  expect(String((outcomes[1] as PromiseRejectedResult).reason)).toMatch(/indices element out of data bounds/);
  await own.dispose();
});

test("a process that does not dispose of its engine ends all the same", () => {
  const source = `
    import * as tf from "@tensorflow/tfjs";
    import { openEngine } from ${JSON.stringify(new URL("../../src/engine/engine.ts", import.meta.url).href)};
    const engine = await openEngine("onnx", { threads: 2 });
    const f = engine.jit((x) => tf.square(x), { parallel: true });
    const x = (value) => ({ data: Float32Array.of(value), shape: [1] });
    const results = await Promise.all([1, 2, 3].map((value) => f(x(value))));
    console.log(results.map(({ data }) => data[0]).join());`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", source],
    { encoding: "utf8", cwd: fileURLToPath(new URL("../..", import.meta.url)), timeout: 60_000 },
  );
  expect(stderr).not.toContain("Error");
  expect({ status, last: stdout.trim().split("\n").at(-1) }).toEqual({ status: 0, last: "1,4,9" });
});
