import { describe, expect, it } from "vitest";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import type { FieldArrays } from "../../src/mobilities/mobility.ts";
import { balanceVirial, hasVirialBalance } from "../../src/operator/virialBalance.ts";
import { keyFrom } from "../../src/random/key.ts";
import { landau } from "../../src/systems/landau/flow.ts";
import { smallProblem } from "./problem.ts";

const collisions = (dimension: number, logDeterminant: "exact" | "linear" = "exact", exponent = 0) =>
  landau({ dimension, constant: 0.1, exponent, tau: 0.1, logDeterminant });

const mixture = sampleCloud(
  gaussianMixture({
    weights: [0.4, 0.6],
    means: [
      [-1, 0.5],
      [0.8, -0.4],
    ],
    deviations: [0.5, 0.9],
  }),
  keyFrom(1),
  4000,
);

/** A poor estimate of the score: that of another Gaussian, and some bending. */
function field({ positions, count }: Cloud): FieldArrays {
  const value = new Float64Array(2 * count);
  const jacobian = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [x, y] = positions.subarray(2 * i, 2 * i + 2);
    value.set([x - 0.2 * y + 0.3 * Math.sin(x), 1.5 * y], 2 * i);
    jacobian.set([1 + 0.3 * Math.cos(x), 0, -0.2, 1.5], 4 * i);
  }
  return { value, jacobian };
}

/** What is without trace in the symmetric part of `E[w ⊗ T]`, in the plane: the law of the exact step makes it vanish, up to what `βx` adds. */
function anisotropy(flow: GradientFlow, w: FieldArrays, cloud: Cloud, h: number): number {
  const { value: v } = flow.mobility.applyArrays(w, cloud);
  const n = cloud.count;
  const mean = (points: ArrayLike<number>, k: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += points[2 * i + k] / n;
    return sum;
  };
  const image = Float64Array.from(cloud.positions, (x, i) => x + h * v[i]);
  const about = [w.value, cloud.positions].map((points) => {
    const means = [mean(points, 0), mean(points, 1)];
    return [0, 1].map((a) =>
      [0, 1].map((b) => {
        let sum = 0;
        for (let i = 0; i < n; i++) sum += ((points[2 * i + a] - means[a]) * image[2 * i + b]) / n;
        return sum;
      }),
    );
  });
  // The β that makes the trace right moves nothing, and adds to the rest.
  const [W, X] = about;
  const beta = (2 - W[0][0] - W[1][1]) / (X[0][0] + X[1][1]);
  const S = W.map((row, a) => row.map((entry, b) => entry + beta * X[a][b]));
  return Math.hypot(S[0][0] - S[1][1], S[0][1] + S[1][0]);
}

describe("the affine part of a step that keeps energy", () => {
  for (const logDeterminant of ["exact", "linear"] as const) {
    it(`makes it obey the virial identity, with the ${logDeterminant} log-determinant`, () => {
      const flow = collisions(2, logDeterminant);
      const h = logDeterminant === "exact" ? flow.tau : 0;
      const before = field(mixture);
      const after = balanceVirial(flow, before, mixture);
      expect(anisotropy(flow, before, mixture, h)).toBeGreaterThan(0.3);
      // Up to what an anisotropy's share is short of one, and to how much farther the image goes.
      const left = logDeterminant === "exact" ? 0.1 : 0.02;
      expect(anisotropy(flow, after, mixture, h)).toBeLessThan(left * anisotropy(flow, before, mixture, h));
    });
  }

  it("has the Jacobian that belongs to it", () => {
    const before = field(mixture);
    const after = balanceVirial(collisions(2), before, mixture);
    const added = (i: number) => [0, 1].map((k) => after.value[2 * i + k] - before.value[2 * i + k]);
    const slopes = Array.from({ length: 4 }, (_, k) => after.jacobian[k] - before.jacobian[k]);
    const from = mixture.positions.subarray(0, 2);
    for (const i of [1, 2, 3]) {
      const way = [0, 1].map((k) => mixture.positions[2 * i + k] - from[k]);
      added(i).forEach((value, f) => {
        expect(value - added(0)[f]).toBeCloseTo(slopes[f] * way[0] + slopes[2 + f] * way[1], 10);
      });
    }
    expect(slopes[0]).toBeCloseTo(-slopes[3], 12);
    expect(slopes[1]).toBeCloseTo(slopes[2], 12);
  });

  it("leaves rest alone, and hardly touches what a sample cannot tell from it", () => {
    const cloud = sampleCloud(
      gaussian({
        mean: [0, 0, 0],
        covariance: [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      }),
      keyFrom(2),
      400,
    );
    const nothing = { value: new Float64Array(1200), jacobian: new Float64Array(3600) };
    const rest = balanceVirial(collisions(3), nothing, cloud);
    expect(Math.max(...Array.from(rest.value, Math.abs))).toBe(0);
    const little = {
      ...nothing,
      value: Float64Array.from(cloud.positions, (x, i) => (i % 3 === 0 ? 0.01 * x : 0)),
    };
    const added = balanceVirial(collisions(3), little, cloud).jacobian;
    expect(Math.max(...Array.from(added, Math.abs))).toBeLessThan(1e-3);
  });

  it("is known for collisions, whatever their exponent, and for nothing that has an energy to lose", () => {
    expect(hasVirialBalance(collisions(3, "exact", -3))).toBe(true);
    expect(hasVirialBalance(smallProblem(2).flow)).toBe(false);
  });
});
