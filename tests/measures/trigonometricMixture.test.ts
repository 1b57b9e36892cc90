/** @file Mixtures of exponentials of trigonometric polynomials, and the family that draws them. */

import { describe, expect, it } from "vitest";
import { trigonometricMixtureFamily } from "../../src/measures/families/trigonometricMixtureFamily.ts";
import { type TrigonometricMixture, trigonometricMixture } from "../../src/measures/trigonometricMixture.ts";
import { keyFrom } from "../../src/random/key.ts";
import { kolmogorov, scoreDefect } from "./laws.ts";

const family = trigonometricMixtureFamily({ components: [1, 3], harmonics: 2, concentrations: [0.1, 10] });
const members = [1, 2, 3, 4].map((seed) => family.draw(keyFrom(seed)) as TrigonometricMixture);

describe.each(members)("a random trigonometric mixture (%#)", (mixture) => {
  it("has mass 1 to round-off, and a distribution function and quantiles that belong to it", () => {
    const n = 4000;
    const h = (2 * Math.PI) / n;
    let mass = 0;
    for (let i = 0; i < n; i++) {
      if (i % 400 === 0) {
        expect(mixture.cdf(i * h)).toBeCloseTo(mass, 6);
        expect(mixture.cdf(mixture.quantile((i + 1) / n))).toBeCloseTo((i + 1) / n, 10);
      }
      mass += h * Math.exp(mixture.logDensity(Float64Array.of((i + 0.5) * h))[0]);
    }
    expect(mass).toBeCloseTo(1, 13);
  });

  it("has samples of its law, the score of its density, and no seam", () => {
    const samples = mixture.sample(keyFrom(8), 20_000);
    expect(kolmogorov(samples, mixture.cdf)).toBeLessThan(1.95);
    expect(scoreDefect(mixture, samples.subarray(0, 100), 1e-5)).toBeLessThan(1e-7);
    const [here, turned] = mixture.logDensity(Float64Array.of(1.3, 1.3 + 2 * Math.PI));
    expect(turned).toBeCloseTo(here, 12);
  });
});

it("is von Mises' law for one harmonic: its first moment is a ratio of Bessel functions", () => {
  const kappa = 2.4;
  const law = trigonometricMixture({ weights: [1], components: [{ concentrations: [kappa], centres: [2] }] });
  const series = (order: number) => {
    let [sum, term] = [0, 1];
    for (let k = 0; k < 40; k++) {
      sum += term;
      term *= (kappa / 2) ** 2 / ((k + 1) * (k + 1 + order));
    }
    return sum * (kappa / 2) ** order;
  };
  const n = 500;
  let mean = 0;
  for (let i = 0; i < n; i++) {
    const theta = (2 * Math.PI * i) / n;
    mean += ((2 * Math.PI) / n) * Math.cos(theta - 2) * Math.exp(law.logDensity(Float64Array.of(theta))[0]);
  }
  expect(mean).toBeCloseTo(series(1) / series(0), 13);
});

it("draws what the options of the family say", () => {
  const many = Array.from({ length: 200 }, (_, i) => family.draw(keyFrom(100 + i)) as TrigonometricMixture);
  expect(new Set(many.map(({ components }) => components.length))).toEqual(new Set([1, 2, 3]));
  const all = many.flatMap(({ components }) => components);
  const strengths = all.flatMap(({ concentrations }) =>
    concentrations.map((kappa, n) => kappa * (n + 1) ** 2),
  );
  expect(kolmogorov(Float64Array.from(strengths), (k) => Math.log(k / 0.1) / Math.log(100))).toBeLessThan(
    1.95,
  );
  const centres = all.flatMap((component) => component.centres);
  expect(kolmogorov(Float64Array.from(centres), (mu) => mu / (2 * Math.PI))).toBeLessThan(1.95);
});
