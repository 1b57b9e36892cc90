/** @file What the evaluations of kinetic Gaussians measure, on solvers of which it is known. */

import { describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { moveCloud } from "../../src/jko/move.ts";
import type { Solver } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import type { EvaluationContext } from "../../src/pipeline/definition.ts";
import { driftCourse, rootMean } from "../../src/pipeline/evaluations/kinetic/course.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { affineJkoSolver } from "../../src/systems/kinetic/affine.ts";
import { kineticFokkerPlanck } from "../../src/systems/kinetic/flow.ts";
import { kineticGaussians } from "../../src/systems/kinetic/gaussianMoments.ts";

const stiffness = [[1]];
const constants = { strength: 0.8, temperature: 1.2 };
const system = kineticGaussians({ stiffness, ...constants });
const initial = {
  mean: [1, 0],
  covariance: [
    [0.5, 0],
    [0, 0.5],
  ],
};
const law = {
  system,
  initial,
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    kineticFokkerPlanck({
      space: phaseSpace({ positions: 1, velocities: 1 }),
      potential: quadraticPotential({ matrix: stiffness }),
      scheme: "verlet",
      ...constants,
      ...options,
    }),
};
const flow = law.flowAt({ tau: 0.1, logDeterminant: "exact" });
const context = { clock: () => 0, signal: new AbortController().signal } as unknown as EvaluationContext;
const run = {
  law,
  flow,
  cloud: sampleCloud(gaussian(initial), keyFrom(1), 4000),
  steps: 10,
  key: foldIn(keyFrom(1), "solver"),
};

/** Steps by the exact drift at their own ends. */
const exactDrift: Solver<number> = {
  name: "exact drift",
  init: async () => 1,
  async step(_flow, cloud, k) {
    const end = system.flow(initial, k * flow.tau);
    const value = system.drift(end, cloud.positions);
    const away = Float64Array.from(cloud.positions, (x, i) => x + (i % 2));
    const slope = system.drift(end, away).map((u, i) => u - value[i]);
    const action = value.map((u) => (u * u) / constants.strength);
    return {
      ...moveCloud(flow, cloud, { velocity: { value, jacobian: slope, action }, portion: 1, iterations: 0 }),
      state: k + 1,
    };
  },
};

describe("driftCourse", () => {
  it("finds no error in the exact drift, and the certificate of every step", async () => {
    const course = await driftCourse(context, exactDrift, run);
    expect(rootMean(course.squares)).toBeLessThan(1e-12);
    expect(course.uncertified).toBe(0);
    expect(course.times.at(-1)).toBeCloseTo(1, 12);
  });

  it("finds no gap between a solver and itself, and one between it and another", async () => {
    const closed = await driftCourse(context, affineJkoSolver(), { ...run, beside: affineJkoSolver() });
    expect(Math.max(...closed.gaps)).toBe(0);
    const other = await driftCourse(context, exactDrift, { ...run, beside: affineJkoSolver() });
    expect(rootMean(other.gaps)).toBeGreaterThan(0.01);
  });

  it("sees the error of the time step, not that of the sample, in moments from the particles' own", async () => {
    const course = await driftCourse(context, affineJkoSolver(), run);
    const finer = await driftCourse(context, affineJkoSolver(), {
      ...run,
      flow: law.flowAt({ tau: 0.0125, logDeterminant: "exact" }),
      steps: 80,
    });
    expect(course.ownCovarianceError / finer.ownCovarianceError).toBeGreaterThan(5);
    expect(finer.ownCovarianceError).toBeLessThan(0.006);
    for (const [k, energy] of course.energies.entries()) {
      if (k > 0) expect(energy).toBeLessThan(course.energies[k - 1]);
    }
  });
});
