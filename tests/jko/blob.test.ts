/** @file The blob method: velocities are slopes of its energy, and its laws for Gaussians and pairs hold in closed form. */

import { describe, expect, it } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy, powerEnergy } from "../../src/energies/internalEnergy.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { blobDensity, blobEnergy, blobSolver, blobVelocity } from "../../src/jko/blob.ts";
import { wassersteinFlow } from "../../src/jko/flow.ts";
import { rollout } from "../../src/jko/solver.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments, observedOrder } from "../../src/metrics/statistics.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const well = quadraticPotential({
  matrix: [
    [2, 0.5],
    [0.5, 1],
  ],
});
const logarithmic = powerInteraction({
  terms: [
    { coefficient: 1, power: 2 },
    { coefficient: -1, power: 0 },
    { coefficient: 0.5, power: 3 },
  ],
});

describe.each([
  ["entropy in a well", freeEnergy({ internal: entropy(0.7), potential: well })],
  ["a power", freeEnergy({ internal: powerEnergy({ exponent: 2.5, coefficient: 0.6 }) })],
  ["an interaction", freeEnergy({ interaction: logarithmic, potential: well })],
])("blobVelocity of %s", (_name, energy) => {
  it("is −n times the gradient of blobEnergy", () => {
    const positions = normals(keyFrom(1), 2 * 20);
    const at = (x: Float64Array) => blobEnergy(energy, { dimension: 2, positions: x, epsilon: 0.4 });
    const velocity = blobVelocity(energy, { dimension: 2, positions, epsilon: 0.4 });
    const h = 1e-5;
    for (let j = 0; j < positions.length; j++) {
      const [up, down] = [h, -h].map((s) => at(positions.map((x, k) => (k === j ? x + s : x))));
      expect(velocity[j]).toBeCloseTo((-20 * (up - down)) / (2 * h), 6);
    }
  });
});

/** Particles on the line at the middles of `n` slices of equal mass of a centred Gaussian. */
function quantiles(deviation: number, n: number): Cloud {
  const rho = gaussian({ mean: [0], covariance: [[deviation ** 2]] });
  // Newton's method on the distribution function, from the centre outwards.
  const density = (x: number) => Math.exp(rho.logDensity(Float64Array.of(x))[0]);
  const positions = new Float64Array(n);
  let [x, mass] = [0, 0.5];
  for (let i = n / 2; i < n; i++) {
    const target = (i + 0.5) / n;
    while (target - mass > 1e-12) {
      const step = Math.min((target - mass) / density(x), 0.01 * deviation);
      const middle = density(x + step / 2);
      mass += (step / 6) * (density(x) + 4 * middle + density(x + step));
      x += step;
    }
    positions[i] = x;
    positions[n - 1 - i] = -x;
  }
  return { dimension: 1, count: n, positions, logDensity: rho.logDensity(positions) };
}

const variance = ({ positions }: Cloud) => moments(positions, 1).covariance[0][0];

async function evolved(cloud: Cloud, options: { epsilon: number; substeps: number; time: number }) {
  const flow = wassersteinFlow({
    name: "heat",
    dimension: 1,
    energy: freeEnergy({ internal: entropy(1) }),
    tau: options.time,
  });
  let last = cloud;
  for await (const frame of rollout(blobSolver(options), { flow, cloud }, { steps: 1, key: keyFrom(0) }))
    last = frame.cloud;
  return last;
}

describe("the blob method", () => {
  it("smooths a Gaussian of variance s² to one of s² + ε²", () => {
    const { positions } = quantiles(1, 400);
    const density = blobDensity({ dimension: 1, positions, epsilon: 0.5 });
    const smoothed = gaussian({ mean: [0], covariance: [[1.25]] }).logDensity(Float64Array.from(positions));
    for (let i = 20; i < 380; i++) expect(Math.log(density[i])).toBeCloseTo(smoothed[i], 2);
  });

  it("approaches the heat equation's variance s² + 2Dt with more than order 2 in ε, since for a Gaussian second orders cancel", async () => {
    const cloud = quantiles(1, 400);
    const widths = [0.6, 0.42, 0.3];
    const errors: number[] = [];
    for (const epsilon of widths) {
      const after = await evolved(cloud, { epsilon, substeps: 8, time: 0.1 });
      errors.push(Math.abs(variance(after) - variance(cloud) - 0.2));
    }
    expect(observedOrder(widths, errors)).toBeGreaterThan(2.5);
    expect(errors[2]).toBeLessThan(0.002);
  });

  it("is of order 2 in its substeps", async () => {
    const cloud = quantiles(1, 100);
    const fine = variance(await evolved(cloud, { epsilon: 0.5, substeps: 64, time: 0.5 }));
    const counts = [2, 4, 8];
    const errors = await Promise.all(
      counts.map(async (substeps) =>
        Math.abs(variance(await evolved(cloud, { epsilon: 0.5, substeps, time: 0.5 })) - fine),
      ),
    );
    const lengths = counts.map((n) => 1 / n);
    expect(Math.abs(observedOrder(lengths, errors) - 2)).toBeLessThan(0.3);
  });

  it("moves particles without an internal energy by their own equation: W = |x|²/2 contracts to the mean like e^{−t}", async () => {
    const interaction = powerInteraction({ terms: [{ coefficient: 1, power: 2 }] });
    const flow = wassersteinFlow({
      name: "attraction",
      dimension: 2,
      energy: freeEnergy({ interaction }),
      tau: 0.1,
    });
    const positions = normals(keyFrom(3), 2 * 64);
    const cloud = { dimension: 2, count: 64, positions, logDensity: new Float64Array(64) };
    const solver = blobSolver({ epsilon: 0.1, substeps: 20 });
    const { cloud: after } = await solver.step(flow, cloud, null);
    const { mean } = moments(positions, 2);
    after.positions.forEach((x, j) => {
      expect(x).toBeCloseTo(mean[j % 2] + Math.exp(-0.1) * (positions[j] - mean[j % 2]), 5);
    });
    expect(after.logDensity.every(Number.isNaN)).toBe(true);
  });
});
