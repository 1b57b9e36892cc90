/** @file What the evaluations of the Landau equation measure, on solvers and fields of which it is known. */

import { describe, expect, it } from "vitest";
import type { Solver } from "../../../src/jko/solver.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import type { EvaluationContext } from "../../../src/pipeline/definition.ts";
import { carriedError, followLandau } from "../../../src/pipeline/evaluations/landau/course.ts";
import { entropyGaps } from "../../../src/pipeline/evaluations/landau/courseMetrics.ts";
import { followCovariance } from "../../../src/pipeline/evaluations/landau/covarianceCourse.ts";
import {
  cloudDensity,
  lineOf,
  measureDensity,
  sampleFloor,
} from "../../../src/pipeline/evaluations/landau/densities.ts";
import { landauBlob, landauOracle } from "../../../src/pipeline/evaluations/landau/methods.ts";
import { projectedScoreError } from "../../../src/pipeline/evaluations/landau/scoreError.ts";
import { normals } from "../../../src/random/draw.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { landauAffineJkoSolver, landauAffineScoreSolver } from "../../../src/systems/landau/affine.ts";
import { bkwSolution } from "../../../src/systems/landau/bkw.ts";
import { landau } from "../../../src/systems/landau/flow.ts";
import { maxwellian } from "../../../src/systems/landau/moments.ts";
import { anisotropicProblem } from "../../../src/systems/landau/problems.ts";

const context = {
  clock: () => 0,
  progress: () => undefined,
  signal: new AbortController().signal,
} as unknown as EvaluationContext;
const [from, tau, constant] = [1, 0.05, 1 / 16];
const solution = bkwSolution({ dimension: 2, constant, amplitude: 0.5 });
const identity = [
  [1, 0],
  [0, 1],
];
const law = {
  initial: solution.at(from),
  from,
  exact: solution,
  equilibrium: maxwellian({ mean: [0, 0], covariance: identity }),
  flowAt: (options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }) =>
    landau({ dimension: 2, constant, exponent: 0, ...options }),
};
const run = {
  law,
  flow: law.flowAt({ tau, logDeterminant: "exact" }),
  cloud: sampleCloud(law.initial, keyFrom(1), 2000),
  steps: 4,
  snapshots: [0, 4],
  key: keyFrom(2),
};

describe("a course of the exact score", () => {
  const course = followLandau(context, landauOracle(solution, from).solver(undefined as never, 0), run);

  it("has no error of the score, keeps the invariants and follows the entropy", async () => {
    const { scoreErrors, momentumShift, entropies, times, carriedErrors, energyGains, predictedGains } =
      await course;
    expect(scoreErrors.length).toBe(4);
    expect(Math.max(...scoreErrors)).toBeLessThan(1e-20);
    expect(momentumShift).toBeLessThan(1e-13);
    expect(times.map((time) => Number(time.toFixed(6)))).toEqual([1, 1.05, 1.1, 1.15, 1.2]);
    expect(carriedErrors[0]).toBe(0);
    expect(carriedErrors[4]).toBeLessThan(5e-3);
    expect(carriedErrors[4]).toBeGreaterThan(0);
    const gaps = entropyGaps(solution.entropy, { entropies, times });
    expect(Math.max(...(gaps as number[]).map(Math.abs))).toBeLessThan(1e-3);
    energyGains.forEach((gain, k) => {
      expect(Math.abs(gain - predictedGains[k])).toBeLessThan(1e-12);
    });
    expect(predictedGains[4] / solution.energyDrift({ tau, from, to: 1.2 })).toBeCloseTo(1, 1);
  });

  it("keeps particles where they are asked for, at the equation's times", async () => {
    const { snapshots } = await course;
    expect(snapshots.map(({ time }) => Number(time.toFixed(6)))).toEqual([1, 1.2]);
    expect(snapshots[0].cloud).toBe(run.cloud);
  });
});

describe("a course of a solver that moves nothing", () => {
  const still: Solver<unknown> = {
    ...landauOracle(solution, from).solver(undefined as never, 0),
    step: async (flow, cloud, state) => ({
      ...(await landauOracle(solution, from)
        .solver(undefined as never, 0)
        .step(flow, cloud, 0)),
      cloud,
      state,
    }),
  };
  it("has a carried error that grows, and gains nothing", async () => {
    const { carriedErrors, energyGains, predictedGains } = await followLandau(context, still, run);
    carriedErrors.forEach((error, k) => {
      if (k > 0) expect(error).toBeGreaterThan(carriedErrors[k - 1]);
    });
    expect(energyGains[4]).toBe(0);
    expect(predictedGains[4]).toBe(0);
  });
});

it("a solver without a field has no error of its score", async () => {
  const blob = landauBlob().solver(undefined as never, 0);
  const few = { ...run, cloud: sampleCloud(law.initial, keyFrom(1), 100) };
  expect((await followLandau(context, blob, few)).scoreErrors).toEqual([]);
});

describe("errors", () => {
  const exact = law.initial.score(Float64Array.from(run.cloud.positions));

  it("of a score do not see what collisions do not, and see what they do", () => {
    const shifted = exact.map((s, k) => s + 0.3 * run.cloud.positions[k] + [0.2, -0.5][k % 2]);
    expect(projectedScoreError(shifted, exact, run.cloud)).toBeLessThan(1e-20);
    const noise = normals(keyFrom(3), exact.length);
    const size = exact.reduce((sum, s) => sum + s * s, 0) / exact.length;
    const noisy = exact.map((s, k) => s + 0.1 * noise[k]);
    expect((projectedScoreError(noisy, exact, run.cloud) * size) / 0.01).toBeCloseTo(1, 1);
  });

  it("of carried densities are relative", () => {
    const logDensity = run.cloud.logDensity.map((l) => l + Math.log(1.1));
    expect(carriedError({ logDensity }, run.cloud.logDensity)).toBeCloseTo(0.1, 10);
  });
});

describe("densities", () => {
  const axis = { low: -4, high: 4, cells: 80 };
  const window = { axes: [axis, axis], deviation: 0.15 };

  it("on a line are those of the window there", () => {
    const whole = { axes: [axis, { low: -4.05, high: 4.05, cells: 81 }], deviation: 0.15 };
    const plane = cloudDensity(run.cloud, whole);
    const line = cloudDensity(run.cloud, lineOf(whole));
    line.forEach((value, k) => {
      expect(value).toBeCloseTo(plane[k * 81 + 40], 12);
    });
  });

  it("of samples come closer to the measure with their number", () => {
    const floor = (count: number) => sampleFloor(law.initial, window, { key: keyFrom(4), count, draws: 2 });
    expect(floor(500) / floor(8000)).toBeGreaterThan(2.5);
    const volume = 0.1 ** 2;
    expect(measureDensity(law.initial, window).reduce((sum, f) => sum + f * volume, 0)).toBeCloseTo(1, 3);
  });
});

describe("covariance courses", () => {
  const problem = anisotropicProblem({ variances: [1.8, 0.2, 1], constant: 1 / 24 });
  const flow = landau({ dimension: 3, constant: 1 / 24, exponent: 0, tau: 0.01, logDeterminant: "linear" });
  const cloud = sampleCloud(problem.initial, keyFrom(5), 400);
  const course = (solver: Solver<null>) =>
    followCovariance(context, solver as Solver<unknown>, {
      flow,
      cloud,
      steps: 20,
      key: keyFrom(0),
      initial: problem.initial.covariance,
    });

  it("of affine JKO steps obey the law from the sample's own start; score matching does not", async () => {
    const [jko, score] = [await course(landauAffineJkoSolver()), await course(landauAffineScoreSolver())];
    expect(jko.ownErrors[0]).toBeLessThan(1e-12);
    expect(jko.ownErrors[20]).toBeLessThan(0.01);
    expect(jko.errors[20]).toBeGreaterThan(5 * jko.ownErrors[20]);
    expect(score.ownErrors[20]).toBeGreaterThan(1.5 * jko.ownErrors[20]);
    expect(jko.uncertified).toBe(0);
  });
});
