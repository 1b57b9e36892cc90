/** @file Flows that depend on the time: who tells whom what time it is, and one program for all of a roll-out. */

import { afterAll, describe, expect, it } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { modePotential } from "../../src/energies/modePotential.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { openEngine } from "../../src/engine/engine.ts";
import {
  conditioned,
  flowFamily,
  type GradientFlow,
  gradientFlow,
  inStepsOf,
  later,
} from "../../src/jko/flow.ts";
import { halfOf } from "../../src/jko/halving.ts";
import { arrive, depart } from "../../src/jko/move.ts";
import { perStepSolver } from "../../src/jko/perStep.ts";
import { localExtrapolation } from "../../src/jko/richardson.ts";
import { rollout, type Solver } from "../../src/jko/solver.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { linearMobility } from "../../src/mobilities/linear.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { polchinski } from "../../src/systems/polchinski/flow.ts";
import { heatKernelSchedule } from "../../src/systems/polchinski/schedules.ts";

const tau = 0.25;
const schedule = heatKernelSchedule([1, 2]);
const flow = polchinski({ schedule, tau });
const cloud: Cloud = sampleCloud(
  gaussian({
    mean: [0, 0],
    covariance: [
      [0.5, 0.1],
      [0.1, 0.3],
    ],
  }),
  keyFrom(1),
  256,
);

/** Moves nothing, and writes down when each of its steps ends and how long it is. */
function watch(seen: (readonly [end: number | undefined, tau: number])[]): Solver<null> {
  return {
    name: "watch",
    init: async () => null,
    step: async (at, before, state) => {
      seen.push([at.conditions?.["time"], at.tau]);
      return { cloud: before, state, info: arrive(at, depart(before), 0) };
    },
  };
}

async function stepsOf(solver: (seen: ReturnType<typeof log>) => Solver<unknown>, of: GradientFlow) {
  const seen = log();
  for await (const _ of rollout(solver(seen), { flow: of, cloud }, { steps: 3, key: keyFrom(2) }));
  return seen;
}

const log = (): (readonly [number | undefined, number])[] => [];

describe("the time of a flow", () => {
  it("runs in a roll-out, and every step is one of the flow at its end", async () => {
    expect(await stepsOf(watch, flow)).toEqual([1, 2, 3].map((k) => [k * tau, tau]));
  });

  it("begins where the flow does", async () => {
    const seen = await stepsOf(watch, polchinski({ schedule, from: 1, tau }));
    expect(seen.map(([end]) => end)).toEqual([1.25, 1.5, 1.75]);
  });

  it("is that of each part where steps are divided", async () => {
    const seen = await stepsOf((own) => localExtrapolation(watch(own)), flow);
    expect(seen).toEqual(
      [0, 1, 2].flatMap((k) => [
        [(k + 1) * tau, tau],
        [(k + 0.5) * tau, tau / 2],
        [(k + 1) * tau, tau / 2],
      ]),
    );
  });

  it("does not change what begins a step when steps become shorter, nor their length when it runs", () => {
    expect(inStepsOf(flow, 0.1).conditions).toEqual({ time: 0.1 });
    expect(later(halfOf(flow), 1)).toMatchObject({ tau: tau / 2, conditions: { time: 1 + tau / 2 } });
  });

  it("changes energy and mobility", () => {
    const there = later(flow, 1);
    const [x, end] = [Float64Array.of(0.3, -0.4), 1 + tau];
    const expected = 0.5 * (1 * Math.exp(end) * 0.09 + 2 * Math.exp(2 * end) * 0.16);
    expect(there.energy.potential?.value(x)).toBeCloseTo(expected, 12);
    const field = { value: Float64Array.of(1, 1), jacobian: new Float64Array(4) };
    const velocity = there.mobility.applyArrays(field, cloud).value;
    expect([...(velocity as Float64Array)]).toEqual([Math.exp(-end), Math.exp(-2 * end)]);
  });

  it("is not asked of a flow that does not depend on it", async () => {
    const still = fokkerPlanck({
      dimension: 2,
      potential: quadraticPotential({
        matrix: [
          [1, 0],
          [0, 1],
        ],
      }),
      diffusion: 1,
      tau,
    });
    expect(later(still, 1)).toBe(still);
    expect(await stepsOf(watch, still)).toEqual([1, 2, 3].map(() => [undefined, tau]));
  });
});

describe("the programs of a per-step solver", async () => {
  const engine = await openEngine("auto", { threads: 1 });
  afterAll(() => engine.dispose());

  it("are the same for all flows of a family, which give their conditions as arrays", async () => {
    let made = 0;
    const counting = {
      ...engine,
      jit: ((...args: Parameters<typeof engine.jit>) => {
        made++;
        return engine.jit(...args);
      }) as typeof engine.jit,
    };
    const solver = perStepSolver(counting, { maximum: 6 });
    for await (const _ of rollout(solver, { flow, cloud }, { steps: 1, key: keyFrom(3) }));
    const once = made;
    for await (const _ of rollout(solver, { flow, cloud }, { steps: 4, key: keyFrom(3) }));
    expect(made).toBe(once);
    expect(made).toBeGreaterThan(0);
  });

  it.each([0, 2])("make the step that a flow of numbers makes, %s later", async (by) => {
    const member = later(flow, by);
    const { at: _at, conditions: _conditions, ...alone } = member;
    const solver = perStepSolver(engine, { maximum: 10, scaling: "axes" });
    const state = await solver.init(flow, cloud, keyFrom(4));
    const [one, other] = [await solver.step(member, cloud, state), await solver.step(alone, cloud, state)];
    expect(one.info.objective).toBeLessThan(0);
    one.cloud.positions.forEach((x, i) => {
      expect(Math.abs(x - other.cloud.positions[i])).toBeLessThan(1e-3);
    });
  });

  it("see all conditions of a family, not the time alone", async () => {
    const family = flowFamily({ strength: 1, time: 0.1 }, ({ strength }) =>
      gradientFlow({
        name: "spring",
        dimension: 2,
        energy: freeEnergy({
          internal: entropy(strength),
          potential: modePotential({ stiffnesses: [1, 1] }),
        }),
        mobility: linearMobility({ rates: [1, 2] }),
        tau: 0.1,
      }),
    );
    const solver = perStepSolver(engine, { maximum: 10 });
    const state = await solver.init(family, cloud, keyFrom(5));
    const weak = await solver.step(family, cloud, state);
    const strong = await solver.step(conditioned(family, { strength: 3 }), cloud, state);
    const spread = ({ positions }: Cloud) => Float64Array.from(positions).reduce((sum, x) => sum + x * x, 0);
    expect(spread(strong.cloud)).toBeGreaterThan(1.1 * spread(weak.cloud));
  });
});
