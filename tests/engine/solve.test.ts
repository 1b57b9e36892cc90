/** @file Batched linear systems: residuals, gradients against central differences and identities, singular members. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NdArray, ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { determinant } from "../../src/engine/logDeterminant.ts";
import { inverse, solve } from "../../src/engine/solve.ts";
import { numbers } from "./cases.ts";

let engine: Engine;
beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx");
});
afterAll(() => engine.dispose());

const double = ({ data, shape }: NdArray): NdArray => ndarray(Float64Array.from(data), [...shape]);

/** Matrices whose large entries stand on the other diagonal, so that rows have to change places. */
function matrices(d: number, batch: readonly number[]): NdArray {
  const m = double(numbers([d, d, ...batch], { scale: 0.5 }));
  const count = m.data.length / (d * d);
  for (let i = 0; i < d; i++)
    for (let n = 0; n < count; n++) m.data[(i * d + d - 1 - i) * count + n] += 3 + 0.2 * i;
  return m;
}

const products = (m: tf.Tensor, z: tf.Tensor) => tf.sum(tf.mul(tf.expandDims(m, 2), tf.expandDims(z, 0)), 1);

describe.each([1, 2, 3, 5, 10, 16])("systems of size %i", (d) => {
  test("are solved, for any batch and number of right-hand sides", async () => {
    const back = engine.jit((m: tf.Tensor, b: tf.Tensor) => products(m, solve(m, b)), {
      precision: "float64",
    });
    for (const [batch, right] of [
      [[], 1],
      [[7], 3],
      [[2, 3], 2],
    ] as const) {
      const m = matrices(d, batch);
      const b = double(numbers([d, right, ...batch], { phase: 0.5 }));
      const { shape, data } = await back(m, b);
      expect(shape).toEqual([d, right, ...batch]);
      data.forEach((value, i) => {
        expect(Math.abs(value - b.data[i])).toBeLessThan(1e-10);
      });
    }
  });

  test("have the gradient of central differences, in the matrix and the right-hand side", async () => {
    const weights = (z: tf.Tensor) => tf.mul(z, tf.reshape(tf.range(1, z.size + 1), z.shape));
    const value = (m: tf.Tensor, b: tf.Tensor) => tf.sum(weights(solve(m, b)));
    const [of, slopes] = [
      engine.jit(value, { precision: "float64" }),
      engine.jit((m: tf.Tensor, b: tf.Tensor) => tf.grads(value)([m, b]), { precision: "float64" }),
    ];
    const m = matrices(d, [2]);
    const b = double(numbers([d, 2, 2], { phase: 1 }));
    const gradients = await slopes(m, b);
    const h = 1e-5;
    for (const [index, array] of [m, b].entries()) {
      for (let k = 0; k < array.data.length; k += 1 + Math.floor(array.data.length / 12)) {
        const moved = async (by: number): Promise<number> => {
          const data = array.data.map((x, i) => (i === k ? x + by : x));
          const args = [m, b].map((x, i) => (i === index ? ndarray(data, [...array.shape]) : x));
          return (await of(args[0], args[1])).data[0];
        };
        const difference = ((await moved(h)) - (await moved(-h))) / (2 * h);
        expect(Math.abs(gradients[index].data[k] - difference)).toBeLessThan(
          1e-5 * (1 + Math.abs(difference)),
        );
      }
    }
  });

  test("give inverses, and the slope of log|det| is the transposed inverse", async () => {
    const f = engine.jit(
      (m: tf.Tensor) => ({
        inverse: inverse(m),
        slope: tf.grad((x: tf.Tensor) => tf.sum(tf.log(tf.abs(determinant(x)))))(m),
      }),
      { precision: "float64" },
    );
    const result = await f(matrices(d, [3]));
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++)
        for (let n = 0; n < 3; n++) {
          const entry = result.inverse.data[(j * d + i) * 3 + n];
          expect(Math.abs(result.slope.data[(i * d + j) * 3 + n] - entry)).toBeLessThan(
            1e-8 * (1 + Math.abs(entry)),
          );
        }
  });
});

test("second derivatives are exact: (1/m)'' = 2/m³", async () => {
  const one = (m: tf.Tensor) => tf.sum(inverse(m));
  const f = engine.jit((m: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(tf.grad(one)(x)))(m));
  const { data } = await f(ndarray(Float32Array.of(2, -0.5), [1, 1, 2]));
  expect(data[0]).toBeCloseTo(0.25, 5);
  expect(data[1]).toBeCloseTo(-16, 4);
});

test("a singular matrix spoils no other", async () => {
  const f = engine.jit((m: tf.Tensor) => inverse(m));
  const { data } = await f(ndarray(Float32Array.of(1, 2, 1, 0, 1, 0, 1, 4), [2, 2, 2]));
  expect([0, 2, 4, 6].every((i) => Number.isFinite(data[i]))).toBe(false);
  expect([1, 3, 5, 7].map((i) => data[i])).toEqual([0.5, 0, 0, 0.25]);
});

test("what is wrong with the arguments is said", () => {
  const message = (f: () => tf.Tensor) => () => tf.tidy(f);
  expect(message(() => solve(tf.ones([2, 3]), tf.ones([2, 1])))).toThrow("d from 1 to 16, got [2,3]");
  expect(message(() => solve(tf.ones([17, 17]), tf.ones([17, 1])))).toThrow("got [17,17]");
  expect(message(() => solve(tf.eye(2), tf.ones([3, 1])))).toThrow("b must have shape [2, r, ...]");
});
