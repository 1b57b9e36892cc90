import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { adam, adamRate, clipByNorm, cosineSchedule } from "../../src/optimizers/adam.ts";

/** Algorithm 1 of Kingma & Ba, written out. */
function reference(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  rate: number,
): number[] {
  const [beta1, beta2] = [0.9, 0.999];
  const theta = [...start];
  const [m, v] = [start.map(() => 0), start.map(() => 0)];
  gradients.forEach((gradient, k) => {
    gradient.forEach((g, i) => {
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const [mean, square] = [m[i] / (1 - beta1 ** (k + 1)), v[i] / (1 - beta2 ** (k + 1))];
      theta[i] -= (rate * mean) / (Math.sqrt(square) + 1e-8);
    });
  });
  return theta;
}

function run(start: readonly number[], gradients: readonly (readonly number[])[], rate: number): number[] {
  return tf.tidy(() => {
    let parameters = tf.tensor1d([...start]);
    let state = { first: tf.zerosLike(parameters), second: tf.zerosLike(parameters) };
    gradients.forEach((gradient, k) => {
      const step = { gradient: tf.tensor1d([...gradient]), rate: tf.scalar(adamRate(rate, k + 1)) };
      ({ parameters, state } = adam(parameters, state, step));
    });
    return Array.from(parameters.dataSync());
  });
}

describe("Adam", () => {
  it("moves by the learning rate against the sign of the first gradient", () => {
    const moved = run([1, 1, 1], [[1e-3, -5, 200]], 0.1);
    [0.9, 1.1, 0.9].forEach((value, i) => {
      expect(moved[i]).toBeCloseTo(value, 4); // ε = 1e-8 beside a gradient of 1e-3
    });
  });

  it("follows the algorithm as published", () => {
    const gradients = Array.from({ length: 12 }, (_, k) => [Math.sin(k), 0.3 * k - 1, 0.01 * (-1) ** k]);
    const expected = reference([0.5, -1, 2], gradients, 0.05);
    run([0.5, -1, 2], gradients, 0.05).forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i], 4);
    });
  });

  it("clips a gradient that is too long, and only such", () => {
    tf.tidy(() => {
      const long = clipByNorm(tf.tensor1d([3, 4]), 1);
      expect(long.norm.dataSync()[0]).toBeCloseTo(5, 6);
      expect(Array.from(long.gradient.dataSync())).toEqual([expect.closeTo(0.6, 6), expect.closeTo(0.8, 6)]);
      expect(Array.from(clipByNorm(tf.tensor1d([0.3, 0.4]), 1).gradient.dataSync())).toEqual([
        expect.closeTo(0.3, 6),
        expect.closeTo(0.4, 6),
      ]);
    });
  });

  it("warms up, peaks and comes down to zero", () => {
    const rate = cosineSchedule({ peak: 2, warmup: 4, total: 104 });
    expect([0, 1, 3].map(rate)).toEqual([0.5, 1, 2]);
    expect(rate(4)).toBeCloseTo(2, 12);
    expect(rate(54)).toBeCloseTo(1, 12);
    expect(rate(104)).toBeCloseTo(0, 12);
    expect(rate(1000)).toBeCloseTo(0, 12);
  });
});
