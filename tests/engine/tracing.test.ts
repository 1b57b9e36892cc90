/** @file What may not happen in a traced function is refused in words that help, and leaves tfjs as it was. */
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type ArraySpec, trace } from "../../src/engine/tracing.ts";

const vector: ArraySpec = { shape: [3], dtype: "float32" };
const options = { name: "f", precision: "float32" } as const;
const traceVector = (f: (x: tf.Tensor) => unknown) => trace(f, [vector], options);

beforeAll(() => {
  tf.enableProdMode();
});
afterEach(() => {
  expect(tf.memory().numTensors).toBe(0);
  expect(tf.getBackend()).toBe("cpu");
});

describe("reading a value", () => {
  test.each([
    ["dataSync", (x: tf.Tensor) => x.dataSync()],
    ["arraySync", (x: tf.Tensor) => x.arraySync()],
    ["print", (x: tf.Tensor) => x.print()],
  ])("%s names the operation", (_, read) => {
    const f = (x: tf.Tensor) => {
      read(tf.exp(x));
      return x;
    };
    expect(() => traceVector(f)).toThrowErrorMatchingInlineSnapshot(
      `[Error: f: a value of Exp [3] was read (dataSync, arraySync, data or print), but a compiled function has no values while it is traced. Return the tensor and read it outside; choose with tf.where.]`,
    );
  });

  test("data, which only fails later, is refused too", () => {
    const f = (x: tf.Tensor) => {
      void tf.sin(x).data();
      return x;
    };
    expect(() => traceVector(f)).toThrow("f: a value of Sin [3] was read");
  });

  test("an error that is caught inside is thrown all the same", () => {
    const f = (x: tf.Tensor) => {
      try {
        x.dataSync();
      } catch {}
      return x;
    };
    expect(() => traceVector(f)).toThrow("f: a value of Input [3] was read");
  });
});

test("an operation without a rule is named, with what to write instead", () => {
  expect(() => traceVector((x) => tf.multinomial(x as tf.Tensor1D, 2))).toThrow(
    "f: the operation Multinomial cannot be compiled; draw the samples outside and pass their indices as an argument.",
  );
  expect(() => traceVector((x) => tf.fft(tf.complex(x, x)))).toThrow(
    "f: the operation Complex cannot be compiled; carry real and imaginary parts as two tensors.",
  );
});

describe("what changes from run to run", () => {
  test.each([
    ["normal numbers", () => tf.randomNormal([3])],
    ["uniform numbers", () => tf.randomUniform([300])],
    ["truncated numbers", () => tf.truncatedNormal([3])],
    ["dropout", (x: tf.Tensor) => tf.dropout(x, 0.5)],
  ])("%s are refused", (_, draw) => {
    expect(() => traceVector((x) => tf.add(tf.sum(x), draw(x)))).toThrow(
      "What is random or read from outside is frozen when a function is compiled: pass it as an argument.",
    );
  });

  test("a counter is refused, whether it changes a number or the program", () => {
    let count = 0;
    expect(() => traceVector((x) => tf.mul(x, ++count))).toThrow(
      "traced twice it gave two different programs",
    );
    expect(() => traceVector((x) => (++count % 2 ? tf.sin(x) : tf.cos(x)))).toThrow("two different programs");
    expect(() => traceVector((x) => (++count % 2 ? tf.sin(x) : tf.sin(tf.sin(x))))).toThrow(
      "two different programs",
    );
  });

  test("a seed makes random numbers a constant", () => {
    expect(() => traceVector((x) => tf.add(x, tf.randomNormal([3], 0, 1, "float32", 7)))).not.toThrow();
  });
});

test("tensors that would outlive the function are refused", () => {
  const kept: tf.Tensor[] = [];
  const f = (x: tf.Tensor) => {
    kept.push(tf.keep(tf.square(x)));
    return x;
  };
  expect(() => traceVector(f)).toThrow(
    "f: 1 tensors outlive it. Return tensors; do not make variables or tf.keep any.",
  );
  tf.dispose(kept);
});

test("a constant may be read, and a result must be a tree of tensors", () => {
  expect(() => traceVector((x) => tf.mul(x, tf.tensor1d([1, 2, 3]).dataSync()[1]))).not.toThrow();
  expect(() => traceVector((x) => ({ x, size: x.size }))).toThrow(
    "size must be an array or a tree of arrays, got the number 3",
  );
});

test("the backend of before is back after an error, whichever it was", () => {
  expect(() =>
    traceVector(() => {
      throw new RangeError("no");
    }),
  ).toThrow(new RangeError("no"));
  expect(tf.getBackend()).toBe("cpu");
});

test("a trace inside a trace stands by itself", () => {
  const f = (x: tf.Tensor) => {
    const inner = traceVector((y) => tf.sin(y));
    expect(inner.outputs[0].operator).toBe("Sin");
    return tf.cos(x);
  };
  expect(traceVector(f).outputs[0].operator).toBe("Cos");
});
