/** @file A mobility that is a matrix: both its sides, by axes and by modes, and the metric that it stands for. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { matvec } from "../../src/linalg/matrix.ts";
import { linearMobility, mobilityMatrix } from "../../src/mobilities/linear.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

const [n, d] = [5, 3];
const rates = [0.5, 2, 0.01];
const modes = randomRotation(keyFrom(1), d);
const field = {
  value: normals(foldIn(keyFrom(2), "value"), n * d),
  jacobian: normals(foldIn(keyFrom(2), "jacobian"), n * d * d),
};
const cloud = { dimension: d, count: n, positions: new Float64Array(n * d), logDensity: new Float64Array(n) };

function onTensors(mobility: ReturnType<typeof linearMobility>) {
  const value = tf.transpose(tf.tensor3d(Float32Array.from(field.value), [1, n, d]), [2, 0, 1]);
  const jacobian = tf.tensor4d(Float32Array.from(field.jacobian), [1, n, d, d]);
  const tangent = tf.transpose(jacobian, [3, 2, 0, 1]);
  const clouds = {
    positions: tf.zeros([1, n, d]) as tf.Tensor3D,
    logDensity: tf.zeros([1, n]) as tf.Tensor2D,
  };
  const moved = mobility.apply({ value, tangent } as Parameters<typeof mobility.apply>[0], clouds);
  return {
    value: tf.transpose(moved.value, [1, 2, 0]).dataSync(),
    jacobian: tf.transpose(moved.tangent, [2, 3, 1, 0]).dataSync(),
  };
}

describe.each([
  ["axes", linearMobility({ rates })],
  ["modes", linearMobility({ rates, modes })],
] as const)("a linear mobility by %s", (_name, mobility) => {
  const matrix = mobilityMatrix("test", mobility);

  it("is its matrix on the field, and on its derivative along every direction", () => {
    const { value, jacobian } = mobility.applyArrays(field, cloud);
    for (let i = 0; i < n; i++) {
      const w = field.value.subarray(i * d, (i + 1) * d);
      matvec(matrix, w).forEach((v, f) => {
        expect(value[i * d + f]).toBeCloseTo(v, 12);
      });
      for (let k = 0; k < d; k++) {
        const row = (i * d + k) * d;
        matvec(matrix, field.jacobian.subarray(row, row + d)).forEach((v, f) => {
          expect(jacobian[row + f]).toBeCloseTo(v, 12);
        });
      }
    }
  });

  it("is the same on tensors", () => {
    const [tensors, arrays] = [onTensors(mobility), mobility.applyArrays(field, cloud)];
    for (const part of ["value", "jacobian"] as const)
      tensors[part].forEach((x, i) => {
        expect(Math.abs(x - arrays[part][i])).toBeLessThan(1e-5);
      });
  });

  it("gives every cloud of a batch its own rates", () => {
    const rows = tf.tensor2d([rates], [1, d]);
    const own = linearMobility(mobility.modes === undefined ? { rates: rows } : { rates: rows, modes });
    onTensors(own).value.forEach((x, i) => {
      expect(x).toBeCloseTo(onTensors(mobility).value[i], 6);
    });
    expect(() => own.applyArrays(field, cloud)).toThrow("no Float64 side");
  });
});

it("rejects a rate that is negative", () => {
  expect(() => linearMobility({ rates: [1, -1] })).toThrow("rates must not be negative, got [1,-1]");
});
