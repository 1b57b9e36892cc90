/** @file Signs and powers of two in recorded programs: they go where they cost nothing, and change no value. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { gatherFactors } from "../../src/engine/graph/factors.ts";
import { type Node, reachable } from "../../src/engine/graph/graph.ts";
import { type ArraySpec, trace } from "../../src/engine/tracing.ts";
import { numbers } from "./cases.ts";

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

type Program = (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

const [H, N] = [4, 50];
const shapes = { m: [H, H], x: [H, N], y: [H, N], r: [1, N], c: [H, 1] };
const names = Object.keys(shapes) as (keyof typeof shapes)[];
const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D);
const arrays = names.map((name, phase) => numbers(shapes[name], { phase }));

/** The program that is written for `f`, each node after its inputs, without inputs and constants. */
function nodesOf(f: Program): Node[] {
  const specs = names.map((name): ArraySpec => ({ shape: shapes[name], dtype: "float32" }));
  const { graph, outputs } = trace(f, specs, { name: "f", precision: "float32" });
  return reachable(gatherFactors(graph, outputs)).filter(
    ({ operator }) => operator !== "Input" && operator !== "Constant",
  );
}

const gradientOf =
  (loss: (x: tf.Tensor, m: tf.Tensor) => tf.Tensor): Program =>
  (m, x) =>
    tf.grads((a, b) => loss(a, b))([x, m]);

/** A program, and the operators that are left of it on arrays of all particles. */
const rows: readonly (readonly [string, Program, readonly string[]])[] = [
  ["a product of matrices has a factor of its own", (m, x) => tf.mul(product(m, x), -2), ["MatMul"]],
  ["factors of factors are one", (m, x) => tf.mul(tf.neg(tf.mul(product(m, x), 2)), 0.25), ["MatMul"]],
  ["of a product it is the small operand's", (_m, x, _y, r) => tf.mul(tf.neg(tf.mul(x, r)), 4), ["Mul"]],
  [
    "or that of a product of matrices in it",
    (m, x, y) => tf.neg(tf.mul(tf.tanh(y), product(m, x))),
    ["Tanh", "MatMul", "Mul"],
  ],
  ["two signs are none", (_m, x, y) => tf.mul(tf.neg(tf.sin(x)), tf.neg(tf.sin(y))), ["Sin", "Sin", "Mul"]],
  [
    "sums of equal factors have it too",
    (m, x, y) => tf.sub(tf.neg(product(m, x)), tf.neg(product(m, y))),
    ["MatMul", "MatMul", "Sub"],
  ],
  [
    "of opposite signs they are differences",
    (_m, x, y) => tf.sum(tf.add(tf.mul(tf.sin(x), 2), tf.mul(tf.sin(y), -2)), 1),
    ["Sin", "Sin", "Sub"],
  ],
  ["sums are smaller than what they sum", (_m, x) => tf.sum(tf.neg(tf.sin(x)), 1), ["Sin"]],
  [
    "what something else needs keeps its value",
    (m, x) => [tf.neg(product(m, x)), product(m, x)],
    ["MatMul", "Neg"],
  ],
  ["an odd factor stays", (_m, x) => tf.mul(tf.sin(x), 3), ["Sin", "Mul"]],
  [
    "so does a small one's, which costs nothing",
    (_m, x, _y, r) => tf.mul(tf.sin(x), tf.mul(r, 2)),
    ["Sin", "Mul"],
  ],
  [
    "gradients of 1 − tanh² and their products neither negate nor double arrays",
    gradientOf((x, m) => {
      const h = tf.tanh(x);
      return tf.sum(product(m, tf.sub(1, tf.square(h))));
    }),
    ["Tanh", "MatMul", "Mul", "Mul", "Sub", "Mul"],
  ],
];

describe.each(rows)("%s", (_, f, left) => {
  test("in operators", () => {
    const large = nodesOf(f).filter(
      ({ shape, operator }) => shape.join() === `${H},${N}` && operator !== "Expand",
    );
    expect(large.map(({ operator }) => operator).sort()).toEqual([...left].sort());
  });

  test("in values, which are those of the plain kernels", async () => {
    const compiled = engine.jit((...x: tf.Tensor[]) => [f(...x)].flat());
    const found = await compiled(...arrays);
    const expected = tf.tidy(() =>
      [f(...arrays.map(({ data, shape }) => tf.tensor(data as Float32Array, [...shape])))]
        .flat()
        .map((tensor) => Array.from(tensor.dataSync())),
    );
    found.forEach(({ data }, i) => {
      expect(Math.max(...expected[i].map((value, k) => Math.abs(value - data[k])))).toBeLessThan(5e-6);
    });
    expect(Math.max(...expected.flat().map(Math.abs))).toBeGreaterThan(0.1);
  });
});

test("and the arithmetic stays what it was, to the bit", async () => {
  const plain = (m: tf.Tensor, x: tf.Tensor, y: tf.Tensor) => tf.mul(product(m, x), y);
  const scaled = (m: tf.Tensor, x: tf.Tensor, y: tf.Tensor) =>
    tf.mul(tf.mul(tf.neg(product(m, x)), -8), tf.mul(y, 0.125));
  const three = arrays.slice(0, 3) as [(typeof arrays)[0], (typeof arrays)[0], (typeof arrays)[0]];
  expect((await engine.jit(scaled)(...three)).data).toEqual((await engine.jit(plain)(...three)).data);
});
