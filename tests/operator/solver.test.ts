import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { moveCloud } from "../../src/jko/move.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { pullBackDensity } from "../../src/operator/densityGrid.ts";
import { type FieldEvaluator, fieldEvaluator } from "../../src/operator/evaluator.ts";
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

  // Between two narrow bumps log ρ curves upwards steeply, and an untrained operator's step along its slope overshoots.
  const [tau, particles] = [0.1, 512];
  const rho = gaussianMixture({
    weights: [0.5, 0.5],
    means: [
      [-0.9, 0],
      [0.9, 0],
    ],
    deviations: [0.3, 0.3],
  });

  async function oneStep() {
    const { flow, architecture } = smallProblem(2);
    const { parameters } = initialTrainingState(architecture, keyFrom(0));
    const evaluate = fieldEvaluator(engine, { flow, architecture, parameters });
    const [cloudKey, order] = split(keyFrom(1), 2);
    const cloud = sampleCloud(rho, cloudKey, particles);
    const [result] = await stepClouds({ flow, evaluate, context: 256 }, [
      { cloud, state: initialOperatorState(cloud, order) },
    ]);
    return { ...result, flow, evaluate, start: cloud };
  }

  it("is made whole, in pieces, without a fold", async () => {
    const { info, pieces } = await oneStep();
    expect(info.pieces).toBeGreaterThan(1);
    expect(pieces).toHaveLength(info.pieces);
    expect(info.portion).toBeCloseTo(1, 9);
    expect(info.folded).toBe(0);
    expect(info.smallestDeterminant).toBeGreaterThan(0);
  });

  it("goes on from where a piece ends, and so dissipates more than the piece alone", async () => {
    const { info, pieces, flow, evaluate, start } = await oneStep();
    const [{ context, portion }] = pieces;
    const [velocity] = await evaluate([{ context, queries: start.positions }]);
    const cutOff = moveCloud(flow, start, { velocity, portion, iterations: 0 });
    expect(portion).toBeLessThan(0.9);
    expect(info.energyChange).toBeLessThan(cutOff.info.energyChange - 3 * cutOff.info.energyChangeError);
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

describe("a step that would not lower the objective", () => {
  const flow = fokkerPlanck({
    dimension: 2,
    potential: quadraticPotential({ matrix: identity(2) }),
    diffusion: 1,
    tau: 0.1,
  });
  const cloud = sampleCloud(
    gaussian({
      mean: [2, 0],
      covariance: [
        [1, 0],
        [0, 1],
      ],
    }),
    keyFrom(5),
    400,
  );
  const item = { cloud, state: initialOperatorState(cloud, keyFrom(6)) };
  /** Uphill where the context has fewer than `enough` particles, downhill otherwise: a translation of the whole cloud. */
  const evaluate =
    (enough: number): FieldEvaluator =>
    async (requests) =>
      requests.map(({ context, queries }) => {
        const n = queries.length / 2;
        const speed = context.count < enough ? 1 : -1;
        return {
          value: Float32Array.from(queries, (_, i) => (i % 2 === 0 ? speed : 0)),
          jacobian: new Float32Array(4 * n),
          action: new Float32Array(n).fill(1),
        };
      });

  it("is made with a context four times as large", async () => {
    const [{ info, pieces }] = await stepClouds({ flow, evaluate: evaluate(200), context: 100 }, [item]);
    expect(info.objective).toBeLessThan(0);
    expect(info.portion).toBe(1);
    expect(pieces.map(({ context }) => context.count)).toEqual([400]);
  });

  it("is not made where that does not help", async () => {
    const [{ info, cloud: after, pieces }] = await stepClouds(
      { flow, evaluate: evaluate(1000), context: 100 },
      [item],
    );
    expect(info.portion).toBe(0);
    expect(after).toBe(cloud);
    expect(pieces).toEqual([]);
  });
});
