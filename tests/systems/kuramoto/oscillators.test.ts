/** @file Oscillators: the order of both schemes, diffusion, and the order parameter of the mean field. */

import { describe, expect, it } from "vitest";
import { freeEnergy } from "../../../src/energies/freeEnergy.ts";
import { entropy } from "../../../src/energies/internalEnergy.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { trigonometricInteraction } from "../../../src/energies/trigonometricInteraction.ts";
import { type GradientFlow, wassersteinFlow } from "../../../src/jko/flow.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { uniforms } from "../../../src/random/draw.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { fokkerPlanck } from "../../../src/systems/fokkerPlanck/flow.ts";
import { kuramotoFlow } from "../../../src/systems/kuramoto/flow.ts";
import { type OscillatorScheme, oscillatorSolver } from "../../../src/systems/kuramoto/oscillators.ts";

const cloudOf = (positions: Float64Array) => ({
  dimension: 1,
  count: positions.length,
  positions,
  logDensity: new Float64Array(positions.length),
});
async function end(
  flow: GradientFlow,
  start: Float64Array,
  run: { scheme: OscillatorScheme; substeps: number; steps: number },
) {
  let last = start;
  const solver = oscillatorSolver(run);
  for await (const { cloud } of rollout(
    solver,
    { flow, cloud: cloudOf(start) },
    { steps: run.steps, key: keyFrom(4) },
  ))
    last = Float64Array.from(cloud.positions);
  return last;
}
const order = (phases: Float64Array, n = 1) => {
  const mean = (wave: (x: number) => number) =>
    phases.reduce((sum, x) => sum + wave(n * x), 0) / phases.length;
  return Math.hypot(mean(Math.cos), mean(Math.sin));
};

describe("oscillatorSolver", () => {
  it.each([
    ["euler-maruyama", 1],
    ["heun", 2],
  ] as const)("is, almost without noise, of the order of its scheme: %s", async (scheme, expected) => {
    const interaction = trigonometricInteraction({
      period: 2 * Math.PI,
      harmonics: [
        { order: 1, coefficient: -1.5 },
        { order: 2, coefficient: -0.4 },
      ],
    });
    const flow = wassersteinFlow({
      name: "cold oscillators",
      dimension: 1,
      energy: freeEnergy({ internal: entropy(1e-24), interaction }),
      torus: { coordinates: { start: 0, count: 1 }, period: 2 * Math.PI },
      tau: 0.5,
    });
    const start = uniforms(keyFrom(1), 20).map((u) => 6 * u);
    const fine = await end(flow, start, { scheme: "heun", substeps: 512, steps: 2 });
    const errors = await Promise.all(
      [8, 16].map(async (substeps) => {
        const phases = await end(flow, start, { scheme, substeps, steps: 2 });
        return Math.hypot(...phases.map((x, i) => x - fine[i]));
      }),
    );
    expect(Math.log2(errors[0] / errors[1])).toBeCloseTo(expected, 0.7);
  });

  it("diffuses alone as exp(−t/2), and orders as the mean field asks", async () => {
    const alone = await end(
      kuramotoFlow({ coupling: 0, secondHarmonic: 0, tau: 0.5 }),
      new Float64Array(20_000),
      { scheme: "euler-maruyama", substeps: 2, steps: 2 },
    );
    expect(Math.abs(order(alone) - Math.exp(-0.5))).toBeLessThan(0.015);
    const together = await end(
      kuramotoFlow({ coupling: 2, secondHarmonic: 0, tau: 1 }),
      new Float64Array(20_000),
      { scheme: "heun", substeps: 10, steps: 6 },
    );
    expect(Math.abs(order(together) - 0.831462)).toBeLessThan(0.008);
  });

  it("refuses flows that do not live on a circle", async () => {
    const flow = fokkerPlanck({
      dimension: 1,
      potential: quadraticPotential({ matrix: [[1]] }),
      diffusion: 1,
      tau: 0.1,
    });
    const cloud = sampleCloud(gaussian({ mean: [0], covariance: [[1]] }), keyFrom(1), 10);
    const solver = oscillatorSolver({ substeps: 1, scheme: "heun" });
    await expect(solver.step(flow, cloud, keyFrom(2))).rejects.toThrow("must live on a circle");
  });
});
