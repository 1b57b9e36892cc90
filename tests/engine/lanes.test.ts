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

/** Runs a program in a process of its own, with `f(x)`, a product of matrices of 300 rows, as `product`. */
function inProcess(program: string) {
  const source = `
    import * as tf from "@tensorflow/tfjs";
    import { openEngine } from ${JSON.stringify(new URL("../../src/engine/engine.ts", import.meta.url).href)};
    tf.enableProdMode();
    const engine = await openEngine("onnx", { threads: 2 });
    const product = engine.jit((x) => tf.max(tf.matMul(tf.matMul(x, x), x)), { parallel: true });
    const x = (value) => ({ data: new Float32Array(9e4).fill(value), shape: [300, 300] });
    ${program}`;
  const options = ["--import", import.meta.resolve("tsx"), "--input-type=module", "-e", source];
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  return spawnSync(process.execPath, options, { encoding: "utf8", cwd, timeout: 60_000 });
}

test("a process that does not dispose of its engine ends all the same", () => {
  const { status, stdout } = inProcess(`
    const results = await Promise.all([0, 1, 0].map((value) => product(x(value))));
    console.log(results.map(({ data }) => data[0]).join());`);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "0,90000,0\n" });
});

test("a process that exits while its threads compute has the exit code that it chose", () => {
  const { status, stderr } = inProcess(`
    setTimeout(() => process.exit(7), 300);
    for (;;) await Promise.all([1, 2, 3, 4].map((value) => product(x(value))));`);
  expect({ status, stderr }).toEqual({ status: 7, stderr: "" });
});
