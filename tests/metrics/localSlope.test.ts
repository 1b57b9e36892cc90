import { describe, expect, it } from "vitest";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { leastForSlopes, localSlopes } from "../../src/metrics/localSlope.ts";
import { observedOrder } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Float64Array.from(a, (x, i) => (x - b[i]) ** 2).reduce((sum, x) => sum + x, 0) / a.length);
const first = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

describe("localSlopes", () => {
  it.each([1, 2, 3, 4])("has the score of a Gaussian exactly in dimension %i", (d) => {
    const covariance = Array.from({ length: d }, (_, a) =>
      Array.from({ length: d }, (_, b) => (a === b ? 1 + a : 0.3)),
    );
    const rho = gaussian({ mean: new Array(d).fill(0.5), covariance });
    const { positions, logDensity: values } = sampleCloud(rho, keyFrom(d), 300);
    const slopes = localSlopes({ dimension: d, positions, values }, first(40));
    expect(difference(slopes, rho.score(Float64Array.from(positions)).subarray(0, 40 * d))).toBeLessThan(
      1e-6,
    );
  });

  it("has the score of a mixture with third order in the spacing of the points", () => {
    const rho = gaussianMixture({ weights: [0.4, 0.6], means: [[-1], [1]], deviations: [0.5, 0.6] });
    const counts = [250, 500, 1000, 2000];
    const errors = counts.map((count) => {
      const positions = Float64Array.from({ length: count + 1 }, (_, i) => (4 * i) / count - 2);
      const values = rho.logDensity(positions);
      const inner = Int32Array.from({ length: count / 2 }, (_, i) => count / 4 + i);
      const exact = rho.score(positions);
      return difference(
        localSlopes({ dimension: 1, positions, values }, inner),
        inner.length === 0 ? [] : Float64Array.from(inner, (i) => exact[i]),
      );
    });
    // Symmetric neighbours even gain an order.
    expect(
      observedOrder(
        counts.map((count) => 1 / count),
        errors,
      ),
    ).toBeGreaterThan(2.9);
  });

  it("says how many points it takes", () => {
    expect([1, 2, 3, 10].map(leastForSlopes)).toEqual([13, 31, 61, 199]);
    const positions = new Float64Array(60);
    expect(() => localSlopes({ dimension: 2, positions, values: new Float64Array(30) }, [0])).toThrow(
      "localSlopes: at least 31 points are needed in dimension 2, got 30",
    );
  });
});
