/** @file Large clouds of the per-step solver, in tiles that threads share. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { ndarray, scalar } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { gradientFlow } from "../../src/jko/flow.ts";
import { fieldSpecs } from "../../src/jko/perStepField.ts";
import { perStepPrograms } from "../../src/jko/perStepPrograms.ts";
import { besideEachOther, tilesFor, tilesOf } from "../../src/jko/perStepTiles.ts";
import { wasserstein } from "../../src/mobilities/mobility.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { adamRate } from "../../src/optimizers/adam.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const network = { form: "mlp", hidden: [100] } as const;
const particles = 5001;
const potential = quadraticPotential({
  matrix: [
    [1, 0],
    [0, 2],
  ],
});
const flow = gradientFlow({
  name: "plane",
  dimension: 2,
  energy: freeEnergy({ internal: entropy(1), potential }),
  mobility: wasserstein,
  tau: 0.1,
});
const specs = fieldSpecs(flow, network);
const initial = initialParameters(specs, keyFrom(1));
const noise = normals(keyFrom(2), initial.length);
const flat = ndarray(
  initial.map((value, i) => value + 0.1 * noise[i]),
  [initial.length],
);
const cloud = {
  positions: ndarray(Float32Array.from(normals(keyFrom(3), 2 * particles)), [1, particles, 2]),
  logDensity: ndarray(Float32Array.from(normals(keyFrom(4), particles)), [1, particles]),
};
const frame = {
  shift: ndarray(new Float32Array(2), [1, 1, 2]),
  radius: ndarray(new Float32Array(2).fill(1), [1, 1, 2]),
  reach: ndarray(Float32Array.of(0.1), [1, 1, 1]),
};

const threadCounts = [1, 2];
let engines: Engine[];
beforeAll(async () => {
  engines = await Promise.all(threadCounts.map((threads) => openEngine("onnx", { threads })));
});
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

const results = () =>
  Promise.all(
    engines.map(async (engine) => {
      const programs = perStepPrograms(engine, flow, { network, loss: "jko" });
      const zeros = ndarray(new Float32Array(initial.length), [initial.length]);
      const state = { parameters: flat, first: zeros, second: zeros };
      return {
        ...(await programs.lossAndGradient(flat, frame, cloud)),
        ...(await programs.field(flat, frame, cloud)),
        next: await programs.adam(state, { frame, cloud }, scalar(adamRate(1e-2, 1))),
      };
    }),
  );

test("are differentiated and moved to the same bytes, however many threads there are", async () => {
  expect(tilesFor(100 * particles)).toBe(2);
  const [one, two] = await results();
  expect(two).toEqual(one);
});

test("have the values, the gradient and the field that small clouds of the same particles have", async () => {
  const programs = perStepPrograms(engines[0], flow, { network, loss: "jko" });
  const pieces = tilesOf(cloud, 3); // small enough to be tiles by themselves
  expect(tilesFor((100 * particles) / 3)).toBe(1);
  const alone = await Promise.all(
    pieces.map(async (piece) => ({
      ...(await programs.lossAndGradient(flat, frame, piece)),
      ...(await programs.field(flat, frame, piece)),
    })),
  );
  const [together] = await results();
  for (const name of ["values", "value", "jacobian"] as const) {
    const joined = besideEachOther(alone.map((part) => part[name]));
    expect(joined.shape).toEqual(together[name].shape);
    expect(largestDifference(joined.data, together[name].data)).toBeLessThan(1e-5);
  }
  const mean = Array.from(initial, (_, i) =>
    alone.reduce((sum, { gradient }) => sum + gradient.data[i] / pieces.length, 0),
  );
  expect(largestDifference(mean, together.gradient.data)).toBeLessThan(1e-6);
});

test("are moved by Adam against that gradient: its first step has the length of the rate everywhere", async () => {
  const [{ gradient, next }] = await results();
  const large = Array.from(gradient.data.keys()).filter((i) => Math.abs(gradient.data[i]) > 1e-4);
  expect(large.length).toBeGreaterThan(initial.length / 2);
  for (const i of large) {
    const step = next.parameters.data[i] - flat.data[i];
    expect(Math.abs(step + 1e-2 * Math.sign(gradient.data[i]))).toBeLessThan(1e-4);
  }
});

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
