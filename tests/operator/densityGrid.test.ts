import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { pullBackDensity } from "../../src/operator/densityGrid.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { initialOperatorState, type Piece, stepClouds } from "../../src/operator/solver.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { smallProblem } from "./problem.ts";

describe("the density by inversion of the composite map", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("onnx", { threads: 1 });
  });
  afterAll(async () => {
    await engine.dispose();
  });

  async function threeSteps() {
    const { flow, architecture } = smallProblem(2);
    const { parameters } = initialTrainingState(architecture, keyFrom(0));
    const evaluate = fieldEvaluator(engine, { flow, architecture, parameters });
    const initial = gaussianMixture({
      weights: [0.5, 0.5],
      means: [
        [-1, 0],
        [1, 0.5],
      ],
      deviations: [0.6, 0.5],
    });
    const [particles, order] = split(keyFrom(1), 2);
    const cloud = sampleCloud(initial, particles, 512);
    const steps: Piece[] = [];
    let item = { cloud, state: initialOperatorState(cloud, order) };
    for (let k = 0; k < 3; k++) {
      const [next] = await stepClouds({ flow, evaluate, context: 256 }, [item]);
      steps.push(...next.pieces);
      item = next;
    }
    return { flow, evaluate, initial, steps, end: item.cloud };
  }

  it("agrees with the log-density that the particles carry", async () => {
    const { flow, evaluate, initial, steps, end } = await threeSteps();
    const { logDensity, unconverged } = await pullBackDensity(Float64Array.from(end.positions), steps, {
      evaluate,
      tau: flow.tau,
      initial,
    });
    expect(unconverged).toBe(0);
    logDensity.forEach((value, i) => {
      // Inverted to 1e-5 in position; log-densities change by about ten per unit length.
      expect(Math.abs(value - end.logDensity[i])).toBeLessThan(2e-3);
    });
  });

  it("has unit mass on a grid", async () => {
    const { flow, evaluate, initial, steps } = await threeSteps();
    const [n, reach] = [48, 4.5];
    const h = (2 * reach) / n;
    const grid = Float64Array.from({ length: 2 * n * n }, (_, j) => {
      const cell = Math.floor(j / 2);
      return -reach + h * (0.5 + (j % 2 === 0 ? cell % n : Math.floor(cell / n)));
    });
    const { logDensity } = await pullBackDensity(grid, steps, { evaluate, tau: flow.tau, initial });
    const mass = h * h * logDensity.reduce((sum, value) => sum + Math.exp(value), 0);
    expect(mass).toBeCloseTo(1, 2);
  });
});
