import { afterAll, describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../src/engine/engine.ts";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { moveCloud } from "../../src/jko/move.ts";
import { perStepSolver } from "../../src/jko/perStep.ts";
import { type PerStepOptions, perStepAdam, perStepDefaults } from "../../src/jko/perStepSettings.ts";
import { quantileChain } from "../../src/jko/quantileChain.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { type AffineMap, applyAffine } from "../../src/measures/affineMap.ts";
import { type Cloud, sampleCloud, subcloud } from "../../src/measures/cloud.ts";
import { type Gaussian, gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { affineVelocity } from "../../src/systems/fokkerPlanck/solvers.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const flowOf = (dimension: number, tau = 0.1): GradientFlow =>
  fokkerPlanck({
    dimension,
    potential: quadraticPotential({ matrix: identity(dimension) }),
    diffusion: 1,
    tau,
  });
const flows = { 1: flowOf(1), 2: flowOf(2) };
const systems = {
  1: ornsteinUhlenbeck({ stiffness: identity(1), diffusion: 1 }),
  2: ornsteinUhlenbeck({ stiffness: identity(2), diffusion: 1 }),
};
const starts = {
  1: gaussian({ mean: [0.6], covariance: [[0.16]] }),
  2: gaussian({
    mean: [0.5, -0.3],
    covariance: [
      [0.2, 0.1],
      [0.1, 1],
    ],
  }),
};
const count = 4096;
const clouds = { 1: sampleCloud(starts[1], keyFrom(1), count), 2: sampleCloud(starts[2], keyFrom(2), count) };

/** Two unequal bumps on either side of a barrier. */
const doubleWell = (() => {
  const potential = doubleWellPotential({ dimension: 1, height: 0.25, halfWidth: 1 });
  const flow = fokkerPlanck({ dimension: 1, potential, diffusion: 0.3, tau: 0.2 });
  const measure = gaussianMixture({ weights: [0.7, 0.3], means: [[-0.4], [0.9]], deviations: [0.4, 0.35] });
  const cloud = sampleCloud(measure, keyFrom(6), count);
  return { potential, flow, measure, cloud };
})();

/** `Σ|a − b|²`. */
function squares(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Float64Array.from(a, (value, i) => (value - b[i]) ** 2).reduce((sum, value) => sum + value, 0);
}

function exactObjective(map: AffineMap, flow: GradientFlow, cloud: Cloud): number {
  const velocity = affineVelocity(map, cloud, flow.tau);
  return moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 }).info.objective;
}

async function firstStep(flow: GradientFlow, cloud: Cloud, options: PerStepOptions = {}, seed = 3) {
  const solver = perStepSolver(engine, options);
  return solver.step(flow, cloud, await solver.init(flow, cloud, keyFrom(seed)));
}

describe.each([1, 2] as const)("the per-step solver on Gaussians in dimension %i", (d) => {
  const [flow, cloud] = [flows[d], clouds[d]];
  const exact = systems[d].jkoStep(starts[d], flow.tau);
  const target = applyAffine(exact.map, Float64Array.from(cloud.positions));

  it.each([
    ["the defaults", {}],
    ["Adam", perStepAdam],
    ["a perceptron", { network: { form: "mlp", hidden: [24] } }],
  ] as const)("comes close to the exact step with %s", async (_name, options) => {
    const { cloud: moved, info } = await firstStep(flow, cloud, options);
    const relative = squares(moved.positions, target) / squares(cloud.positions, target);
    // The statistical error of 3,072 training particles: half a per cent or so.
    expect(relative).toBeLessThan(0.03);
    expect(info.objective).toBeLessThan(-3 * info.standardError);
    expect(info.folded).toBe(0);
    const densities = exact.gaussian.logDensity(target);
    const errors = Math.sqrt(squares(moved.logDensity, densities) / count);
    expect(errors).toBeLessThan(0.1);
  });

  it("stops at the gap asked for", async () => {
    const objective = (holdOut: Cloud) => exactObjective(exact.map, flow, holdOut);
    const found = [];
    for (const tolerance of [0.2, 0.02]) {
      const { cloud: moved, info } = await firstStep(flow, cloud, {
        target: { tolerance, objective },
        checkEvery: 1,
      });
      found.push({ tolerance, info, error: squares(moved.positions, target) });
    }
    const [loose, tight] = found;
    expect(loose.info.iterations).toBeLessThan(tight.info.iterations);
    expect(tight.error).toBeLessThan(loose.error);
    for (const { tolerance, info } of found) {
      const solver = perStepSolver(engine);
      const { particles } = await solver.init(flow, cloud, keyFrom(3));
      const best = objective(subcloud(cloud, particles.holdOut));
      expect((info.objective - best) / -best).toBeLessThan(tolerance + 1e-4);
    }
  });
});

describe("the per-step solver", () => {
  it("reports the objective of the cloud that it returns, on particles it has not trained on", async () => {
    const [flow, cloud] = [flows[2], clouds[2]];
    const { cloud: moved, info, state } = await firstStep(flow, cloud);
    const { holdOut, training } = state.particles;
    expect(new Set([...holdOut, ...training]).size).toBe(count);
    const [before, after] = [subcloud(cloud, holdOut), subcloud(moved, holdOut)];
    const energies = [before, after].map((part) => flow.energy.integrand(part));
    const change = energies[1].map((value, i) => value - energies[0][i]);
    const energyChange = change.reduce((sum, value) => sum + value, 0) / holdOut.length;
    const distance = squares(after.positions, before.positions) / holdOut.length;
    expect(info.energyChange).toBeCloseTo(energyChange, 10);
    expect(info.objective).toBeCloseTo(energyChange + distance / (2 * flow.tau), 6);
    expect(info.energy).toBeCloseTo(
      flow.energy.integrand(moved).reduce((sum, value) => sum + value, 0) / count,
      10,
    );
  });

  it("dissipates in every step of a roll-out, and follows the exact chain", async () => {
    const flow = flows[2];
    const chain = systems[2].jkoChain(starts[2], flow.tau, 5);
    const solver = perStepSolver(engine);
    let cloud: Cloud = clouds[2];
    let state = await solver.init(flow, cloud, keyFrom(5));
    for (let step = 0; step < 5; step++) {
      const next = await solver.step(flow, cloud, state);
      expect(next.info.objective).toBeLessThan(-3 * next.info.standardError);
      expect(next.info.smallestDeterminant).toBeGreaterThan(0);
      ({ cloud, state } = next);
    }
    const target = applyAffine(chain[4].map, Float64Array.from(clouds[2].positions));
    const variance = chain[4].gaussian.covariance.reduce((sum, row, i) => sum + row[i], 0);
    expect((100 * squares(cloud.positions, target)) / count / variance).toBeLessThan(0.15);
  });

  it("needs fewer iterations from a warm start", async () => {
    const { cloud: moved, state } = await firstStep(doubleWell.flow, doubleWell.cloud);
    const step = (options: PerStepOptions) =>
      perStepSolver(engine, { checkEvery: 1, ...options }).step(doubleWell.flow, moved, state);
    // The next step's best objective on these hold-out particles stands in for the exact one.
    const { info } = await step({ patience: 8 });
    const target = { tolerance: 0.02, objective: () => info.objective };
    const [warm, cold] = [await step({ target }), await step({ target, warmStart: false })];
    expect(warm.info.objective).toBeLessThan(0.97 * info.objective);
    expect(warm.info.iterations).toBeLessThan(cold.info.iterations);
  });

  it("is a function of its key", async () => {
    const [one, same, other] = [
      await firstStep(flows[2], clouds[2], {}, 7),
      await firstStep(flows[2], clouds[2], {}, 7),
      await firstStep(flows[2], clouds[2], {}, 8),
    ];
    expect(same.cloud.positions).toEqual(one.cloud.positions);
    expect(other.cloud.positions).not.toEqual(one.cloud.positions);
  });

  it("keeps its relative accuracy however small the step is", async () => {
    const tau = 1e-3;
    const flow = flowOf(2, tau);
    const target = applyAffine(
      systems[2].jkoStep(starts[2], tau).map,
      Float64Array.from(clouds[2].positions),
    );
    for (const options of [perStepDefaults, perStepAdam]) {
      const { cloud: moved } = await firstStep(flow, clouds[2], options);
      const relative = squares(moved.positions, target) / squares(clouds[2].positions, target);
      expect(relative).toBeLessThan(0.04);
    }
  });

  it("leaves the steady state where it is", async () => {
    const cloud = sampleCloud(systems[2].stationary() as Gaussian, keyFrom(9), count);
    const { cloud: moved } = await firstStep(flows[2], cloud);
    expect(squares(moved.positions, cloud.positions) / count / 2).toBeLessThan(1e-4);
  });

  it("solves a double well, where nothing is Gaussian", async () => {
    const { flow, cloud, measure, potential } = doubleWell;
    const chain = quantileChain({
      measure,
      energy: { diffusion: 0.3, potential: potential.axes[0] },
      tau: 0.2,
      steps: 1,
      intervals: 1024,
    });
    const exact = chain.at(Float64Array.from(cloud.positions), 1);
    const { cloud: moved, info } = await firstStep(flow, cloud);
    const relative = squares(moved.positions, exact.positions) / squares(cloud.positions, exact.positions);
    expect(relative).toBeLessThan(0.05);
    expect(info.objective).toBeLessThan(-3 * info.standardError);
    expect(Math.sqrt(squares(moved.logDensity, exact.logDensity) / count)).toBeLessThan(0.1);
  });

  it("says what is wrong with its input", async () => {
    const solver = perStepSolver(engine);
    await expect(solver.init(flows[1], clouds[2], keyFrom(1))).rejects.toThrow(
      "cloud must have dimension 1, got 2",
    );
    const all = perStepSolver(engine, { holdOut: 1 });
    await expect(all.init(flows[1], clouds[1], keyFrom(1))).rejects.toThrow("holdOut must be a fraction");
    const target = { tolerance: 0.1, objective: () => 0.5 };
    await expect(firstStep(flows[1], clouds[1], { target })).rejects.toThrow("must be negative, got 0.5");
  });
});
