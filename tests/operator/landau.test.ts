/** @file The operator in the metric of collisions. */

import { afterAll, describe, expect, it } from "vitest";
import { openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { initialOperatorState, stepClouds } from "../../src/operator/solver.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { landau } from "../../src/systems/landau/flow.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const flow = landau({ dimension: 2, constant: 1 / 16, exponent: 0, tau: 0.1, logDeterminant: "exact" });
const architecture = { dimension: 2, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 8, code: 8 };
const initial = initialParameters(operatorParameters(architecture), keyFrom(1));
const noise = normals(keyFrom(2), initial.length);
// Gates of any kind: what follows must hold whatever the network has learned.
const parameters = initial.map((value, i) => value + 0.2 * noise[i]);
const evaluate = fieldEvaluator(engine, { flow, architecture, parameters });
const operator = { flow, evaluate, context: 512 };

describe("the operator for Landau steps", () => {
  it("leaves a Maxwellian alone, at any temperature and mean velocity", async () => {
    for (const variance of [0.3, 2]) {
      const measure = gaussian({
        mean: [1, -2],
        covariance: [
          [variance, 0],
          [0, variance],
        ],
      });
      const cloud = sampleCloud(measure, keyFrom(3), 700);
      const [{ value }] = await evaluate([{ context: cloud, queries: cloud.positions }]);
      expect(Math.max(...Array.from(value, Math.abs))).toBeLessThan(1e-4);
    }
  });

  it("keeps momentum to rounding, and adds to the energy what the step's length is known to add", async () => {
    const measure = gaussianMixture({
      weights: [0.4, 0.6],
      means: [
        [-1, 0.5],
        [0.8, -0.4],
      ],
      deviations: [0.5, 0.9],
    });
    const cloud = sampleCloud(measure, keyFrom(4), 900);
    const item = { cloud, state: initialOperatorState(cloud, keyFrom(5)) };
    const untrained = fieldEvaluator(engine, { flow, architecture, parameters: initial });
    const [{ cloud: after, info }] = await stepClouds({ ...operator, evaluate: untrained }, [item]);
    expect(info.portion).toBe(1);
    const [from, to] = [cloud, after].map(({ positions }) => moments(positions, 2));
    to.mean.forEach((m, k) => {
      expect(Math.abs(m - from.mean[k])).toBeLessThan(1e-14);
    });
    let moved = 0;
    for (let i = 0; i < after.positions.length; i++)
      moved += (after.positions[i] - cloud.positions[i]) ** 2 / cloud.count;
    const [before, now] = [from, to].map(({ covariance }) => covariance[0][0] + covariance[1][1]);
    expect(moved).toBeGreaterThan(1e-6);
    expect(Math.abs(now - before - moved)).toBeLessThan(1e-13);
  });
});
