import { afterAll, describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { perStepSolver } from "../../src/jko/perStep.ts";
import type { PerStepOptions } from "../../src/jko/perStepSettings.ts";
import { rollout } from "../../src/jko/solver.ts";
import { solve } from "../../src/linalg/lu.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { kineticFokkerPlanck } from "../../src/systems/kinetic/flow.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const affine: PerStepOptions = {
  loss: "score",
  network: { form: "affine" },
  optimizer: { kind: "lbfgs", particles: 4096 },
  holdOut: 0,
};

describe.each(["cloud", "none"] as const)("an explicit step by score matching, scaling %s", (scaling) => {
  it("takes −Σ⁻¹(x − m) for the score where fields are affine, as the particles' own moments have it", async () => {
    const flow = fokkerPlanck({
      dimension: 2,
      potential: quadraticPotential({ matrix: identity(2) }),
      diffusion: 0.7,
      tau: 0.1,
    });
    const start = gaussian({
      mean: [0.5, -0.3],
      covariance: [
        [0.3, 0.1],
        [0.1, 0.8],
      ],
    });
    const cloud = sampleCloud(start, keyFrom(1), 4096);
    const solver = perStepSolver(engine, { ...affine, scaling });
    const { cloud: after } = await solver.step(flow, cloud, await solver.init(flow, cloud, keyFrom(2)));
    const { mean, covariance } = moments(cloud.positions, 2);
    for (let i = 0; i < 50; i++) {
      const x = Array.from(cloud.positions.subarray(2 * i, 2 * i + 2));
      const score = solve(
        covariance,
        x.map((value, k) => mean[k] - value),
      );
      x.forEach((value, k) => {
        const expected = value - 0.1 * (0.7 * score[k] + value);
        expect(after.positions[2 * i + k]).toBeCloseTo(expected, 3);
      });
    }
  });
});

describe("an explicit step in velocities", () => {
  const space = phaseSpace({ positions: 1, velocities: 1 });
  const flow = kineticFokkerPlanck({
    space,
    potential: quadraticPotential({ matrix: [[1]] }),
    scheme: "kick-drift",
    strength: 0.8,
    temperature: 1.3,
    tau: 0.05,
    logDeterminant: "exact",
  });
  const cloud = sampleCloud(
    gaussian({
      mean: [1, 0],
      covariance: [
        [0.5, 0.2],
        [0.2, 0.4],
      ],
    }),
    keyFrom(3),
    4096,
  );

  it("is u = −ε(v + T ∂_v log f) after the push", async () => {
    const frames = [];
    for await (const frame of rollout(
      perStepSolver(engine, affine),
      { flow, cloud },
      { steps: 1, key: keyFrom(4) },
    ))
      frames.push(frame);
    const { pushed, cloud: after } = frames[1];
    if (pushed === null) throw new Error("a step has a pushed cloud");
    const { mean, covariance } = moments(pushed.positions, 2);
    for (let i = 0; i < 50; i++) {
      const [x, v] = pushed.positions.subarray(2 * i, 2 * i + 2);
      const [, score] = solve(covariance, [mean[0] - x, mean[1] - v]);
      expect(after.positions[2 * i]).toBe(x);
      expect(after.positions[2 * i + 1]).toBeCloseTo(v - 0.05 * 0.8 * (v + 1.3 * score), 3);
    }
  });

  it("starts from a field that was fitted to the initial score", async () => {
    const measure = gaussian({ mean: [0, 0], covariance: identity(2) });
    const initial = { score: measure.score, iterations: 400, rate: 0.05, batch: 512 };
    for (const [loss, expected] of [
      ["score", -1],
      ["jko", -1 + 1.3],
    ] as const) {
      const options: PerStepOptions = { network: { form: "affine" }, scaling: "none", loss, initial };
      const solver = perStepSolver(engine, options);
      const { parameters } = await solver.init(flow, sampleCloud(measure, keyFrom(5), 2048), keyFrom(6));
      // The weight of the velocity; that of the position and the bias are zero.
      expect(parameters[0]).toBeCloseTo(0, 2);
      expect(parameters[1]).toBeCloseTo(expected, 2);
      expect(parameters[2]).toBeCloseTo(0, 2);
    }
  });
});
