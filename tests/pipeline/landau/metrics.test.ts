/** @file What the numbers of a course are called and mean, on courses made by hand. */

import { describe, expect, it } from "vitest";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import type { LandauCourse } from "../../../src/pipeline/evaluations/landau/course.ts";
import { courseMetrics, entropyOffset } from "../../../src/pipeline/evaluations/landau/courseMetrics.ts";
import { listeningFlow } from "../../../src/pipeline/evaluations/landau/listening.ts";
import { landauBlob } from "../../../src/pipeline/evaluations/landau/methods.ts";
import {
  type LandauTimeOptions,
  landauTimeSuite,
  type NamedLandauCourse,
} from "../../../src/pipeline/evaluations/landau/overTime.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { landauAffineJkoSolver } from "../../../src/systems/landau/affine.ts";
import { landau } from "../../../src/systems/landau/flow.ts";

const normal = gaussian({
  mean: [0, 0],
  covariance: [
    [1, 0],
    [0, 1],
  ],
});
const flow = landau({ dimension: 2, constant: 1, exponent: 0, tau: 0.5 });
const law = { initial: normal, from: 3, equilibrium: normal, initialEntropy: -2, flowAt: () => flow };
const course: LandauCourse = {
  times: [3, 3.5, 4],
  entropies: [-1.9, -2.1, -2.05],
  energy: 2,
  energyGains: [0, 0.25, 0.5],
  predictedGains: [0, 0.25, 0.375],
  momentumShift: 0.125,
  objectives: [0, -0.1, 0.1],
  carriedErrors: [],
  scoreErrors: [],
  determinants: [1, 0.5, 0.75],
  snapshots: [],
  seconds: 3,
};
const options: LandauTimeOptions = {
  suite: "s",
  title: "",
  law,
  tau: 0.5,
  steps: 2,
  particles: 1,
  methods: [],
  times: [],
  window: { axes: [], deviation: 1 },
};
const named = (id: string): NamedLandauCourse => ({
  method: { ...landauBlob(), id },
  course,
  densities: [{ time: 4, values: new Float64Array(0), error: 0.5, gap: 0.25 }],
});

describe("metrics of a course", () => {
  const metrics = courseMetrics(options, [named("a"), named("blob")], [{ time: 4, error: 0.25 }]);

  it("count steps in which entropy does not fall, and those that gain nothing", () => {
    expect(metrics["s.a.rises"]).toBe(1);
    expect(metrics["s.a.uncertified"]).toBe(1);
    expect(metrics["s.a.smallestDeterminant"]).toBe(0.5);
    expect(metrics["s.a.secondsPerStep"]).toBe(1.5);
  });

  it("hold the gain of energy against the sum of the steps' squares", () => {
    expect(metrics["s.a.heat"]).toBe(0.5);
    expect(metrics["s.a.heatMismatch"]).toBe(0.125);
    expect(metrics["s.a.momentum"]).toBe(0.125);
    expect(metrics["s.a.heatOverExact"]).toBeUndefined();
  });

  it("count the entropy from what the initial sample is off by", () => {
    expect(entropyOffset(law, course)).toBeCloseTo(0.1, 12);
    expect(metrics["s.a.entropyExcess"]).toBeCloseTo(-2.05 - 0.1 + normal.entropy, 12);
    const { initialEntropy: _, ...unknown } = law;
    expect(entropyOffset(unknown, course)).toBe(0);
  });

  it("hold smoothed densities against samples and the blob method, which is not compared with itself", () => {
    expect(metrics["s.a.overFloor.4"]).toBe(2);
    expect(metrics["s.a.besideBlob.4"]).toBe(0.25);
    expect(metrics["s.blob.besideBlob.4"]).toBeUndefined();
    expect(metrics["s.a.score"]).toBeUndefined();
    expect(metrics["s.a.carried.4"]).toBeUndefined();
  });
});

it("a suite refuses times outside its run", () => {
  expect(() => landauTimeSuite({ ...options, times: [3, 4] })).not.toThrow();
  expect(() => landauTimeSuite({ ...options, times: [2] })).toThrow(/from 3 to 4/);
});

it("a listening flow makes the same step, and hears its field until it forgets", async () => {
  const cloud = sampleCloud(
    gaussian({
      mean: [0, 0],
      covariance: [
        [2, 0],
        [0, 1],
      ],
    }),
    keyFrom(1),
    50,
  );
  const listening = listeningFlow(flow);
  expect(listening.heard(50)).toBeUndefined();
  const solver = landauAffineJkoSolver();
  const [own, heard] = [await solver.step(flow, cloud, null), await solver.step(listening.flow, cloud, null)];
  expect(heard.cloud.positions).toEqual(own.cloud.positions);
  const field = listening.heard(50);
  const velocity = field && flow.mobility.applyArrays(field, cloud).value;
  const shift = Float64Array.from(own.cloud.positions, (x, k) => (x - cloud.positions[k]) / flow.tau);
  shift.forEach((u, k) => {
    expect(u).toBeCloseTo((velocity as ArrayLike<number>)[k], 10);
  });
  expect(listening.heard(49)).toBeUndefined();
  listening.forget();
  expect(listening.heard(50)).toBeUndefined();
});
