import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { pullBackDensity } from "../../src/operator/densityGrid.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { initialOperatorState, stepClouds } from "../../src/operator/solver.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { smallProblem } from "./problem.ts";

describe("a step that would fold if it were made at once", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("onnx", { threads: 1 });
  });
  afterAll(async () => {
    await engine.dispose();
  });

  // An untrained operator makes explicit steps, and x − τ·12x turns the plane inside out.
  const stiffness = 12;
  const matrix = [
    [stiffness, 0],
    [0, stiffness],
  ];
  const [tau, deviation, particles] = [0.1, 1.5, 512];
  const rho = gaussian({
    mean: [0, 0],
    covariance: [
      [deviation ** 2, 0],
      [0, deviation ** 2],
    ],
  });

  async function oneStep() {
    const flow = fokkerPlanck({ dimension: 2, potential: quadraticPotential({ matrix }), diffusion: 1, tau });
    const { architecture } = smallProblem(2);
    const { parameters } = initialTrainingState(architecture, keyFrom(0));
    const evaluate = fieldEvaluator(engine, { flow, architecture, parameters });
    const [cloudKey, order] = split(keyFrom(1), 2);
    const cloud = sampleCloud(rho, cloudKey, particles);
    const [result] = await stepClouds({ flow, evaluate, context: 256 }, [
      { cloud, state: initialOperatorState(cloud, order) },
    ]);
    return { ...result, evaluate };
  }

  it("is made whole, in pieces, without a fold", async () => {
    const { info, pieces } = await oneStep();
    expect(info.pieces).toBeGreaterThan(1);
    expect(pieces).toHaveLength(info.pieces);
    expect(info.portion).toBeCloseTo(1, 9);
    expect(info.folded).toBe(0);
    expect(info.smallestDeterminant).toBeGreaterThan(0);
  });

  it("goes on from where a piece ends", async () => {
    const { cloud, pieces } = await oneStep();
    const { covariance } = moments(cloud.positions, 2);
    // Each piece is an explicit step of a Gaussian: its deviation shrinks by 1 − pτ(12 − 1/σ²).
    const expected = pieces.reduce(
      (sigma, { portion }) => sigma * (1 - portion * tau * (stiffness - 1 / sigma ** 2)),
      deviation,
    );
    expect(Math.sqrt((covariance[0][0] + covariance[1][1]) / 2) / expected).toBeCloseTo(1, 1);
  });

  it("carries the density of the composed map", async () => {
    const { cloud, pieces, evaluate } = await oneStep();
    const { logDensity, unconverged } = await pullBackDensity(Float64Array.from(cloud.positions), pieces, {
      evaluate,
      tau,
      initial: rho,
    });
    // From far outside, Newton's iteration does not find its way back through so steep a map.
    expect(unconverged).toBeLessThan(0.05 * particles);
    // Inverted to 1e-5 in position, which a compression to a seventh, twice, makes fifty times larger; log-densities
    // change by about ten per unit length.
    logDensity.forEach((value, i) => {
      if (value > Number.NEGATIVE_INFINITY) expect(Math.abs(value - cloud.logDensity[i])).toBeLessThan(2e-2);
    });
  });
});
