/** @file Every member of every family is a density that its samples follow, and a family is a pure function of its key. */

import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../../../src/linalg/eigen.ts";
import { matmul, transpose } from "../../../src/linalg/matrix.ts";
import type { Ellipsoid } from "../../../src/measures/ellipsoid.ts";
import { bumpFamily } from "../../../src/measures/families/bumpFamily.ts";
import { gaussianMixtureFamily } from "../../../src/measures/families/gaussianMixtureFamily.ts";
import { mixedFamily } from "../../../src/measures/families/mixedFamily.ts";
import type { Family } from "../../../src/measures/family.ts";
import type { Superposition } from "../../../src/measures/superposition.ts";
import { estimate } from "../../../src/metrics/statistics.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import { kolmogorov, monomials, planeSums, scoreDefect } from "../laws.ts";

const smooth = gaussianMixtureFamily({
  dimension: 2,
  components: [1, 3],
  reach: 1.5,
  deviations: [0.3, 0.5],
});
const bumps = bumpFamily({
  dimension: 2,
  components: [1, 3],
  reach: 1.5,
  radii: [0.4, 1.2],
  powers: { favourite: 1, range: [0.3, 3] },
});
const families: [string, Family][] = [
  ["gaussianMixtureFamily", smooth],
  ["bumpFamily", bumps],
  ["mixedFamily", mixedFamily([smooth, bumps], [0.5, 0.5])],
];

describe.each(families)("%s", (_, family) => {
  it("gives the same density for the same key, another for another", () => {
    const points = family.draw(keyFrom(1)).sample(keyFrom(2), 100);
    const density = (seed: number) => family.draw(keyFrom(seed)).logDensity(points);
    expect(density(1)).toEqual(density(1));
    expect(density(3)).not.toEqual(density(1));
  });

  it.each([10, 11, 12, 13])(
    "has mass one, and samples with its moments and its marginal (key %i)",
    (seed) => {
      const measure = family.draw(keyFrom(seed));
      const sums = planeSums(measure, 4.5, 0.02);
      // At the edge of an ellipsoid of power 0.3 the midpoint rule with 20 cells a semi-axis is off by about 1e-3.
      expect(Math.abs(sums.mass - 1)).toBeLessThan(2e-3);
      const samples = measure.sample(foldIn(keyFrom(seed), "samples"), 8000);
      monomials(samples).forEach((values, k) => {
        const { mean, standardError } = estimate(values);
        expect(Math.abs(mean - sums.moments[k]) / standardError).toBeLessThan(5);
      });
      expect(kolmogorov(monomials(samples)[0], sums.cdf)).toBeLessThan(1.95);
    },
  );
});

describe("bumpFamily", () => {
  const space = bumpFamily({
    dimension: 3,
    components: [1, 3],
    reach: 2,
    radii: [0.5, 2],
    powers: { favourite: 0.5, range: [0.3, 3] },
  });
  const members = Array.from({ length: 300 }, (_, i) => space.draw(keyFrom(i)) as Superposition);
  const all = members.flatMap((member) => member.components as readonly Ellipsoid[]);

  it("draws what its options say: counts, centres, semi-axes, powers", () => {
    expect(new Set(members.map((member) => member.components.length))).toEqual(new Set([1, 2, 3]));
    expect(all.every(({ centre }) => centre.every((x) => Math.abs(x) < 2))).toBe(true);
    const semiAxes = all.flatMap(({ axes }) =>
      symmetricEigen(matmul(axes, transpose(axes))).values.map(Math.sqrt),
    );
    expect(kolmogorov(Float64Array.from(semiAxes), (r) => Math.log(r / 0.5) / Math.log(4))).toBeLessThan(
      1.95,
    );
    const powers = all.map(({ power }) => power);
    const favourite = estimate(powers.map((p) => (p === 0.5 ? 1 : 0)));
    expect(Math.abs(favourite.mean - 0.5) / favourite.standardError).toBeLessThan(4);
    const others = Float64Array.from(powers.filter((p) => p !== 0.5));
    expect(kolmogorov(others, (p) => Math.log(p / 0.3) / Math.log(10))).toBeLessThan(1.95);
  });

  it("points its ellipsoids everywhere: the first axis has the second moment 1/3 along each coordinate", () => {
    for (const a of [0, 1, 2]) {
      const shares = all.map(({ axes }) => axes[a][0] ** 2 / axes.reduce((sum, row) => sum + row[0] ** 2, 0));
      const { mean, standardError } = estimate(shares);
      expect(Math.abs(mean - 1 / 3) / standardError).toBeLessThan(4);
    }
  });

  it("has samples whose mean and second moments are those of its ellipsoids, in three dimensions", () => {
    const { weights, components, sample } = members.find((member) => member.components.length === 3)!;
    const samples = sample(keyFrom(1), 40_000);
    for (const a of [0, 1, 2]) {
      for (const b of [0, 1, 2]) {
        const exact = (components as readonly Ellipsoid[]).reduce((sum, { centre, axes, power }, k) => {
          const spread = matmul(axes, transpose(axes))[a][b] / (2 * power + 5);
          return sum + weights[k] * (centre[a] * centre[b] + spread);
        }, 0);
        const values = Float64Array.from(
          { length: 40_000 },
          (_, i) => samples[3 * i + a] * samples[3 * i + b],
        );
        const { mean, standardError } = estimate(values);
        expect(Math.abs(mean - exact) / standardError).toBeLessThan(5);
      }
    }
  });

  it("has the gradient of its log-density as score, away from the edges of its ellipsoids", () => {
    const member = members.find(({ components }) => components.length === 1)!;
    const [{ centre }] = member.components as readonly Ellipsoid[];
    const points = member.sample(keyFrom(2), 100).map((x, i) => centre[i % 3] + 0.9 * (x - centre[i % 3]));
    expect(scoreDefect(member, points, 1e-5)).toBeLessThan(1e-6);
  });

  it("refuses ranges that are empty or not positive", () => {
    const options = { dimension: 1, components: [1, 2], reach: 1, radii: [0.5, 1] } as const;
    const powers = { favourite: 1, range: [0.3, 3] } as const;
    expect(() => bumpFamily({ ...options, powers, radii: [0, 1] })).toThrow(
      "radii must be [least, greatest]",
    );
    expect(() => bumpFamily({ ...options, powers, components: [2, 1] })).toThrow("1 ≤ least ≤ greatest");
    expect(() => bumpFamily({ ...options, powers: { favourite: -1, range: [1, 2] } })).toThrow("got -1");
  });
});

describe("mixedFamily", () => {
  it("draws from each family as often as its weight says", () => {
    const mixed = mixedFamily([smooth, bumps], [0.3, 0.7]);
    const isBump = Array.from({ length: 2000 }, (_, i) =>
      "components" in mixed.draw(foldIn(keyFrom(7), i)) ? 1 : 0,
    );
    const { mean, standardError } = estimate(isBump);
    expect(Math.abs(mean - 0.7) / standardError).toBeLessThan(4);
  });

  it("refuses families of different dimensions", () => {
    const line = gaussianMixtureFamily({ dimension: 1, components: [1, 1], reach: 1, deviations: [1, 1] });
    expect(() => mixedFamily([smooth, line], [0.5, 0.5])).toThrow("dimension 2, got 1 at index 1");
  });
});
