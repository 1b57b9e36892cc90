/** @file Networks trained in every step of the flow, against the exact moments and the exact potential. */

import { afterAll, describe, expect, it } from "vitest";
import { openEngine } from "../../../src/engine/engine.ts";
import { perStepSolver } from "../../../src/jko/perStep.ts";
import { rollout } from "../../../src/jko/solver.ts";
import type { Cloud } from "../../../src/measures/cloud.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gibbs } from "../../../src/measures/gibbs.ts";
import { quietStart } from "../../../src/measures/quietStart.ts";
import { rotatedProduct } from "../../../src/measures/rotatedProduct.ts";
import { moments } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { affineFlowSolver } from "../../../src/systems/polchinski/affine.ts";
import { polchinski } from "../../../src/systems/polchinski/flow.ts";
import { phi4Ring } from "../../../src/systems/polchinski/phi4.ts";
import { recoveredPotential, renormalisedPotential } from "../../../src/systems/polchinski/renormalised.ts";
import { heatKernelSchedule, linearSchedule } from "../../../src/systems/polchinski/schedules.ts";
import { polchinskiTransition, transitionMoments } from "../../../src/systems/polchinski/transition.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

async function last(...[solver, problem, options]: Parameters<typeof rollout>): Promise<Cloud> {
  let { cloud } = problem;
  for await (const frame of rollout(solver, problem, options)) cloud = frame.cloud;
  return cloud;
}

describe("a quartic site", () => {
  const field = phi4Ring({ sites: 1, mass2: 1, coupling: 2, quadratic: -2 });
  const schedule = linearSchedule([1]);
  const measure = gibbs({
    potential: {
      value: (x) => 0.5 * x ** 4 - 0.5 * x * x,
      gradient: (x) => 2 * x ** 3 - x,
      hessian: () => 0,
    },
    diffusion: 1,
    interval: [-5, 5],
  });
  const positions = quietStart(rotatedProduct({ factors: [measure], rotation: [[1]] }), keyFrom(1), 2048);
  const cloud = { dimension: 1, count: 2048, positions, logDensity: measure.logDensity(positions) };

  it("keeps to the exact variance and to the potential by quadrature", async () => {
    const [tau, steps] = [0.01, 20];
    const solver = perStepSolver(engine, { holdOut: 0, maximum: 10 });
    const flow = polchinski({ schedule, tau });
    const after = await last(
      solver as Parameters<typeof rollout>[0],
      { flow, cloud },
      { steps, key: keyFrom(2) },
    );
    const time = tau * steps;
    const start = moments(positions, 1);
    const exact = transitionMoments(polchinskiTransition(schedule, { to: time }), start).covariance[0][0];
    expect(Math.abs(moments(after.positions, 1).covariance[0][0] / exact - 1)).toBeLessThan(0.005);
    const potential = renormalisedPotential(field.potential, { covariance: [time], nodes: 48 });
    const recovered = recoveredPotential(schedule, after, time);
    const origin = recovered[0] - potential.value([after.positions[0]]);
    const errors = Array.from(
      recovered,
      (value, i) => value - origin - potential.value([after.positions[i]]),
    );
    // Of a potential that spans about two units over the bulk.
    const bulk = errors.filter((_, i) => Math.abs(after.positions[i]) < 1.2);
    expect(Math.max(...bulk) - Math.min(...bulk)).toBeLessThan(0.08);
  });
});

it("finds the closed form of a Gaussian whose modes differ in width by ten, in a frame by axes", async () => {
  const schedule = heatKernelSchedule([1, 4]);
  const flow = polchinski({ schedule, from: 1, tau: 0.05 });
  const start = gaussian({
    mean: [0, 0],
    covariance: [
      [0.2, 0.004],
      [0.004, 0.002],
    ],
  });
  const cloud = sampleCloud(start, keyFrom(3), 4096);
  const options = { steps: 3, key: keyFrom(4) };
  const closed = await last(affineFlowSolver() as Parameters<typeof rollout>[0], { flow, cloud }, options);
  const errorOf = async (scaling: "axes" | "cloud") => {
    const solver = perStepSolver(engine, { scaling, network: { form: "affine" }, holdOut: 0, maximum: 12 });
    const own = await last(solver as Parameters<typeof rollout>[0], { flow, cloud }, options);
    const [a, b] = [own, closed].map(({ positions }) => moments(positions, 2).covariance);
    return Math.max(...[0, 1].map((k) => Math.abs(a[k][k] / b[k][k] - 1)));
  };
  expect(await errorOf("axes")).toBeLessThan(5e-3);
  expect(await errorOf("cloud")).toBeGreaterThan(await errorOf("axes"));
});
