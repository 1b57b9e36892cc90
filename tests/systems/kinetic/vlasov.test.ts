/** @file Plasmas with collisions: noise of finite numbers, what the flows consist of, and that their free energy falls. */

import { afterAll, describe, expect, it } from "vitest";
import { fieldEnergy, gaussDefect } from "../../../src/conservative/gauss.ts";
import type { AmpereFields } from "../../../src/conservative/vlasovAmpere.ts";
import { phaseSpace } from "../../../src/domains/phaseSpace.ts";
import { evaluateEnergy } from "../../../src/energies/energy.ts";
import { openEngine } from "../../../src/engine/engine.ts";
import { perStepSolver } from "../../../src/jko/perStep.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { type Cloud, sampleCloud } from "../../../src/measures/cloud.ts";
import { quietStart } from "../../../src/measures/quietStart.ts";
import { estimate } from "../../../src/metrics/statistics.ts";
import { uniforms } from "../../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import { fieldNoise } from "../../../src/systems/kinetic/fieldNoise.ts";
import { velocityKick } from "../../../src/systems/kinetic/langevin.ts";
import { twoStream } from "../../../src/systems/kinetic/twoStream.ts";
import { vlasovAmpereFokkerPlanck, vlasovPoissonFokkerPlanck } from "../../../src/systems/kinetic/vlasov.ts";

import { randomCloud } from "../../conservative/plasmas.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const length = 4 * Math.PI;
const options = {
  space: phaseSpace({ positions: 1, velocities: 1, period: length }),
  mass: length,
  cells: 64,
  scheme: "verlet",
  strength: 0.5,
  temperature: 1,
  tau: 0.05,
  logDeterminant: "exact",
} as const;
const poisson = vlasovPoissonFokkerPlanck({ ...options, gauss: "spectral" });
const streams = twoStream({ length, amplitude: 0.2, mode: 1, speed: 1.5, deviation: 0.5, transverse: [] });

describe("the noise of the field", () => {
  it("is what independent particles have in the mean", () => {
    const count = 500;
    const energies = Array.from({ length: 400 }, (_, seed) => {
      const positions = uniforms(foldIn(keyFrom(1), seed), 2 * count).map((u) => u * length);
      const cloud = { dimension: 2, count, positions, logDensity: new Float64Array(count) };
      return fieldEnergy(poisson.conservative.cells, poisson.conservative.init(cloud).electric);
    });
    const { mean, standardError } = estimate(energies);
    const { independent, thermal } = fieldNoise(poisson.conservative, { particles: count, temperature: 1 });
    expect(Math.abs(mean - independent)).toBeLessThan(3 * standardError);
    expect(standardError).toBeLessThan(0.06 * independent);
    expect(thermal).toBeLessThan(0.5 * independent);
    expect(fieldNoise(poisson.conservative, { particles: count, temperature: 1e9 }).thermal).toBeCloseTo(
      independent,
      6,
    );
  });

  it("in equilibrium is what particles with collisions have in the mean over a long time", () => {
    const count = 400;
    const positions = randomCloud(keyFrom(6), count).positions;
    let cloud: Cloud = { dimension: 2, count, positions, logDensity: new Float64Array(count) };
    let fields = poisson.conservative.init(cloud);
    const collisions = { strength: 1, temperature: 1, velocities: { start: 1, count: 1 }, time: 0.1 };
    let sum = 0;
    const steps = 4000;
    for (let k = -100; k < steps; k++) {
      ({ cloud, fields } = poisson.conservative.push(cloud, fields, collisions.time));
      cloud = velocityKick(foldIn(keyFrom(7), k + 100), cloud, collisions);
      if (k >= 0) sum += fieldEnergy(poisson.conservative.cells, fields.electric) / steps;
    }
    const { thermal } = fieldNoise(poisson.conservative, { particles: count, temperature: 1 });
    expect(Math.abs(sum / thermal - 1)).toBeLessThan(0.1);
  });

  it("is absent from a quiet start", () => {
    const still = twoStream({ length, amplitude: 0, mode: 1, speed: 1.5, deviation: 0.5, transverse: [] });
    const positions = quietStart(still, keyFrom(2), 2000);
    const cloud = { dimension: 2, count: 2000, positions, logDensity: new Float64Array(2000) };
    const { independent } = fieldNoise(poisson.conservative, { particles: 2000, temperature: 1 });
    const { electric } = poisson.conservative.init(cloud);
    expect(fieldEnergy(poisson.conservative.cells, electric)).toBeLessThan(1e-3 * independent);
  });
});

describe("two streams", () => {
  it("start with the field energy of their wave, and with its exact log-density", () => {
    const cloud = { ...sampleCloud(streams, keyFrom(3), 1), count: 20_000 };
    const positions = quietStart(streams, keyFrom(3), 20_000);
    const { electric } = poisson.conservative.init({ ...cloud, positions });
    // E = (α/k) sin kx with k = ½, hence ½∫E² = L α²/4k².
    expect(fieldEnergy(poisson.conservative.cells, electric)).toBeCloseTo(length * 0.2 ** 2, 2);
    const [x, v] = [1.3, -0.7];
    const beams = 0.5 * (gauss(v - 1.5, 0.5) + gauss(v + 1.5, 0.5));
    expect(streams.logDensity(Float64Array.of(x, v))[0]).toBeCloseTo(
      Math.log(((1 + 0.2 * Math.cos(x / 2)) / length) * beams),
      12,
    );
  });
});

describe.each([
  ["Vlasov–Poisson", poisson],
  ["Vlasov–Ampère", vlasovAmpereFokkerPlanck({ ...options, initial: "gauss" })],
  [
    "Vlasov–Ampère from a field that violates the law of Gauss",
    vlasovAmpereFokkerPlanck({
      ...options,
      initial: Float64Array.from({ length: 64 }, (_, j) => 0.5 * Math.cos((2 * Math.PI * j) / 64)),
    }),
  ],
])("%s with collisions", (name, flow) => {
  it("dissipates its free energy at the rate of the collisions", async () => {
    const positions = quietStart(streams, keyFrom(4), 4096);
    const cloud = { dimension: 2, count: 4096, positions, logDensity: streams.logDensity(positions) };
    const energies: number[] = [];
    const steps = 12;
    const solver = perStepSolver(engine, { network: { form: "gradient", width: 24 } });
    for await (const frame of rollout(solver, { flow, cloud }, { steps, key: keyFrom(5) })) {
      const fields = frame.fields as AmpereFields;
      energies.push(evaluateEnergy(flow.energy, frame.cloud) + flow.conservative.energy(fields));
      if (name === "Vlasov–Ampère") expect(gaussDefect(flow.conservative.cells, fields)).toBeLessThan(1e-12);
    }
    for (let k = 1; k <= steps; k++) expect(energies[k]).toBeLessThan(energies[k - 1]);
    // The exact rate at time zero, from the score of the streams; it falls from there on.
    const score = streams.score(positions);
    let rate = 0;
    for (let i = 0; i < 4096; i++) rate += (0.5 * (positions[2 * i + 1] + score[2 * i + 1]) ** 2) / 4096;
    const fall = (energies[0] - energies[2]) / (2 * options.tau);
    expect(fall).toBeLessThan(rate);
    expect(fall).toBeGreaterThan(0.6 * rate);
  });
});

function gauss(v: number, s: number): number {
  return Math.exp(-0.5 * (v / s) ** 2) / (s * Math.sqrt(2 * Math.PI));
}
