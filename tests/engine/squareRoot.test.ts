/** @file Square roots of matrices: their squares, gradients against central differences, symmetric and positive results. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NdArray, ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { squareRoot } from "../../src/engine/squareRoot.ts";
import { numbers } from "./cases.ts";

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx");
});
afterAll(() => engine.dispose());

/** `λI + GGᵀ`: positive, with a condition number of about `1/λ`. */
function positive(d: number, batch: number, least: number): NdArray {
  const g = numbers([d, d, batch], { scale: 0.7 }).data;
  const m = ndarray(new Float64Array(d * d * batch), [d, d, batch]);
  for (let n = 0; n < batch; n++)
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        let sum = i === j ? least : 0;
        for (let k = 0; k < d; k++) sum += g[(i * d + k) * batch + n] * g[(j * d + k) * batch + n];
        m.data[(i * d + j) * batch + n] = sum;
      }
  return m;
}

const squared = (m: tf.Tensor) => tf.sum(tf.mul(tf.expandDims(m, 2), tf.expandDims(m, 0)), 1);

describe.each([1, 2, 3, 5, 10])("the root of matrices of size %i", (d) => {
  test.each([1, 1e-2, 1e-3])(
    "has the matrix for its square, with %f added to the diagonal",
    async (least) => {
      const f = engine.jit(
        (m: tf.Tensor) => {
          const root = squareRoot(m);
          return { back: squared(root), asymmetry: tf.sub(root, tf.transpose(root, [1, 0, 2])) };
        },
        { precision: "float64" },
      );
      const m = positive(d, 5, least);
      const { back, asymmetry } = await f(m);
      back.data.forEach((value, i) => {
        expect(Math.abs(value - m.data[i])).toBeLessThan(1e-7);
      });
      expect(Math.max(...Array.from(asymmetry.data, Math.abs))).toBeLessThan(1e-10);
    },
  );

  test("is there in single precision", async () => {
    const f = engine.jit((m: tf.Tensor) => squared(squareRoot(m)));
    const m = positive(d, 3, 0.1);
    const { data } = await f(ndarray(Float32Array.from(m.data), [...m.shape]));
    data.forEach((value, i) => {
      expect(Math.abs(value - m.data[i])).toBeLessThan(1e-5);
    });
  });

  test("has the gradient of central differences", async () => {
    const value = (m: tf.Tensor) => {
      const root = squareRoot(m);
      return tf.sum(tf.mul(root, tf.reshape(tf.range(1, root.size + 1), root.shape)));
    };
    const of = engine.jit(value, { precision: "float64" });
    const slope = engine.jit((m: tf.Tensor) => tf.grad(value)(m), { precision: "float64" });
    const m = positive(d, 1, 0.5);
    const { data: gradient } = await slope(m);
    const h = 1e-5;
    for (let k = 0; k < m.data.length; k += 1 + Math.floor(m.data.length / 8)) {
      const moved = async (by: number): Promise<number> =>
        (
          await of(
            ndarray(
              m.data.map((x, i) => (i === k ? x + by : x)),
              [...m.shape],
            ),
          )
        ).data[0];
      const difference = ((await moved(h)) - (await moved(-h))) / (2 * h);
      expect(Math.abs(gradient[k] - difference)).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
    }
  });
});

test("a matrix that is not square is refused", () => {
  expect(() => tf.tidy(() => squareRoot(tf.ones([2, 3, 1])))).toThrow(
    "must have shape [d, d, ...], got [2,3,1]",
  );
});
