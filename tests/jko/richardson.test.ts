import { describe, expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { moveCloud } from "../../src/jko/move.ts";
import { globalExtrapolation, localExtrapolation } from "../../src/jko/richardson.ts";
import { rollout, type Solver } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments, observedOrder } from "../../src/metrics/statistics.ts";
import { wassersteinGaussian } from "../../src/metrics/wasserstein.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { affineVelocity } from "../../src/systems/fokkerPlanck/solvers.ts";

const matrix = [
  [2, 0.5],
  [0.5, 1],
];
const system = ornsteinUhlenbeck({ stiffness: matrix, diffusion: 0.5 });
const potential = quadraticPotential({ matrix });
const rho = gaussian({
  mean: [1, 2],
  covariance: [
    [1, -0.3],
    [-0.3, 0.5],
  ],
});
const cloud = sampleCloud(rho, keyFrom(1), 64);

/** The exact JKO step of the Gaussian with the cloud's own mean and covariance: it follows whatever cloud it is given. */
const exactStep: Solver<null> = {
  name: "exact JKO step",
  init: async () => null,
  async step(flow, before, state) {
    const { map } = system.jkoStep(moments(before.positions, 2), flow.tau);
    const velocity = affineVelocity(map, before, flow.tau);
    return { ...moveCloud(flow, before, { velocity, portion: 1, iterations: 0 }), state };
  },
};

const solution = system.flow(moments(cloud.positions, 2), 1);

/** The order of `W₂` to the equation's solution at time 1, and that of the error of the mean log-density. */
async function orders<State>(solver: Solver<State>) {
  const counts = [16, 32, 64, 128];
  const [distances, energies]: [number[], number[]] = [[], []];
  for (const steps of counts) {
    const flow = fokkerPlanck({ dimension: 2, potential, diffusion: 0.5, tau: 1 / steps });
    for await (const frame of rollout(solver, { flow, cloud }, { steps, key: keyFrom(2) })) {
      if (frame.step < steps) continue;
      distances.push(wassersteinGaussian(moments(frame.cloud.positions, 2), solution));
      const change = Array.from(frame.cloud.logDensity, (l, i) => (cloud.logDensity[i] - l) / 64).reduce(
        (sum, l) => sum + l,
        0,
      );
      energies.push(Math.abs(change - logDeterminantChange));
    }
  }
  const sizes = counts.map((n) => 1 / n);
  return { distance: observedOrder(sizes, distances), density: observedOrder(sizes, energies) };
}

const determinant = ([[a, b], [c, d]]: readonly (readonly number[])[]) => a * d - b * c;
/** `log det` of any affine map from the initial Gaussian to the solution. */
const logDeterminantChange =
  0.5 * Math.log(determinant(solution.covariance) / determinant(moments(cloud.positions, 2).covariance));

describe("the order in time on an Ornstein–Uhlenbeck process", () => {
  it("is 1 for JKO steps", async () => {
    const { distance, density } = await orders(exactStep);
    expect(Math.abs(distance - 1)).toBeLessThan(0.15);
    expect(Math.abs(density - 1)).toBeLessThan(0.15);
  });

  it.each([
    ["locally", localExtrapolation(exactStep)],
    ["globally", globalExtrapolation(exactStep)],
  ] as const)("is 2 when they are extrapolated %s", async (_name, solver) => {
    const { distance, density } = await orders(solver as Solver<unknown>);
    expect(distance).toBeGreaterThan(1.8);
    expect(density).toBeGreaterThan(1.8);
  });
});
