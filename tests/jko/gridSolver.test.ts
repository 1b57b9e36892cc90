/** @file A scheme on a grid as a solver: its particles have the density of its cells. */

import { expect, it } from "vitest";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { gridSolver } from "../../src/jko/gridSolver.ts";
import { rollout } from "../../src/jko/solver.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { finiteVolumes } from "../../src/systems/fokkerPlanck/finiteVolumes.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";

it("follows a Gaussian of the Ornstein–Uhlenbeck flow", async () => {
  const stiffness = [
    [1, 0],
    [0, 2],
  ];
  const potential = quadraticPotential({ matrix: stiffness });
  const flow = fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 });
  const side = { low: -6, high: 6, cells: 60 };
  const scheme = finiteVolumes({ potential, diffusion: 1, box: [side, side] });
  const initial = gaussian({
    mean: [1, -0.5],
    covariance: [
      [0.5, 0.2],
      [0.2, 0.4],
    ],
  });
  const cloud = sampleCloud(initial, keyFrom(1), 20_000);
  const solver = gridSolver(scheme, { initial, substeps: 4 });
  let last = cloud;
  for await (const frame of rollout(solver, { flow, cloud }, { steps: 3, key: keyFrom(2) }))
    last = frame.cloud;
  const exact = ornsteinUhlenbeck({ stiffness, diffusion: 1 }).flow(initial, 0.3);
  const found = moments(last.positions, 2);
  // 20,000 particles: standard errors of about 0.006, and 0.003 more of variance for the width of a cell.
  found.mean.forEach((value, a) => {
    expect(Math.abs(value - exact.mean[a])).toBeLessThan(0.02);
  });
  found.covariance.flat().forEach((value, k) => {
    expect(Math.abs(value - exact.covariance.flat()[k])).toBeLessThan(0.035);
  });
});
