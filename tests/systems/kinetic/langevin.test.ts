/** @file Langevin dynamics against the moments of Gaussians, and equilibria by quadrature. */

import { describe, expect, it } from "vitest";
import { phaseSpace } from "../../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { ripplePotential } from "../../../src/energies/ripplePotential.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { maxDifference } from "../../../src/linalg/matrix.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { columns } from "../../../src/measures/rotatedProduct.ts";
import { totalVariation } from "../../../src/metrics/histograms.ts";
import { moments } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { kineticEquilibrium } from "../../../src/systems/kinetic/equilibrium.ts";
import { collisions, kineticFokkerPlanck } from "../../../src/systems/kinetic/flow.ts";
import { kineticGaussians } from "../../../src/systems/kinetic/gaussianMoments.ts";
import { kickSolver, langevinSolver } from "../../../src/systems/kinetic/langevin.ts";

const common = { strength: 1, temperature: 1.3, logDeterminant: "exact" } as const;
const line = phaseSpace({ positions: 1, velocities: 1 });
const start = {
  mean: [1, 0],
  covariance: [
    [0.5, 0.1],
    [0.1, 0.4],
  ],
};
const n = 12_000;

async function endOf(
  solver: Parameters<typeof rollout>[0],
  flow: Parameters<typeof rollout>[1]["flow"],
  steps: number,
  initial = start,
) {
  let last = sampleCloud(gaussian(initial), keyFrom(1), n);
  for await (const { cloud } of rollout(solver, { flow, cloud: last }, { steps, key: keyFrom(2) }))
    last = cloud;
  return last;
}

describe("Langevin", () => {
  const flow = kineticFokkerPlanck({
    ...common,
    space: line,
    potential: quadraticPotential({ matrix: [[1.5]] }),
    scheme: "verlet",
    tau: 0.25,
  });
  const system = kineticGaussians({ stiffness: [[1.5]], strength: 1, temperature: 1.3 });
  const exact = system.flow(start, 1.5);

  it("has the moments of the equation, with the error of the time step of order 2", async () => {
    const found = moments((await endOf(langevinSolver({ substeps: 4 }), flow, 6)).positions, 2);
    // Four standard errors of a covariance of n samples are 4·√2·1.3/√n.
    expect(maxDifference(found.covariance, exact.covariance)).toBeLessThan(0.068);
    expect(Math.max(...found.mean.map((x, a) => Math.abs(x - exact.mean[a])))).toBeLessThan(0.047);
    const coarse = moments((await endOf(langevinSolver({ substeps: 1 }), flow, 6)).positions, 2);
    expect(maxDifference(coarse.covariance, exact.covariance)).toBeLessThan(0.09);
  });

  it("has the friction of the equation and no more: a fast start loses its speed as e^{−εt}", async () => {
    const fast = { ...start, mean: [1, 12] };
    const { mean } = moments((await endOf(langevinSolver({ substeps: 4 }), flow, 4, fast)).positions, 2);
    const wanted = system.flow(fast, 1).mean;
    // Four standard errors of a mean of n samples, and the error of the time step.
    for (const [a, value] of mean.entries()) expect(Math.abs(value - wanted[a])).toBeLessThan(0.05);
  });

  it("kicks velocities exactly, in steps of any length", async () => {
    const still = collisions({ ...common, name: "collisions", space: line, tau: 0.9 });
    const { covariance, mean } = moments((await endOf(kickSolver(), still, 2)).positions, 2);
    const kept = Math.exp(-1.8);
    expect(mean[0]).toBeCloseTo(1, 1.5);
    expect(mean[1]).toBeCloseTo(0, 1.5);
    expect(covariance[0][1]).toBeCloseTo(0.1 * kept, 1.5);
    expect(covariance[1][1]).toBeCloseTo(0.4 * kept ** 2 + 1.3 * (1 - kept ** 2), 1.3);
  });
});

describe("equilibria", () => {
  const torus = phaseSpace({ positions: 1, velocities: 1, period: 1 });
  const wave = ripplePotential({
    dimension: 1,
    stiffness: 0,
    amplitude: 0.5,
    wavenumber: 2 * Math.PI,
    phase: 0.4,
  });
  const equilibrium = kineticEquilibrium({ space: torus, potential: wave, temperature: 1.3 });

  it("are normalised, and products of Boltzmann and Maxwell", () => {
    let [mass, energy] = [0, 0];
    const m = 400;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) {
        const z = Float64Array.of((i + 0.5) / m, -9 + (18 * (j + 0.5)) / m);
        const f = (Math.exp(equilibrium.logDensity(z)[0]) * 18) / m ** 2;
        mass += f;
        energy += 0.5 * z[1] ** 2 * f;
      }
    }
    expect(mass).toBeCloseTo(1, 8);
    expect(energy).toBeCloseTo(1.3 / 2, 7);
    const at = (x: number) => equilibrium.logDensity(Float64Array.of(x, 0.3))[0];
    expect(at(0.1) - at(0.6)).toBeCloseTo((wave.value([0.6]) - wave.value([0.1])) / 1.3, 10);
  });

  it("are where Langevin dynamics ends, on a torus too, and stays", async () => {
    const flow = kineticFokkerPlanck({
      ...common,
      space: torus,
      potential: wave,
      scheme: "verlet",
      tau: 0.1,
    });
    const last = await endOf(langevinSolver({ substeps: 2 }), flow, 60);
    const axes = columns(Float64Array.from(last.positions), 2);
    const intervals = [
      [0, 1],
      [-5, 5],
    ] as const;
    for (const [a, interval] of intervals.entries()) {
      const { distance, floor } = totalVariation(axes[a], equilibrium.factors[a], { interval, count: 50 });
      expect(distance).toBeLessThan(1.5 * floor);
    }
  });

  it("need an interval where positions are unbounded", () => {
    expect(() => kineticEquilibrium({ space: line, potential: wave, temperature: 1 })).toThrow("interval");
  });
});
