/** @file The operator on a circle: periodic, rotated with the density, exact in its Jacobian, at rest where nothing drives it. */

import { afterAll, describe, expect, it } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { wassersteinFlow } from "../../src/jko/flow.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { cosineCircle } from "../../src/measures/cosineCircle.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const period = 3;
const flow = wassersteinFlow({
  name: "heat on a circle",
  dimension: 1,
  torus: { coordinates: { start: 0, count: 1 }, period },
  energy: freeEnergy({ internal: entropy(1) }),
  tau: 0.05,
});
const architecture = { dimension: 1, chart: 2, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 8, code: 8 };
const initial = initialParameters(operatorParameters(architecture), keyFrom(1));
const noise = normals(keyFrom(2), initial.length);
// Gates of any kind: what follows must hold whatever the network has learned.
const parameters = initial.map((value, i) => value + 0.2 * noise[i]);
const evaluate = fieldEvaluator(engine, { flow, architecture, parameters });
const untrained = fieldEvaluator(engine, { flow, architecture, parameters: initial });

const density = cosineCircle({ length: period, amplitude: 0.5, mode: 1 });
const cloud = sampleCloud(density, keyFrom(3), 700);
const shifted = (by: number): Cloud => ({ ...cloud, positions: cloud.positions.map((x) => x + by) });
const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));
const difference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  largest(Array.from(a, (value, i) => value - b[i]));

describe("the operator on a circle", () => {
  it("is periodic, and turns with the density", async () => {
    const [here] = await evaluate([{ context: cloud, queries: cloud.positions }]);
    const winding: Cloud = { ...cloud, positions: cloud.positions.map((x, i) => x + ((i % 5) - 2) * period) };
    const [wound] = await evaluate([{ context: winding, queries: winding.positions }]);
    const [turned] = await evaluate([{ context: shifted(0.8), queries: shifted(0.8).positions }]);
    expect(largest(here.value)).toBeGreaterThan(0.1);
    expect(difference(wound.value, here.value)).toBeLessThan(2e-4 * largest(here.value));
    expect(difference(turned.value, here.value)).toBeLessThan(2e-4 * largest(here.value));
  });

  it("has its exact Jacobian", async () => {
    const h = 2e-3;
    const [at] = await evaluate([{ context: cloud, queries: cloud.positions }]);
    const [ahead, behind] = await evaluate(
      [h, -h].map((by) => ({ context: cloud, queries: shifted(by).positions })),
    );
    const quotient = Array.from(ahead.value, (value, i) => (value - behind.value[i]) / (2 * h));
    expect(difference(quotient, at.jacobian)).toBeLessThan(5e-3 * largest(at.jacobian));
  });

  it("leaves the uniform density alone", async () => {
    const uniform = { ...cloud, logDensity: new Float64Array(cloud.count).fill(-Math.log(period)) };
    const [{ value }] = await evaluate([{ context: uniform, queries: uniform.positions }]);
    expect(largest(value)).toBeLessThan(1e-6);
  });

  it("begins with the score, as a linearly implicit step of a flat potential does", async () => {
    const [{ value }] = await untrained([{ context: cloud, queries: cloud.positions }]);
    const score = density.score(Float64Array.from(cloud.positions));
    const squares = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x * x, 0);
    const error = Array.from(value, (v, i) => v + score[i]);
    expect(Math.sqrt(squares(error) / squares(score))).toBeLessThan(0.08);
  });
});
