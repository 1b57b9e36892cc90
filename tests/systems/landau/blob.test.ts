/** @file The blob method for Landau: it goes down its own energy at the rate of its action, and conserves what collisions conserve. */

import { describe, expect, it } from "vitest";
import { blobEnergy, blobVelocity } from "../../../src/jko/blob.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { type Cloud, sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { moments } from "../../../src/metrics/statistics.ts";
import { landauOf } from "../../../src/mobilities/landau.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { bkwSolution } from "../../../src/systems/landau/bkw.ts";
import { landauBlobSolver, landauBlobVelocity, landauBlobWidth } from "../../../src/systems/landau/blob.ts";
import { landau } from "../../../src/systems/landau/flow.ts";
import { maxwellCovariance } from "../../../src/systems/landau/moments.ts";

const wide = gaussian({
  mean: [1, -2],
  covariance: [
    [1.5, 0],
    [0, 0.5],
  ],
});

describe.each([
  ["Maxwell's molecules", 0],
  ["Coulomb's force", -3],
])("the blob method, %s", (_name, exponent) => {
  const flow = landau({ dimension: 2, constant: 1 / 16, exponent, tau: 0.1 });
  const cloud = sampleCloud(wide, keyFrom(1), 60);

  it("goes down the energy of the smoothed particles at the rate of its action", () => {
    const { velocity, action } = landauBlobVelocity(
      { energy: flow.energy, mobility: landauOf("test", flow.mobility) },
      cloud,
      0.5,
    );
    const at = (h: number) =>
      blobEnergy(flow.energy, {
        dimension: 2,
        positions: cloud.positions.map((x, k) => x + h * velocity[k]),
        epsilon: 0.5,
      });
    const h = 1e-5;
    const rate = action.reduce((sum, value) => sum + value, 0) / cloud.count;
    expect(rate).toBeGreaterThan(1e-3);
    expect((at(h) - at(-h)) / (2 * h) / -rate).toBeCloseTo(1, 7);
  });

  it("keeps the mean, heats by exactly h² E|U|², and reports the energies of its smoothed particles", async () => {
    const solver = landauBlobSolver({ substeps: 1, epsilon: 0.5 });
    let before: Cloud = cloud;
    let energy = blobEnergy(flow.energy, { dimension: 2, positions: cloud.positions, epsilon: 0.5 });
    for await (const frame of rollout(solver, { flow, cloud }, { steps: 5, key: keyFrom(0) })) {
      if (frame.info === null) continue;
      const [old, now] = [before, frame.cloud].map(({ positions }) => moments(positions, 2).mean);
      now.forEach((m, a) => {
        expect(Math.abs(m - old[a])).toBeLessThan(1e-14);
      });
      let [gain, squares] = [0, 0];
      frame.cloud.positions.forEach((x, k) => {
        gain += (x ** 2 - before.positions[k] ** 2) / cloud.count;
        squares += (x - before.positions[k]) ** 2 / cloud.count;
      });
      expect(Math.abs(gain - squares)).toBeLessThan(1e-13);
      const next = blobEnergy(flow.energy, { dimension: 2, positions: frame.cloud.positions, epsilon: 0.5 });
      expect(frame.info.energyChange).toBeCloseTo(next - energy, 12);
      expect(frame.info.energyChange).toBeLessThan(0);
      expect(frame.info.objective).toBeLessThan(0);
      energy = next;
      before = frame.cloud;
    }
  });
});

describe("the width of a blob", () => {
  it("scales with the cloud and falls like n^{−1/(d+6)}", () => {
    const cloud = sampleCloud(wide, keyFrom(1), 512);
    const larger = { ...cloud, positions: cloud.positions.map((x) => 3 * x) };
    expect(landauBlobWidth(larger) / landauBlobWidth(cloud)).toBeCloseTo(3, 12);
    const twice = {
      ...cloud,
      count: 1024,
      positions: Float64Array.from([...cloud.positions, ...cloud.positions]),
    };
    expect(landauBlobWidth(twice) / landauBlobWidth(cloud)).toBeCloseTo(2 ** (-1 / 8), 12);
  });

  it("is near the best one for the score of the solution of Bobylev, Krook and Wu", () => {
    const rho = bkwSolution({ dimension: 2, constant: 1 / 16, amplitude: 0.5 }).at(1);
    const cloud = sampleCloud(rho, keyFrom(1), 2000);
    const score = rho.score(Float64Array.from(cloud.positions));
    const { energy } = landau({ dimension: 2, constant: 1, exponent: 0, tau: 1 });
    const errors = [0.6, 1, 2].map((factor) => {
      const epsilon = factor * landauBlobWidth(cloud);
      const w = blobVelocity(energy, { dimension: 2, positions: cloud.positions, epsilon });
      let [wrong, size] = [0, 0];
      w.forEach((x, k) => {
        wrong += (x + score[k]) ** 2;
        size += score[k] ** 2;
      });
      return wrong / size;
    });
    expect(errors[1]).toBeLessThan(0.1);
    expect(errors[0]).toBeGreaterThan(1.5 * errors[1]);
    expect(errors[2]).toBeGreaterThan(1.5 * errors[1]);
  });
});

describe("the blob method", () => {
  it("relaxes the covariance as the equation does, within what its smoothing slows", async () => {
    const flow = landau({ dimension: 2, constant: 1 / 16, exponent: 0, tau: 0.2 });
    const cloud = sampleCloud(wide, keyFrom(1), 800);
    const start = moments(cloud.positions, 2).covariance;
    const solver = landauBlobSolver({ substeps: 1 });
    let last = cloud;
    for await (const frame of rollout(solver, { flow, cloud }, { steps: 10, key: keyFrom(0) }))
      last = frame.cloud;
    const exact = maxwellCovariance(start, { constant: 1 / 16 }, 2);
    const reached = moments(last.positions, 2).covariance;
    const anisotropy = (P: readonly (readonly number[])[]) => P[0][0] - P[1][1];
    expect(anisotropy(reached) / anisotropy(exact)).toBeGreaterThan(0.95);
    expect(anisotropy(reached) / anisotropy(exact)).toBeLessThan(1.15);
  });

  it("refuses nonsense", async () => {
    expect(() => landauBlobSolver({ substeps: 0 })).toThrow("positive integer");
    expect(() => landauBlobSolver({ substeps: 1, epsilon: 0 })).toThrow("epsilon must be positive");
  });
});
