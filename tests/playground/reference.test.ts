import { describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { evaluateEnergy } from "../../src/energies/energy.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { type Reference, referenceOf } from "../../src/playground/reference.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";

const flow = fokkerPlanck({
  dimension: 2,
  potential: quadraticPotential({ matrix: identity(2) }),
  diffusion: 1,
  tau: 0.1,
});
const reference = referenceOf(flow) as Reference;
const mixture = gaussianMixture({
  weights: [0.5, 0.5],
  means: [
    [-1, 0.5],
    [2, 0.5],
  ],
  deviations: [0.3, 0.5],
});
const sampling = { key: keyFrom(2), count: 4096 };

describe("the solution beside the operator's", () => {
  it("begins with the very particles of the operator", () => {
    expect(reference.at(mixture, 0, sampling)).toEqual(sampleCloud(mixture, sampling.key, sampling.count));
  });

  it("has the mean e^(−t) m and the variance 1 + e^(−2t)(σ² − 1)", () => {
    const t = 0.4;
    const { mean, covariance } = moments(reference.at(mixture, t, sampling).positions, 2);
    const before = moments(reference.at(mixture, 0, sampling).positions, 2);
    expect(mean[0]).toBeCloseTo(Math.exp(-t) * before.mean[0], 1);
    expect(covariance[0][0]).toBeCloseTo(1 + Math.exp(-2 * t) * (before.covariance[0][0] - 1), 1);
  });

  it("moves particles continuously, so that a picture between two steps is no jump", () => {
    const [a, b] = [0.3, 0.3001].map((t) => reference.at(mixture, t, sampling).positions);
    expect(Math.max(...a.map((x, i) => Math.abs(x - b[i])))).toBeLessThan(1e-2);
  });

  it("ends at the least energy, −log 2π", () => {
    expect(reference.least).toBeCloseTo(-Math.log(2 * Math.PI), 12);
    expect(evaluateEnergy(flow.energy, reference.at(mixture, 12, sampling))).toBeCloseTo(
      -Math.log(2 * Math.PI),
      6,
    );
  });

  it("is unknown for a double well", () => {
    const potential = doubleWellPotential({ dimension: 2, height: 1, halfWidth: 1 });
    expect(referenceOf(fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 }))).toBeUndefined();
  });
});
