import { afterAll, describe, expect, it } from "vitest";
import { phaseSpace } from "../../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../../src/engine/engine.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { klWithControl } from "../../../src/metrics/divergence.ts";
import { moments } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { scoreTransportSolver, velocityMatchingSolver } from "../../../src/systems/kinetic/endToEnd.ts";
import { kineticFokkerPlanck } from "../../../src/systems/kinetic/flow.ts";
import { kineticGaussians } from "../../../src/systems/kinetic/gaussianMoments.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const equation = {
  space: phaseSpace({ positions: 1, velocities: 1 }),
  potential: quadraticPotential({ matrix: [[1]] }),
  strength: 1,
  temperature: 0.8,
};
const flow = kineticFokkerPlanck({ ...equation, scheme: "verlet", logDeterminant: "exact", tau: 0.05 });
const initial = {
  mean: [1, 0],
  covariance: [
    [0.5, 0],
    [0, 0.5],
  ],
};
const system = kineticGaussians({ stiffness: [[1]], strength: 1, temperature: 0.8 });
const steps = 8;
// Without hidden layers fields are affine in (t, x, v), which the solution is nearly, for so short a time.
const training = { steps, passes: 6, iterations: 100, rate: 0.05, batch: 1024, hidden: [] };

describe.each([
  ["score-based transport", scoreTransportSolver(engine, training)],
  ["velocity matching", velocityMatchingSolver(engine, training, equation)],
] as const)("%s", (_name, solver) => {
  it("follows a Gaussian to the moments of the exact solution, in the density that it carries as well", async () => {
    const cloud = sampleCloud(gaussian(initial), keyFrom(1), 2048);
    let last = cloud;
    for await (const frame of rollout(solver, { flow, cloud }, { steps, key: keyFrom(2) }))
      last = frame.cloud;
    const exact = system.flow(moments(cloud.positions, 2), steps * flow.tau);
    const own = moments(last.positions, 2);
    own.mean.forEach((m, k) => {
      expect(Math.abs(m - exact.mean[k])).toBeLessThan(0.03);
    });
    own.covariance.flat().forEach((c, k) => {
      expect(Math.abs(c - exact.covariance.flat()[k])).toBeLessThan(0.04);
    });
    const density = system.flow(initial, steps * flow.tau).logDensity(Float64Array.from(last.positions));
    const kl = klWithControl(last.logDensity, density).mean;
    expect(Math.abs(kl)).toBeLessThan(0.02);
  });

  it("knows no more steps than it was trained for", async () => {
    const cloud = sampleCloud(gaussian(initial), keyFrom(1), 64);
    const state = await solver.init(flow, cloud, keyFrom(2));
    await expect(solver.step(flow, cloud, { ...state, step: steps })).rejects.toThrow(/trained for 8 steps/);
  });
});
