import { afterAll, describe, expect, it } from "vitest";
import { evaluateEnergy } from "../../src/energies/energy.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { type AdaptiveOutcome, adaptiveSolver } from "../../src/jko/adaptive.ts";
import { errorBar } from "../../src/jko/errorBar.ts";
import { relativeDistance } from "../../src/jko/halving.ts";
import { moveCloud } from "../../src/jko/move.ts";
import { perStepSolver } from "../../src/jko/perStep.ts";
import { refinedSolver } from "../../src/jko/refined.ts";
import { refinement } from "../../src/jko/refinement.ts";
import type { Solver } from "../../src/jko/solver.ts";
import { cholesky } from "../../src/linalg/cholesky.ts";
import { inverse } from "../../src/linalg/lu.ts";
import { identity, matmul, matvec } from "../../src/linalg/matrix.ts";
import { applyAffine } from "../../src/measures/affineMap.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { affineVelocity, gaussianJkoSolver } from "../../src/systems/fokkerPlanck/solvers.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const tau = 0.1;
const flow = fokkerPlanck({
  dimension: 2,
  potential: quadraticPotential({ matrix: identity(2) }),
  diffusion: 1,
  tau,
});
const system = ornsteinUhlenbeck({ stiffness: identity(2), diffusion: 1 });
const rho = gaussian({
  mean: [0.5, -0.3],
  covariance: [
    [0.5, 0.1],
    [0.1, 1],
  ],
});
const cloud = sampleCloud(rho, keyFrom(1), 2048);
const exact: Cloud = (() => {
  const step = system.jkoStep(rho, tau);
  const positions = applyAffine(step.map, Float64Array.from(cloud.positions));
  return { ...cloud, positions, logDensity: step.gaussian.logDensity(positions) };
})();

/** Explicit Euler with the exact score of the initial Gaussian: some per cent off, and good for its first step only. */
const euler: Solver<null> = {
  name: "Euler",
  init: async () => null,
  async step(own, before, state) {
    const { map } = system.eulerStep(rho, own.tau);
    const velocity = affineVelocity(map, before, own.tau);
    return { ...moveCloud(own, before, { velocity, portion: 1, iterations: 0 }), state };
  },
};

/** Throws the particles apart: nothing that a few iterations could mend. */
const wild: Solver<null> = {
  name: "wild",
  init: async () => null,
  async step(own, before, state) {
    const velocity = affineVelocity(
      {
        matrix: [
          [-1, 0],
          [0, 1],
        ],
        offset: [0, 0],
      },
      before,
      own.tau,
    );
    return { ...moveCloud(own, before, { velocity, portion: 1, iterations: 0 }), state };
  },
};

async function refinedStep<State>(first: Solver<State>, tolerance: number) {
  const second = perStepSolver(engine, { maximum: 20 });
  const solver = refinedSolver(engine, { first, second }, { tolerance, per: tau });
  const step = await solver.step(flow, cloud, await solver.init(flow, cloud, keyFrom(2)));
  return { ...step, made: step.state.made[0], error: relativeDistance(step.cloud, exact) };
}

describe("refinement", () => {
  it("comes nearer to the exact step than the particles' noise lets a per-step solver", async () => {
    const refine = refinement(engine);
    const options = { iterations: 60, key: keyFrom(3) };
    const once = await refine(flow, { before: cloud, after: cloud }, options);
    const twice = await refine(flow, { before: cloud, after: once.cloud }, options);
    const solver = perStepSolver(engine);
    const usual = await solver.step(flow, cloud, await solver.init(flow, cloud, keyFrom(3)));
    expect(relativeDistance(once.cloud, exact)).toBeLessThan(0.3 * relativeDistance(usual.cloud, exact));
    expect(relativeDistance(twice.cloud, exact)).toBeLessThan(1e-3);
  });
});

describe("a step that also turns the density within itself", () => {
  // Along an orbit of its own Gaussian: where the particles are is right, and which is where is not.
  const { mean, covariance } = system.jkoStep(rho, tau).gaussian;
  const [angle, root] = [0.05, cholesky(covariance)];
  const turn = [
    [Math.cos(angle), -Math.sin(angle)],
    [Math.sin(angle), Math.cos(angle)],
  ];
  const matrix = matmul(matmul(root, turn), inverse(root));
  const kept = matvec(matrix, mean);
  const offset = mean.map((m, i) => m - kept[i]);
  const turned: Cloud = {
    ...exact,
    positions: applyAffine({ matrix, offset }, Float64Array.from(exact.positions)),
  };

  it("has the exact step's energy, and is turned back", async () => {
    const [own, due] = [turned, exact].map((at) => evaluateEnergy(flow.energy, at));
    expect(Math.abs(own - due)).toBeLessThan(2e-3);
    const before = relativeDistance(turned, exact);
    const { cloud: after } = await refinement(engine)(
      flow,
      { before: cloud, after: turned },
      { iterations: 60, key: keyFrom(3) },
    );
    expect(before).toBeGreaterThan(0.04);
    expect(relativeDistance(after, exact)).toBeLessThan(0.1 * before);
  });
});

describe("a refined solver", () => {
  it("leaves a step alone that is good enough", async () => {
    const { made, error } = await refinedStep(gaussianJkoSolver({ system, initial: rho }), 1e-3);
    expect(made).toMatchObject({ refinements: 0, met: true });
    expect(error).toBeLessThan(1e-6);
  });

  it.each([0.006, 0.003])(
    "brings a rough step within a tolerance of %d, and its report is that of the step",
    async (tolerance) => {
      const { made, error, info, cloud: after } = await refinedStep(euler, tolerance);
      expect(made).toMatchObject({ by: "Euler", met: true });
      expect(made.refinements).toBeGreaterThan(0);
      expect(made.relative).toBeLessThanOrEqual(tolerance);
      expect(error).toBeLessThan(made.relative);
      const bar = errorBar(flow, cloud, after);
      expect(bar).toMatchObject({ relative: made.relative });
      expect(info.energy).toBeCloseTo(evaluateEnergy(flow.energy, after), 12);
      expect(info.objective).toBeLessThan(-3 * info.standardError);
    },
  );

  it("makes the step anew where the first solver is hopeless", async () => {
    const { made, error, info } = await refinedStep(wild, 0.01);
    expect(made).toMatchObject({ by: "per-step network, L-BFGS", met: true });
    expect(error).toBeLessThan(0.01);
    expect(info.folded).toBe(0);
  });
});

describe("an adaptive solver", () => {
  const initial = gaussian({
    mean: [1, 0],
    covariance: [
      [0.05, 0],
      [0, 0.3],
    ],
  });
  const start = sampleCloud(initial, keyFrom(4), 256);
  const inTime = async (tolerance: number) => {
    const made: AdaptiveOutcome[] = [];
    const exactly = gaussianJkoSolver({ system, initial });
    const solver = adaptiveSolver(exactly, { tolerance, observe: (outcome) => made.push(outcome) });
    const step = await solver.step(flow, start, await solver.init(flow, start, keyFrom(5)));
    // Along the axes of this Gaussian the equation's own map is affine too.
    const end = system.flow(initial, tau);
    const positions = Float64Array.from(start.positions, (x, i) => {
      const a = i % 2;
      const stretch = Math.sqrt(end.covariance[a][a] / initial.covariance[a][a]);
      return end.mean[a] + stretch * (x - initial.mean[a]);
    });
    return { made: made[0], error: relativeDistance(step.cloud, { ...start, positions }) };
  };

  it.each([0.05, 0.01, 0.004])(
    "keeps the error of the time step near a tolerance of %d",
    async (tolerance) => {
      const { made, error } = await inTime(tolerance);
      expect(made.met).toBe(true);
      expect(made.difference).toBeLessThanOrEqual(tolerance);
      expect(error).toBeLessThan(1.2 * tolerance);
    },
  );

  it("takes shorter steps for less error", async () => {
    const [rough, fine] = [await inTime(0.05), await inTime(0.004)];
    expect(fine.made.parts).toBeGreaterThan(2 * rough.made.parts);
  });
});
