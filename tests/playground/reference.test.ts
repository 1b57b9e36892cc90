import { describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { evaluateEnergy } from "../../src/energies/energy.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { wassersteinFlow } from "../../src/jko/flow.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { estimate, moments } from "../../src/metrics/statistics.ts";
import { referenceOf } from "../../src/playground/reference.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

const flow = fokkerPlanck({
  dimension: 2,
  potential: quadraticPotential({ matrix: identity(2) }),
  diffusion: 1,
  tau: 0.1,
});
const reference = referenceOf(flow);
const mixture = gaussianMixture({
  weights: [0.5, 0.5],
  means: [
    [-1, 0.5],
    [2, 0.5],
  ],
  deviations: [0.3, 0.5],
});
const sampling = { key: keyFrom(2), count: 4096 };
const startOf = (count: number) => ({
  measure: mixture,
  cloud: sampleCloud(mixture, sampling.key, count),
  key: sampling.key,
});
const at = (time: number) => reference.begin(startOf(sampling.count))(time).cloud;

describe("the exact solution beside the operator's", () => {
  it("begins with the very particles of the operator", () => {
    expect(at(0)).toEqual(sampleCloud(mixture, sampling.key, sampling.count));
  });

  it("has the mean e^(−t) m and the variance 1 + e^(−2t)(σ² − 1)", () => {
    const t = 0.4;
    const { mean, covariance } = moments(at(t).positions, 2);
    const before = moments(at(0).positions, 2);
    expect(mean[0]).toBeCloseTo(Math.exp(-t) * before.mean[0], 1);
    expect(covariance[0][0]).toBeCloseTo(1 + Math.exp(-2 * t) * (before.covariance[0][0] - 1), 1);
  });

  it("moves particles continuously, so that a picture between two steps is no jump", () => {
    const [a, b] = [0.3, 0.3001].map((t) => at(t).positions);
    expect(Math.max(...a.map((x, i) => Math.abs(x - b[i])))).toBeLessThan(1e-2);
  });

  it("ends at the least energy, −log 2π", () => {
    expect(reference.least).toBeCloseTo(-Math.log(2 * Math.PI), 12);
    expect(evaluateEnergy(flow.energy, at(12))).toBeCloseTo(-Math.log(2 * Math.PI), 6);
  });
});

describe("the equation on a grid beside the operator's", () => {
  const potential = doubleWellPotential({ dimension: 2, height: 1, halfWidth: 1 });
  const interaction = powerInteraction({ terms: [{ coefficient: 1, power: 2 }] });
  const flows = {
    "a double well": fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 }),
    "the porous medium equation": porousMedium({ dimension: 2, exponent: 2, tau: 0.05 }),
    "diffusion and attraction": wassersteinFlow({
      name: "attraction",
      dimension: 2,
      energy: freeEnergy({ internal: entropy(1), interaction }),
      tau: 0.05,
    }),
  };

  it.each(Object.entries(flows))(
    "begins with the operator's particles and carries its density along: %s",
    (_, flow) => {
      const found = referenceOf(flow);
      expect(found.kind).toBe("volumes");
      const course = found.begin(startOf(sampling.count));
      const start = course(0);
      expect(start.cloud.positions).toEqual(sampleCloud(mixture, sampling.key, sampling.count).positions);
      const after = [1, 2].map((step) => course(step * flow.tau));
      const energies = [start, ...after].map(({ energy }) => energy as number);
      expect(energies).toEqual([...energies].sort((a, b) => b - a));
      // The particles are still samples of the density on the grid: its energy is a mean over them, but for what cells of 0.2 make of a
      // bump as wide as 0.3.
      const values = flow.energy.integrand(after[1].cloud);
      const { mean, standardError } = estimate(Array.from(values));
      expect(Math.abs(mean - energies[2])).toBeLessThan(3 * standardError + 0.06 * Math.abs(energies[2]));
    },
  );

  it("knows the least energy of a double well", () => {
    const { least = Number.NaN } = referenceOf(flows["a double well"]);
    const course = referenceOf(flows["a double well"]).begin(startOf(16));
    expect(course(8).energy).toBeCloseTo(least, 3);
  });
});
