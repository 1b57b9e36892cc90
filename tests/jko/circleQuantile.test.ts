/** @file Quantile JKO steps on the circle: minimality, first order in the step, falling energy, symmetry. */

import { describe, expect, it } from "vitest";
import { circleQuantileSolver } from "../../src/jko/circleQuantile.ts";
import { rollout } from "../../src/jko/solver.ts";
import { type Cloud, quantileCloud } from "../../src/measures/cloud.ts";
import { trigonometricMixture } from "../../src/measures/trigonometricMixture.ts";
import { permutation } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { kuramotoFlow } from "../../src/systems/kuramoto/flow.ts";
import { densityAt, spectralEquation } from "../../src/systems/kuramoto/spectral.ts";

const model = { coupling: 1.6, secondHarmonic: 0.4 };
const initial = trigonometricMixture({
  weights: [0.6, 0.4],
  components: [
    { concentrations: [2], centres: [1] },
    { concentrations: [2.5], centres: [4] },
  ],
});
const quiet = (count: number): Cloud => quantileCloud(initial, count);
async function run(cloud: Cloud, tau: number, steps: number) {
  const frames: { cloud: Cloud; energy: number; iterations: number }[] = [];
  const problem = { flow: kuramotoFlow({ ...model, tau }), cloud };
  for await (const frame of rollout(circleQuantileSolver(), problem, { steps, key: keyFrom(0) }))
    frames.push({
      cloud: frame.cloud,
      energy: frame.info?.energy ?? Number.POSITIVE_INFINITY,
      iterations: frame.info?.iterations ?? 0,
    });
  return frames;
}

describe("circleQuantileSolver", () => {
  it("finds a minimum of its objective: moving any particles raises it", async () => {
    const [tau, n] = [0.2, 60];
    const start = quiet(n);
    const [, { cloud, iterations }] = await run(start, tau, 1);
    expect(iterations).toBeLessThanOrEqual(7); // Newton's, with the whole Hessian
    const objective = (x: ArrayLike<number>) => {
      let [distance, entropy] = [0, 0];
      const modes = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        distance += (x[i] - start.positions[i]) ** 2 / n;
        entropy -= Math.log(n * ((i + 1 < n ? x[i + 1] : x[0] + 2 * Math.PI) - x[i])) / n;
        for (const k of [1, 2]) {
          modes[2 * k - 2] += Math.cos(k * x[i]) / n;
          modes[2 * k - 1] += Math.sin(k * x[i]) / n;
        }
      }
      const attraction =
        modes[0] ** 2 + modes[1] ** 2 + model.secondHarmonic * (modes[2] ** 2 + modes[3] ** 2);
      return distance / (2 * tau) + 0.5 * entropy - 0.5 * model.coupling * attraction;
    };
    const least = objective(cloud.positions);
    expect(least).toBeLessThan(objective(start.positions));
    for (const push of [
      (i: number) => Number(i === 7),
      () => 1,
      (i: number) => Math.sin(i),
      (i: number) => Math.cos(i / 9),
    ]) {
      for (const h of [1e-4, -1e-4]) {
        const rise = objective(Array.from(cloud.positions, (x, i) => x + h * push(i))) - least;
        expect(rise).toBeGreaterThan(0);
        expect(rise).toBeLessThan(1e-4);
      }
    }
  });

  it("is of first order in the step, against the equation, and lowers the energy in every one", async () => {
    const equation = spectralEquation(model, { timeStep: 0.005 });
    const reference = equation.evolve(equation.project(initial), 1);
    const errors: number[] = [];
    for (const tau of [0.1, 0.05]) {
      const frames = await run(quiet(800), tau, Math.round(1 / tau));
      frames.slice(2).forEach(({ energy }, k) => {
        expect(energy).toBeLessThan(frames[k + 1].energy);
      });
      const { positions, logDensity, count } = frames[frames.length - 1].cloud;
      const exact = densityAt(reference, positions);
      errors.push(exact.reduce((sum, q, i) => sum + Math.abs(1 - q / Math.exp(logDensity[i])), 0) / count);
    }
    expect(errors[1]).toBeLessThan(0.02);
    expect(Math.log2(errors[0] / errors[1])).toBeGreaterThan(0.8);
    expect(Math.log2(errors[0] / errors[1])).toBeLessThan(1.2);
  });

  it("turns with the cloud, around the seam too, whatever the order of the particles", async () => {
    const cloud = quiet(100);
    const order = permutation(keyFrom(5), 100);
    const turned = { ...cloud, positions: Float64Array.from(order, (i) => cloud.positions[i] + 2.7) };
    const [here, there] = await Promise.all([cloud, turned].map((own) => run(own, 0.1, 3)));
    order.forEach((i, k) => {
      expect(there[3].cloud.positions[k]).toBeCloseTo(here[3].cloud.positions[i] + 2.7, 9);
      expect(there[3].cloud.logDensity[k]).toBeCloseTo(here[3].cloud.logDensity[i], 8);
    });
  });

  it("says what it cannot solve: flows without a circle", async () => {
    const { torus: _, ...line } = kuramotoFlow({ ...model, tau: 0.1 });
    await expect(circleQuantileSolver().step(line, quiet(10), null)).rejects.toThrow("must live on a circle");
  });
});
