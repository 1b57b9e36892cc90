/** @file Euler–Maruyama: the law of the scheme on a linear drift, and weak order 1 to the equation. */

import { describe, expect, it } from "vitest";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { estimate, observedOrder } from "../../../src/metrics/statistics.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import { eulerMaruyama, eulerMaruyamaSolver } from "../../../src/systems/fokkerPlanck/eulerMaruyama.ts";
import { fokkerPlanck } from "../../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";

const flow = ornsteinUhlenbeck({ stiffness: [[1]], diffusion: 0.5 });
const start = gaussian({ mean: [2], covariance: [[0.04]] });
const points = start.sample(keyFrom(1), 40_000);

function simulate(steps: number): Float64Array {
  return eulerMaruyama(foldIn(keyFrom(2), steps), points, {
    dimension: 1,
    potential: flow.potential,
    diffusion: 0.5,
    timeStep: 1 / steps,
    steps,
  });
}

describe("eulerMaruyama", () => {
  it("has the mean and variance of its own recursion m ← (1−h)m, v ← (1−h)²v + 2Dh", () => {
    for (const steps of [1, 4]) {
      let [mean, variance] = [2, 0.04];
      for (let k = 0; k < steps; k++) {
        mean *= 1 - 1 / steps;
        variance = (1 - 1 / steps) ** 2 * variance + 1 / steps;
      }
      const x = simulate(steps);
      const first = estimate(x);
      expect(Math.abs(first.mean - mean) / first.standardError).toBeLessThan(4);
      const second = estimate(x.map((value) => (value - mean) ** 2));
      expect(Math.abs(second.mean - variance) / second.standardError).toBeLessThan(4);
    }
  });

  it("converges weakly with order 1 to the equation", () => {
    // E X² at t = 1: errors of 0.07 to 0.4 against a sampling error of 0.006, hence ±0.3.
    const { mean, covariance } = flow.flow(start, 1);
    const exact = mean[0] ** 2 + covariance[0][0];
    const counts = [2, 4, 8];
    const errors = counts.map((steps) => estimate(simulate(steps).map((x) => x * x)).mean - exact);
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 1,
      ),
    ).toBeLessThan(0.3);
  });

  it("draws new noise in every step of a solver, and has the recursion's moments", async () => {
    const problem = fokkerPlanck({
      dimension: 1,
      potential: quadraticPotential({ matrix: [[1]] }),
      diffusion: 0.5,
      tau: 0.5,
    });
    const cloud = { dimension: 1, count: points.length, positions: points, logDensity: new Float64Array(0) };
    const solver = eulerMaruyamaSolver({ substeps: 2 });
    let last: ArrayLike<number> = points;
    for await (const frame of rollout(solver, { flow: problem, cloud }, { steps: 2, key: keyFrom(4) }))
      last = frame.cloud.positions;
    let variance = 0.04;
    for (let k = 0; k < 4; k++) variance = 0.75 ** 2 * variance + 0.25;
    const second = estimate(Float64Array.from(last, (x) => (x - 2 * 0.75 ** 4) ** 2));
    expect(Math.abs(second.mean - variance) / second.standardError).toBeLessThan(4);
  });

  it("leaves its input alone and repeats itself", () => {
    const before = points.slice();
    expect(simulate(2)).toEqual(simulate(2));
    expect(points).toEqual(before);
  });
});
