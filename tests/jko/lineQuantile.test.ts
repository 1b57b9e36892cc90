/** @file Exact JKO steps on the line as a solver: Gaussians in closed form, and metrics that are a number. */

import { describe, expect, it } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { gradientFlow } from "../../src/jko/flow.ts";
import { lineQuantileSolver } from "../../src/jko/lineQuantile.ts";
import { rollout } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { linearMobility } from "../../src/mobilities/linear.ts";
import { keyFrom } from "../../src/random/key.ts";

const energy = freeEnergy({
  internal: entropy(0.5),
  potential: quadraticPotential({ matrix: [[2]] }),
});
const start = gaussian({ mean: [1], covariance: [[0.09]] });

/** `s'` with `(s' − s)/τ = D/s' − a s'`, and `m' = m/(1 + aτ)`. */
function gaussianStep({ mean, deviation }: { mean: number; deviation: number }, tau: number) {
  const growth = 1 + 2 * tau;
  return {
    mean: mean / growth,
    deviation: (deviation + Math.sqrt(deviation ** 2 + 4 * growth * 0.5 * tau)) / (2 * growth),
  };
}

describe("lineQuantileSolver", () => {
  it.each([1, 0.3])("makes the exact steps of a Gaussian in the metric %d", async (rate) => {
    const tau = 0.2;
    const flow = gradientFlow({
      name: "Gaussian",
      dimension: 1,
      energy,
      mobility: linearMobility({ rates: [rate] }),
      tau,
    });
    const cloud = sampleCloud(start, keyFrom(1), 50);
    const solver = lineQuantileSolver({ measure: start });
    let exact = { mean: 1, deviation: 0.3 };
    for await (const { step, cloud: now, info } of rollout(
      solver,
      { flow, cloud },
      { steps: 3, key: keyFrom(2) },
    )) {
      if (step > 0) exact = gaussianStep(exact, rate * tau);
      const normal = gaussian({ mean: [exact.mean], covariance: [[exact.deviation ** 2]] });
      const logDensity = normal.logDensity(Float64Array.from(now.positions));
      for (let i = 0; i < cloud.count; i++) {
        const z = (cloud.positions[i] - 1) / 0.3;
        expect(now.positions[i]).toBeCloseTo(exact.mean + exact.deviation * z, 6);
        expect(now.logDensity[i]).toBeCloseTo(logDensity[i], 5);
      }
      if (info !== null) expect(info.energyChange).toBeLessThan(0);
    }
  });

  it("refuses a metric that is no number", async () => {
    const flow = gradientFlow({
      name: "plane",
      dimension: 1,
      energy,
      mobility: { name: "other", apply: (field) => field, applyArrays: (field) => field },
      tau: 0.1,
    });
    const cloud = sampleCloud(start, keyFrom(1), 5);
    const solver = lineQuantileSolver({ measure: start });
    const state = await solver.init(flow, cloud, keyFrom(1));
    await expect(async () => solver.step(flow, cloud, state)).rejects.toThrow(
      "lineQuantileSolver: the mobility",
    );
  });
});
