/** @file Stein's mobility: tensors against plain sums, Jacobians against differences, symmetry and positivity, the special kernel. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  gaussianKernel,
  inverseMultiquadricKernel,
  laplaceKernel,
  maternKernel,
} from "../../src/domains/radialKernel.ts";
import { mixturePotential } from "../../src/energies/mixturePotential.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { wasserstein } from "../../src/mobilities/mobility.ts";
import { steinGram, steinMobility, steinOf } from "../../src/mobilities/stein.ts";
import { componentsFirst, jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const potential = mixturePotential({
  weights: [0.4, 0.6],
  means: [
    [-1, 0.3],
    [1, 0],
  ],
  deviations: [0.7, 0.9],
});
const reference = quadraticPotential({
  matrix: [
    [0.6, 0],
    [0, 0.6],
  ],
});
const n = 25;
const cloud: Cloud = {
  dimension: 2,
  count: n,
  positions: normals(keyFrom(1), 2 * n),
  logDensity: new Float64Array(n),
};
const field = { value: normals(keyFrom(2), 2 * n), jacobian: new Float64Array(4 * n) };

const kernels = [
  gaussianKernel({ bandwidth: 0.7 }),
  laplaceKernel({ bandwidth: 0.7 }),
  maternKernel({ bandwidth: 0.7 }),
  inverseMultiquadricKernel({ bandwidth: 0.7 }),
];
const cases = kernels.flatMap((kernel) => [
  { name: kernel.kind, mobility: steinMobility({ kernel }) },
  {
    name: `${kernel.kind}, special`,
    mobility: steinMobility({ kernel, special: { potential, reference } }),
  },
]);

describe.each(cases)("Stein's mobility, $name", ({ mobility }) => {
  it("is the same on tensors as in Float64, with its Jacobian", () => {
    const { value, jacobian } = mobility.applyArrays(field, cloud);
    const [velocity, slopes] = tf.tidy(() => {
      const positions = tf.tensor3d(Float32Array.from(cloud.positions), [1, n, 2]);
      const dual = mobility.apply(
        {
          value: componentsFirst(tf.tensor3d(Float32Array.from(field.value), [1, n, 2])),
          tangent: tf.zeros([2, 2, 1, n]) as tf.Tensor4D,
        },
        { positions, logDensity: tf.zeros([1, n]) as tf.Tensor2D },
      );
      return [particlesFirst(dual.value).dataSync(), jacobians(dual).dataSync()];
    });
    const size = (values: ArrayLike<number>) =>
      Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const [most, steepest] = [size(value), size(jacobian)];
    for (let k = 0; k < value.length; k++) expect(Math.abs(velocity[k] - value[k])).toBeLessThan(2e-5 * most);
    for (let k = 0; k < jacobian.length; k++)
      expect(Math.abs(slopes[k] - jacobian[k])).toBeLessThan(2e-5 * steepest);
  });

  it("has the Jacobian of the velocity in space, and a matrix that gives both", () => {
    const { value, jacobian } = mobility.applyArrays(field, cloud);
    const gram = steinGram(mobility, cloud);
    for (let f = 0; f < 2; f++) {
      for (let i = 0; i < n; i++) {
        let [sum, slope] = [0, 0];
        for (let j = 0; j < n; j++) {
          sum += (gram.values[i * n + j] * field.value[2 * j + f]) / n;
          slope += (gram.slopes[(i * n + j) * 2] * field.value[2 * j + f]) / n;
        }
        expect(value[2 * i + f]).toBeCloseTo(sum, 12);
        expect(jacobian[4 * i + f]).toBeCloseTo(slope, 12);
      }
    }
    // A passive particle without weight beside the others sees the same field: its slope is that of differences.
    const probe = (x: number, y: number) => {
      const positions = Float64Array.from([...cloud.positions, x, y]);
      const larger = { ...cloud, count: n + 1, positions, logDensity: new Float64Array(n + 1) };
      const given = { value: Float64Array.from([...field.value, 0, 0]), jacobian: new Float64Array(0) };
      return mobility.applyArrays(given, larger);
    };
    const h = 1e-5;
    const centre = probe(0.2, -0.4);
    for (const k of [0, 1]) {
      const [ahead, behind] = [h, -h].map((s) => probe(0.2 + (k === 0 ? s : 0), -0.4 + (k === 1 ? s : 0)));
      for (const f of [0, 1])
        expect((ahead.value[2 * n + f] - behind.value[2 * n + f]) / (2 * h)).toBeCloseTo(
          centre.jacobian[4 * n + 2 * k + f],
          6,
        );
    }
  });

  it("is symmetric and positive", () => {
    const other = normals(keyFrom(3), 2 * n);
    const pair = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      const image = mobility.velocities(b, cloud);
      return Array.from(image).reduce((sum, value, k) => sum + value * a[k], 0);
    };
    expect(pair(field.value, other) / pair(other, field.value)).toBeCloseTo(1, 10);
    expect(pair(other, other)).toBeGreaterThan(0);
  });
});

it("another mobility is refused, and so is a field of another size", () => {
  expect(() => steinOf("test", wasserstein)).toThrow("test: the mobility must be that of Stein");
  expect(() => cases[0].mobility.velocities([1, 2], cloud)).toThrow("must have 50 values, got 2");
});
