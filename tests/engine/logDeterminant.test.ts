/** @file Determinants, their logarithms and smallest eigenvalues against dense algebra, with their gradients. */
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NdArray, ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { determinant, logDeterminant, smallestSymmetricEigenvalue } from "../../src/engine/logDeterminant.ts";
import { numbers } from "./cases.ts";

const sizes = [1, 2, 3, 4, 5, 7, 16];
let engine: Engine;

beforeAll(async () => {
  tf.enableProdMode();
  engine = await openEngine("onnx");
});
afterAll(() => engine.dispose());

/** The determinant by elimination with pivoting, in double precision. */
function denseDeterminant(m: ArrayLike<number>, d: number): number {
  const rows = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => m[i * d + j]));
  let product = 1;
  for (let k = 0; k < d; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? i + k : best), k);
    if (rows[pivot][k] === 0) return 0;
    if (pivot !== k) product = -product;
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    product *= rows[k][k];
    for (let i = k + 1; i < d; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j < d; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return product;
}

/** Matrices near a multiple of the identity, the size of a map's Jacobians. */
function jacobians(batch: number[], d: number): NdArray {
  const m = numbers([...batch, d, d], { scale: 0.7 });
  for (let i = 0; i < m.data.length; i += d * d) for (let k = 0; k < d; k++) m.data[i + k * (d + 1)] += 1;
  return m;
}

/** A batch of matrices `[..., d, d]` as the functions take it, `[d, d, ...]`. */
function axesFirst(m: tf.Tensor): tf.Tensor {
  const batch = Array.from({ length: m.rank - 2 }, (_, axis) => axis);
  return tf.transpose(m, [m.rank - 2, m.rank - 1, ...batch]);
}

function block(m: NdArray, index: number, d: number): Float64Array {
  return Float64Array.from(m.data.subarray(index * d * d, (index + 1) * d * d));
}

describe.each(sizes)("determinants of size %i", (d) => {
  test("agree with elimination, for any batch", async () => {
    const det = engine.jit((m: tf.Tensor) => determinant(axesFirst(m)));
    for (const batch of [[], [5], [2, 3]]) {
      const m = jacobians(batch, d);
      const { shape, data } = await det(m);
      expect(shape).toEqual(batch);
      data.forEach((value, index) => {
        const exact = denseDeterminant(block(m, index, d), d);
        expect(Math.abs(value - exact)).toBeLessThan(1e-5 * (1 + Math.abs(exact)));
      });
    }
  });

  test("have the gradient of central differences", async () => {
    const slope = engine.jit(
      (m: tf.Tensor) => tf.grad((x: tf.Tensor) => tf.sum(determinant(axesFirst(x))))(m),
      {
        precision: "float64",
      },
    );
    const m = Float64Array.from(jacobians([1], d).data);
    const { data } = await slope(ndarray(m, [1, d, d]));
    const h = 1e-5;
    for (let k = 0; k < Math.min(d * d, 20); k++) {
      const moved = (by: number) =>
        denseDeterminant(
          m.map((x, i) => (i === k ? x + by : x)),
          d,
        );
      const difference = (moved(h) - moved(-h)) / (2 * h);
      expect(Math.abs(data[k] - difference)).toBeLessThan(1e-6 * (1 + Math.abs(difference)));
    }
  });

  test("are zero for singular matrices and negative for reflections", async () => {
    const det = engine.jit((m: tf.Tensor) => determinant(axesFirst(m)));
    const cycle = new Float32Array(d * d); // the cyclic permutation: no pivot on the diagonal
    for (let i = 0; i < d; i++) cycle[i * d + ((i + 1) % d)] = 1;
    expect((await det(ndarray(cycle, [d, d]))).data[0]).toBeCloseTo(d % 2 === 0 ? -1 : 1, 6);
    expect(Math.abs((await det(ndarray(new Float32Array(d * d), [d, d]))).data[0])).toBe(0);
  });
});

describe("logDeterminant", () => {
  const floor = 0.05;
  const at = (x: number): NdArray => ndarray(Float32Array.of(x), [1, 1]);

  test("is the logarithm above the floor and its tangent below", async () => {
    const f = engine.jit((m: tf.Tensor) => logDeterminant(m, { floor }));
    for (const x of [2, 0.5, 0.06])
      expect((await f(at(x))).logDeterminant.data[0]).toBeCloseTo(Math.log(x), 6);
    for (const x of [0.04, 0, -1, -30]) {
      const { determinant: det, logDeterminant: log } = await f(at(x));
      expect(det.data[0]).toBe(Math.fround(x));
      expect(log.data[0]).toBeCloseTo(Math.log(floor) + (x - floor) / floor, 3);
    }
  });

  test("has the second derivative of the logarithm above the floor, and none below", async () => {
    const second = engine.jit((m: tf.Tensor) => {
      const value = (x: tf.Tensor) => tf.sum(logDeterminant(x, { floor }).logDeterminant);
      return tf.grad((x: tf.Tensor) => tf.sum(tf.grad(value)(x)))(m);
    });
    const curvature = async (x: number) => (await second(ndarray(Float32Array.of(x), [1, 1]))).data[0];
    expect(await curvature(0.5)).toBeCloseTo(-4, 4);
    expect(await curvature(0.02)).toBeCloseTo(0, 9);
  });

  test("pushes folds back: its slope is positive everywhere", async () => {
    const slope = engine.jit((m: tf.Tensor) =>
      tf.grad((x: tf.Tensor) => tf.sum(logDeterminant(x, { floor }).logDeterminant))(m),
    );
    expect((await slope(at(2))).data[0]).toBeCloseTo(0.5, 6);
    for (const x of [0.04, 0, -1]) expect((await slope(at(x))).data[0]).toBeCloseTo(1 / floor, 4);
  });

  test("refuses what it cannot do", () => {
    expect(() => tf.tidy(() => logDeterminant(tf.eye(2), { floor: 0 }))).toThrow(
      "floor must be positive, got 0",
    );
    expect(() => tf.tidy(() => determinant(tf.ones([2, 3])))).toThrow(
      "m must have shape [d, d, ...] with d from 1 to 16, got [2,3]",
    );
    expect(() => tf.tidy(() => determinant(tf.eye(17)))).toThrow("d from 1 to 16, got [17,17]");
  });
});

describe("smallestSymmetricEigenvalue", () => {
  const smallest = (m: NdArray) => engine.jit((x: tf.Tensor) => smallestSymmetricEigenvalue(axesFirst(x)))(m);

  /** The smallest eigenvalue λ of the symmetric part makes `s − λ` singular and `s − μ` positive definite for μ < λ. */
  function expectSmallest(value: number, m: Float64Array, d: number): void {
    const shifted = (mu: number, size: number) =>
      Float64Array.from({ length: size * size }, (_, k) => {
        const [i, j] = [Math.floor(k / size), k % size];
        return (m[i * d + j] + m[j * d + i]) / 2 - (i === j ? mu : 0);
      });
    for (let size = 1; size <= d; size++)
      expect(denseDeterminant(shifted(value - 1e-4, size), size)).toBeGreaterThan(0);
    expect(denseDeterminant(shifted(value + 1e-4, d), d)).toBeLessThan(0);
  }

  test.each([1, 2, 3])("is exact for size %i", async (d) => {
    const m = numbers([6, d, d]);
    const { shape, data } = await smallest(m);
    expect(shape).toEqual([6]);
    data.forEach((value, index) => {
      expectSmallest(value, block(m, index, d), d);
    });
  });

  test("knows diagonal matrices, among them multiples of the identity", async () => {
    const diagonal = (...x: number[]) =>
      Float32Array.from({ length: 9 }, (_, k) => (k % 4 === 0 ? x[k / 4] : 0));
    const m = Float32Array.of(
      ...diagonal(3, 1, 2),
      ...diagonal(2, 2, 2),
      ...diagonal(-1, -1, 5),
      ...diagonal(0, 0, 0),
    );
    const { data } = await smallest(ndarray(m, [4, 3, 3]));
    [1, 2, -1, 0].forEach((value, index) => {
      expect(data[index]).toBeCloseTo(value, 3);
    });
  });

  test("is a lower bound beyond, and exact for diagonal matrices", async () => {
    const d = 5;
    const m = numbers([4, d, d]);
    const { data } = await smallest(m);
    data.forEach((value, index) => {
      const s = block(m, index, d);
      const shifted = (size: number) =>
        Float64Array.from({ length: size * size }, (_, k) => {
          const [i, j] = [Math.floor(k / size), k % size];
          return (s[i * d + j] + s[j * d + i]) / 2 - (i === j ? value - 1e-4 : 0);
        });
      for (let size = 1; size <= d; size++) expect(denseDeterminant(shifted(size), size)).toBeGreaterThan(0);
    });
    const diagonal = Float32Array.from({ length: d * d }, (_, k) =>
      k % (d + 1) === 0 ? k / (d + 1) - 2 : 0,
    );
    expect((await smallest(ndarray(diagonal, [d, d]))).data[0]).toBe(-2);
  });
});
