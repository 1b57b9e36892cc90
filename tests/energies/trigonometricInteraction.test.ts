/** @file Interactions on a circle: sums of Fourier modes against sums over pairs, and what the circle's symmetry asks. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { trigonometricInteraction } from "../../src/energies/trigonometricInteraction.ts";
import { uniforms } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const period = 3;
const harmonics = [
  { order: 1, coefficient: -1.4 },
  { order: 3, coefficient: 0.5 },
];
const interaction = trigonometricInteraction({ period, harmonics });
const count = 60;
const cloudOf = (positions: Float64Array) => ({
  dimension: 1,
  count,
  positions,
  logDensity: new Float64Array(count),
});
const positions = uniforms(keyFrom(1), count).map((u) => period * u);
const profile = interaction.profile as NonNullable<typeof interaction.profile>;

describe("an interaction of two harmonics", () => {
  it("has the field of all pairs, each particle itself included, with the slope of the kernel", () => {
    const field = interaction.field(cloudOf(positions));
    const h = 1e-5;
    positions.forEach((x, i) => {
      let [sum, slope] = [0, 0];
      positions.forEach((y, j) => {
        sum += j === i ? profile.value(0) / count : interaction.value((x - y) ** 2) / count;
        if (j !== i) slope += (interaction.slope((x - y) ** 2) * (x - y)) / count;
      });
      expect(field[i]).toBeCloseTo(sum, 12);
      // The whole energy ½ mean(field) moves with one particle by 1/n of its force.
      const shifted = (by: number) => {
        const moved = positions.map((value, j) => (j === i ? value + by : value));
        return interaction.field(cloudOf(moved)).reduce((total, value) => total + value, 0) / (2 * count);
      };
      expect(count * (shifted(h) - shifted(-h))).toBeCloseTo(2 * h * slope, 8);
    });
  });

  it("has a profile with the derivatives of its values", () => {
    for (const z of [-2, 0, 0.4, 1.3]) {
      const h = 1e-5;
      expect(profile.gradient(z)).toBeCloseTo((profile.value(z + h) - profile.value(z - h)) / (2 * h), 7);
      expect(profile.hessian(z)).toBeCloseTo(
        (profile.gradient(z + h) - profile.gradient(z - h)) / (2 * h),
        6,
      );
      expect(profile.hessian(z)).toBeGreaterThanOrEqual(interaction.convexity as number);
    }
  });

  it("does not feel a rotation, nor turns of single particles", () => {
    const field = interaction.field(cloudOf(positions));
    const turned = interaction.field(cloudOf(positions.map((x, i) => x + 0.7 + period * ((i % 5) - 2))));
    field.forEach((value, i) => {
      expect(turned[i]).toBeCloseTo(value, 12);
    });
  });

  it("knows its field everywhere, with coefficients of each cloud's own", () => {
    const weights = [1, 0.4];
    const coefficient = tf.tensor2d(weights, [2, 1]);
    const varied = trigonometricInteraction({ period, harmonics: [{ order: 2, coefficient }] });
    const cloud = tf.tensor3d(Float32Array.from([...positions, ...positions]), [2, count, 1]);
    const points = [0.1, 2.2];
    const { smooth } = varied;
    const values = tf.tidy(() =>
      smooth?.field(smooth.moments(cloud), tf.tensor3d([...points, ...points], [2, 2, 1])).arraySync(),
    ) as number[][];
    weights.forEach((c, b) => {
      points.forEach((x, k) => {
        const mean =
          positions.reduce((sum, y) => sum + Math.cos((4 * Math.PI * (x - y)) / period), 0) / count;
        expect(values[b][k]).toBeCloseTo(c * mean, 5);
      });
    });
    coefficient.dispose();
    cloud.dispose();
  });
});

it("refuses harmonics that do not close, and points that are no angles", () => {
  expect(() => trigonometricInteraction({ period, harmonics: [{ order: 0.5, coefficient: 1 }] })).toThrow(
    "orders [0.5]",
  );
  const plane = { dimension: 2, count: 1, positions: Float64Array.of(0, 1), logDensity: Float64Array.of(0) };
  expect(() => interaction.field(plane)).toThrow("of one coordinate, got 2");
});
