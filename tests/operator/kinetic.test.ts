/** @file The operator where only velocities move. */

import { afterAll, describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { observeStep } from "../../src/jko/optimality.ts";
import { rollout } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { weakResidual } from "../../src/metrics/weakResidual.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { operatorSolver } from "../../src/operator/solver.ts";
import { keyFrom } from "../../src/random/key.ts";
import { affineMinimiser } from "../../src/systems/kinetic/affine.ts";
import { kineticFokkerPlanck } from "../../src/systems/kinetic/flow.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const constants = { strength: 0.7, temperature: 1.2, velocities: { start: 1, count: 1 } };
const flow = kineticFokkerPlanck({
  ...constants,
  space: phaseSpace({ positions: 1, velocities: 1 }),
  potential: quadraticPotential({ matrix: [[1]] }),
  scheme: "verlet",
  logDeterminant: "exact",
  tau: 0.1,
});
const architecture = { dimension: 2, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 8, code: 8 };
const parameters = initialParameters(operatorParameters(architecture), keyFrom(1));
const solver = operatorSolver(engine, { flow, architecture, parameters }, { context: 1024 });

async function step(measure: ReturnType<typeof gaussian>) {
  const cloud = sampleCloud(measure, keyFrom(2), 1024);
  const frames = [];
  for await (const frame of rollout(solver, { flow, cloud }, { steps: 1, key: keyFrom(3) }))
    frames.push(frame);
  const { pushed, cloud: after, info } = frames[1];
  if (pushed === null || info === null) throw new Error("a step was made");
  return { pushed, after, info };
}

describe("the operator before training, in velocities", () => {
  const start = gaussian({
    mean: [0.5, -0.2],
    covariance: [
      [0.6, 0.1],
      [0.1, 0.5],
    ],
  });

  it("moves velocities alone, by the linearly implicit step of a Gaussian", async () => {
    const { pushed, after } = await step(start);
    const h = flow.tau;
    // The map of the push, on a quadratic potential.
    const map = [
      [1 - h ** 2 / 2, h],
      [-h + h ** 3 / 4, 1 - h ** 2 / 2],
    ];
    const mean = map.map(([a, b]) => a * start.mean[0] + b * start.mean[1]);
    const covariance = map.map((row) =>
      map.map((other) =>
        row.reduce((sum, a, i) => sum + other.reduce((s, b, j) => s + a * b * start.covariance[i][j], 0), 0),
      ),
    );
    const { matrix, offset } = affineMinimiser(
      { mean, covariance },
      { ...constants, tau: h, logDeterminant: "linear" },
    );
    for (let i = 0; i < 100; i++) {
      const [x, v] = pushed.positions.subarray(2 * i, 2 * i + 2);
      const u = offset[0] + matrix[0][0] * (x - mean[0]) + matrix[0][1] * (v - mean[1]);
      expect(after.positions[2 * i]).toBe(x);
      expect(Math.abs(after.positions[2 * i + 1] - (v + h * u))).toBeLessThan(2e-3);
    }
  });

  it("rests at the equilibrium", async () => {
    const { pushed, after } = await step(
      gaussian({
        mean: [0, 0],
        covariance: [
          [1.2, 0],
          [0, 1.2],
        ],
      }),
    );
    // The push of Verlet has an equilibrium of its own, O(τ²) away.
    const moved = Math.max(...after.positions.map((x, i) => Math.abs(x - pushed.positions[i])));
    expect(moved).toBeLessThan(0.02 * flow.tau);
  });

  it("comes close to its optimality condition in velocities, which no motion does not", async () => {
    const { pushed, after } = await step(start);
    const made = weakResidual(observeStep(flow, pushed, after));
    const none = weakResidual(observeStep(flow, pushed, pushed));
    expect(made.value).toBeLessThan(0.35 * none.value);
  });
});
