/** @file Quantile chains of any energy on the line, with the tables that densities without a distribution function get, against closed forms. */

import { describe, expect, it } from "vitest";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { lineEnergy } from "../../src/jko/lineEnergy.ts";
import { quantileChain } from "../../src/jko/quantileChain.ts";
import { barenblattLabels } from "../../src/jko/quantileLabels.ts";
import { ellipsoid } from "../../src/measures/ellipsoid.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { superposition } from "../../src/measures/superposition.ts";
import { tabulatedLine } from "../../src/measures/tabulatedLine.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { keyFrom } from "../../src/random/key.ts";
import { aggregation } from "../../src/systems/aggregation/flow.ts";
import { barenblattSystem } from "../../src/systems/porousMedium/barenblatt.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

describe("W = x²/2 − |x|", () => {
  const interaction = powerInteraction({
    terms: [
      { coefficient: 1, power: 2 },
      { coefficient: -1, power: 1 },
    ],
  });
  const energy = lineEnergy(aggregation({ dimension: 1, interaction, tau: 0.1 }));

  it("has the derivatives of its value", () => {
    const kernel = energy.interaction;
    for (const x of [-1.3, 0.4, 2]) {
      const slope = ((kernel?.value(x + 1e-5) ?? 0) - (kernel?.value(x - 1e-5) ?? 0)) / 2e-5;
      expect(kernel?.gradient(x)).toBeCloseTo(slope, 8);
      expect(kernel?.hessian(x)).toBe(1);
    }
  });

  it("carries any density by X ← X̄ + (X − X̄ + τ(2F − 1))/(1 + τ), to 1e-5 % after ten steps at 256 intervals", () => {
    const weights = [0.7, 0.3];
    const rho = gaussianMixture({ weights, means: [[-1], [1.2]], deviations: [0.3, 0.5] });
    const mean = 0.7 * -1 + 0.3 * 1.2;
    const x = rho.sample(keyFrom(1), 1000);
    const exact = x.map((start) => {
      let y = start;
      for (let k = 0; k < 10; k++) y = mean + (y - mean + 0.1 * (2 * rho.cdf(start) - 1)) / 1.1;
      return y;
    });
    const chain = quantileChain({ measure: rho, energy, tau: 0.1, steps: 10, intervals: 256 });
    expect(unexplainedVariance(chain.at(x, 10).positions, exact, 1)).toBeLessThan(1e-5);
  });
});

it("refuses kernels that are singular at 0", () => {
  const interaction = powerInteraction({ terms: [{ coefficient: -1, power: 0 }] });
  expect(() => lineEnergy(aggregation({ dimension: 1, interaction, tau: 0.1 }))).toThrow(
    "must be finite at 0",
  );
});

describe("the porous medium equation, m = 2", () => {
  const energy = lineEnergy(porousMedium({ dimension: 1, exponent: 2, tau: 0.05 }));
  const labels = (n: number) => barenblattLabels(n, 2);

  it("dilates a tabulated profile of Barenblatt by the closed form, to 1e-5 % after ten steps", () => {
    const system = barenblattSystem({ dimension: 1, exponent: 2 });
    const start = system.scaleOfAge(0.1);
    const profile = system.measure(start);
    const reach = system.radius * start;
    const measure = tabulatedLine({
      logDensity: (x) => profile.logDensity(Float64Array.of(x))[0],
      score: (x) => profile.score(Float64Array.of(x))[0],
      interval: [-reach, reach],
    });
    let scale = start;
    for (let k = 0; k < 10; k++) scale = system.jkoStep(scale, 0.05);
    const x = profile.sample(keyFrom(2), 1000);
    const chain = quantileChain({ measure, energy, tau: 0.05, steps: 10, intervals: 512, labels });
    const exact = x.map((value) => (value * scale) / start);
    expect(unexplainedVariance(chain.at(x, 10).positions, exact, 1)).toBeLessThan(1e-5);
  });

  it("converges on bumps that merge: 1024 intervals are good to 1e-4 %", () => {
    const bumps = superposition({
      weights: [0.4, 0.6],
      components: [-0.4, 0.5].map((c) => ellipsoid({ centre: [c], axes: [[0.7]], power: 1 })),
    });
    const measure = tabulatedLine({
      logDensity: (x) => bumps.logDensity(Float64Array.of(x))[0],
      score: (x) => bumps.score(Float64Array.of(x))[0],
      interval: [-1.1, 1.2],
    });
    const x = bumps.sample(keyFrom(3), 1000);
    const at = (steps: number) => (intervals: number) =>
      quantileChain({ measure, energy, tau: 0.05, steps, intervals, labels }).at(x, steps).positions;
    for (const steps of [1, 10]) {
      const [coarse, fine, finest] = [512, 1024, 4096].map(at(steps));
      expect(unexplainedVariance(fine, finest, 1)).toBeLessThan(1e-4);
      expect(unexplainedVariance(fine, finest, 1)).toBeLessThan(unexplainedVariance(coarse, finest, 1));
    }
  });
});
