/** @file The clean-ups of recorded programs: which operators remain, and that nothing else is written. */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { ndarray } from "../../src/engine/array.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { reachable, scalarValue } from "../../src/engine/graph/graph.ts";
import { type ArraySpec, trace } from "../../src/engine/tracing.ts";
import { numbers } from "./cases.ts";

beforeAll(() => {
  tf.enableProdMode();
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(0);
});

const array = (...shape: number[]): ArraySpec => ({ shape, dtype: "float32" });

/** The operators of the program that `f` records, each after its inputs, without inputs and constants. */
function operators(f: (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[], ...args: ArraySpec[]): string[] {
  const { outputs } = trace(f, args, { name: "f", precision: "float32" });
  return reachable(outputs)
    .map(({ operator }) => operator)
    .filter((operator) => operator !== "Input" && operator !== "Constant");
}

describe("what is written", () => {
  test("equal expressions are one, and what nobody needs is not there", () => {
    const f = (x: tf.Tensor) => {
      tf.exp(x);
      return tf.add(tf.sin(x), tf.sin(x));
    };
    expect(operators(f, array(3))).toEqual(["Sin", "Add"]);
  });

  test("neutral elements vanish", () => {
    const f = (x: tf.Tensor) => tf.add(tf.mul(tf.sub(tf.div(tf.pow(x, 1), 1), 0), 1), tf.zerosLike(x));
    expect(operators(f, array(3))).toEqual([]);
    expect(operators((x) => tf.neg(tf.neg(tf.sin(x))), array(3))).toEqual(["Sin"]);
    expect(operators((x, y) => tf.add(x, tf.neg(y)), array(3), array(3))).toEqual(["Sub"]);
  });

  test("numbers are worked out", () => {
    const f = () => tf.mul(tf.sqrt(tf.scalar(2)), tf.sub(5, tf.scalar(3)));
    const { outputs } = trace(f, [], { name: "f", precision: "float32" });
    expect(scalarValue(outputs[0])).toBe(Math.fround(Math.fround(Math.SQRT2) * 2));
  });

  test("reshapes and transposes collapse", () => {
    expect(operators((x) => tf.reshape(tf.reshape(tf.expandDims(x), [5, 3]), [15]), array(3, 5))).toEqual([
      "Reshape",
    ]);
    expect(operators((x) => tf.reshape(tf.reshape(x, [15]), [3, 5]), array(3, 5))).toEqual([]);
    expect(operators((x) => tf.transpose(tf.transpose(x)), array(3, 5))).toEqual([]);
    expect(operators((x) => tf.transpose(x, [1, 0, 2]), array(3, 1, 5))).toEqual(["Reshape"]);
  });

  test("transposes go into the product", () => {
    expect(operators((x, y) => tf.matMul(tf.transpose(x), y), array(5, 3), array(5, 7))).toEqual(["MatMul"]);
  });

  test("a product with shared weights is one flat product", () => {
    const f = (x: tf.Tensor, w: tf.Tensor) => tf.matMul(x, w);
    expect(operators(f, array(2, 3, 5), array(5, 7))).toEqual(["Reshape", "MatMul", "Reshape"]);
  });

  test("repetition is left to the operators that broadcast", () => {
    expect(operators((x, y) => tf.mul(tf.tile(x, [1, 5]), y), array(3, 1), array(3, 5))).toEqual(["Mul"]);
    expect(operators((x) => tf.sum(tf.tile(tf.sin(x), [4, 1])), array(1, 5))).toEqual([
      "Sin",
      "ReduceSum",
      "Mul",
      "Reshape",
    ]);
    // tfjs multiplies the gradient of a sum by an array of ones
    expect(operators((x) => tf.grad((y) => tf.sum(tf.square(y)))(x), array(3, 5))).toEqual(["Mul"]);
  });

  test("the gradients of the pieces of a vector are joined, not added", () => {
    const loss = (p: tf.Tensor): tf.Scalar => {
      const [a, b, c] = [tf.slice(p, 0, 2), tf.slice(p, 2, 3), tf.slice(p, 7, 2)];
      return tf.addN([tf.sum(tf.sin(a)), tf.sum(tf.sin(b)), tf.sum(tf.sin(c))]) as tf.Scalar;
    };
    const written = operators((p) => tf.grad(loss)(p), array(10));
    expect(written.filter((operator) => operator === "Add")).toEqual([]);
    expect(written.filter((operator) => operator === "Concat")).toHaveLength(1);
  });
});

test("joined pieces have the value of the sum, also where they leave gaps or overlap", async () => {
  const f = (p: tf.Tensor) =>
    tf.grad((q: tf.Tensor) => {
      const pieces = [
        tf.slice(q, 6, 2),
        tf.slice(q, 1, 2),
        tf.slice(q, 4, 1),
        tf.slice(q, 3, 1),
        tf.slice(q, 7, 2),
      ];
      return tf.addN(pieces.map((piece) => tf.sum(tf.exp(piece)))) as tf.Scalar;
    })(p);
  const engine = await openEngine("onnx");
  const p = numbers([10]);
  const { data } = await engine.jit(f)(p);
  const counts = [0, 1, 1, 1, 1, 0, 1, 2, 1, 0];
  data.forEach((value, index) => {
    expect(value).toBeCloseTo(counts[index] * Math.exp(p.data[index]), 5);
  });
  await engine.dispose();
});

test("products broadcast both batches, which tfjs on the cpu gets wrong", async () => {
  const engine = await openEngine("onnx");
  const product = engine.jit((a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b));
  const [a, b] = [numbers([2, 1, 3, 5]), numbers([1, 4, 5, 7], { phase: 2 })];
  const { shape, data } = await product(a, b);
  expect(shape).toEqual([2, 4, 3, 7]);
  data.forEach((value, index) => {
    const [column, row, j, i] = [
      index % 7,
      Math.floor(index / 7) % 3,
      Math.floor(index / 21) % 4,
      Math.floor(index / 84),
    ];
    let sum = 0;
    for (let k = 0; k < 5; k++) sum += a.data[15 * i + 5 * row + k] * b.data[35 * j + 7 * k + column];
    expect(value).toBeCloseTo(sum, 5);
  });
  await engine.dispose();
});

test("literals keep their meaning in double precision", async () => {
  const engine = await openEngine("onnx");
  const f = engine.jit((x: tf.Tensor) => tf.add(tf.mul(x, 0.1), tf.scalar(2.5e-7)), { precision: "float64" });
  const { data } = await f(ndarray(Float64Array.of(3), [1]));
  expect(data[0]).toBe(3 * 0.1 + 2.5e-7);
  await engine.dispose();
});
