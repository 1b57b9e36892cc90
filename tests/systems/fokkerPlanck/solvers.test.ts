import { describe, expect, it } from "vitest";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { fokkerPlanck } from "../../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { gaussianEulerSolver, gaussianJkoSolver } from "../../../src/systems/fokkerPlanck/solvers.ts";

const stiffness = [
  [2, 0.5],
  [0.5, 1],
];
const system = ornsteinUhlenbeck({ stiffness, diffusion: 0.5 });
const flow = fokkerPlanck({
  dimension: 2,
  potential: quadraticPotential({ matrix: stiffness }),
  diffusion: 0.5,
  tau: 0.1,
});
const initial = gaussian({
  mean: [0.7, -0.4],
  covariance: [
    [1, -0.3],
    [-0.3, 0.5],
  ],
});
const cloud = sampleCloud(initial, keyFrom(1), 2000);

describe("closed forms as solvers", () => {
  it.each([
    ["exact JKO", gaussianJkoSolver({ system, initial })],
    ["explicit Euler", gaussianEulerSolver({ system, initial })],
  ])("%s carries the density of its own Gaussian", async (_name, solver) => {
    let state = await solver.init(flow, cloud, keyFrom(0));
    let moved = cloud;
    for (let step = 0; step < 4; step++) {
      const next = await solver.step(flow, moved, state);
      expect(next.info.folded).toBe(0);
      expect(next.info.objective).toBeLessThan(-3 * next.info.standardError);
      ({ cloud: moved, state } = next);
    }
    const exact = state.gaussian.logDensity(Float64Array.from(moved.positions));
    const errors = exact.map((value, i) => Math.abs(value - moved.logDensity[i]));
    expect(Math.max(...errors)).toBeLessThan(1e-11);
  });

  it("follows the chain of exact steps, and no explicit step has a lower objective", async () => {
    const chain = system.jkoChain(initial, flow.tau, 3);
    const solver = gaussianJkoSolver({ system, initial });
    for await (const frame of rollout(solver, { flow, cloud }, { steps: 3, key: keyFrom(0) })) {
      if (frame.step === 0) continue;
      const expected = system.freeEnergy(chain[frame.step - 1].gaussian);
      // Four standard errors of the mean over 2000 particles.
      expect(Math.abs((frame.info?.energy ?? 0) - expected)).toBeLessThan(4 * (1 / Math.sqrt(2000)));
    }
    const exact = await solver.step(flow, cloud, await solver.init(flow, cloud, keyFrom(0)));
    const euler = gaussianEulerSolver({ system, initial });
    const explicit = await euler.step(flow, cloud, await euler.init(flow, cloud, keyFrom(0)));
    expect(exact.info.objective).toBeLessThan(explicit.info.objective);
  });

  it("refuses another flow than that of its system", async () => {
    const other = fokkerPlanck({
      dimension: 2,
      potential: quadraticPotential({ matrix: stiffness, centre: [0, 1] }),
      diffusion: 0.5,
      tau: 0.1,
    });
    const solver = gaussianJkoSolver({ system, initial });
    await expect(solver.init(other, cloud, keyFrom(0))).rejects.toThrow(
      "potential must be that of the system",
    );
  });
});
