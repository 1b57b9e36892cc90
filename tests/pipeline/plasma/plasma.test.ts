/** @file What is measured of plasmas: growth rates, moments, vortices, courses, pictures around the circle. */

import { afterAll, describe, expect, it } from "vitest";
import { phaseSpace } from "../../../src/domains/phaseSpace.ts";
import { openEngine } from "../../../src/engine/engine.ts";
import type { Cloud } from "../../../src/measures/cloud.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import type { EvaluationContext } from "../../../src/pipeline/definition.ts";
import { coast, followPlasma } from "../../../src/pipeline/evaluations/plasma/course.ts";
import { linearGrowth, quietCloud } from "../../../src/pipeline/evaluations/plasma/growth.ts";
import { growthRate } from "../../../src/pipeline/evaluations/plasma/growthRate.ts";
import { longestWave, plasmaMoment } from "../../../src/pipeline/evaluations/plasma/moment.ts";
import { periodicDensity } from "../../../src/pipeline/evaluations/plasma/phasePanels.ts";
import { coreDensity } from "../../../src/pipeline/evaluations/plasma/vortex.ts";
import { normals, uniforms } from "../../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import { kickSolver } from "../../../src/systems/kinetic/langevin.ts";
import { twoStream } from "../../../src/systems/kinetic/twoStream.ts";
import { vlasovPoissonFokkerPlanck } from "../../../src/systems/kinetic/vlasov.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

const length = 4 * Math.PI;
const streams = { length, amplitude: 0.001, mode: 1, speed: 1.5, deviation: 0.5, transverse: [] };
const flow = vlasovPoissonFokkerPlanck({
  space: phaseSpace({ positions: 1, velocities: 1, period: length }),
  mass: length,
  cells: 64,
  scheme: "drift-kick",
  gauss: "spectral",
  strength: 1,
  temperature: 1,
  tau: 0.1,
  logDeterminant: "exact",
});
const { cells } = flow.conservative;
const context = {
  engine,
  clock: () => 0,
  signal: new AbortController().signal,
  progress: () => {},
} as unknown as EvaluationContext;

/** Particles at `at(i)`. */
function cloudOf(count: number, at: (i: number) => readonly [x: number, v: number]): Cloud {
  const positions = Float64Array.from({ length: 2 * count }, (_, k) => at(k >> 1)[k % 2]);
  return { dimension: 2, count, positions, logDensity: new Float64Array(count) };
}

describe("the growth rate of a wave", () => {
  it("is that of an exponential between a transient and saturation", () => {
    const course = Array.from({ length: 301 }, (_, k) => {
      const t = k / 10;
      const growing = 1e-3 * Math.exp(0.4 * t);
      return [t, 0.05 * Math.exp(-2 * t) + growing / (1 + growing ** 4) ** 0.25] as const;
    });
    const { rate, line } = growthRate(course, { from: 0.02, to: 0.3 });
    expect(rate).toBeCloseTo(0.4, 3);
    expect(Math.log(line[1][1] / line[0][1]) / (line[1][0] - line[0][0])).toBeCloseTo(rate, 12);
  });

  it("is refused where nothing grows", () => {
    const falling = Array.from({ length: 50 }, (_, k) => [k, Math.exp(-k)] as const);
    expect(() => growthRate(falling, { from: 0.02, to: 0.3 })).toThrow(/must grow/);
  });

  it("of two streams from a quiet start is that of linear theory", () => {
    const cloud = quietCloud(streams, keyFrom(1), 20_000);
    const { moments } = coast(context, { flow, cloud, steps: 300, snapshots: [] });
    const course = moments.map(({ time, wave }) => [time, wave] as const);
    const exact = linearGrowth(flow, streams);
    expect(exact).toBeCloseTo(0.2749, 4);
    expect(Math.abs(growthRate(course, { from: 0.02, to: 0.3 }).rate / exact - 1)).toBeLessThan(0.03);
    const drift = Math.max(...moments.map(({ energy }) => Math.abs(energy - moments[0].energy)));
    expect(drift).toBeLessThan(0.002);
  });
});

describe("the longest wave of a field", () => {
  it("has its amplitude, and traps particles where its potential is least", () => {
    const c = 3.1;
    const field = Float64Array.from(
      { length: 64 },
      (_, j) =>
        0.7 * Math.cos((2 * Math.PI * ((j + 0.5) * cells.width - c)) / length) +
        0.4 * Math.sin(5 * 2 * Math.PI * ((j + 0.5) / 64)),
    );
    const { amplitude, phase } = longestWave(cells, field);
    expect(amplitude).toBeCloseTo(0.7, 12);
    expect((phase * length) / (2 * Math.PI)).toBeCloseTo(c, 12);
    // A particle at rest beside the centre is drawn back to it: E = 0 there, falling.
    const centre = c + length / 4;
    const at = (x: number) => Math.cos((2 * Math.PI * (x - c)) / length);
    expect(at(centre - 0.1)).toBeGreaterThan(0);
    expect(at(centre + 0.1)).toBeLessThan(0);
  });
});

describe("the core of a vortex", () => {
  const electric = Float64Array.from({ length: 64 }, (_, j) => Math.cos((2 * Math.PI * (j + 0.5)) / 64));
  const density = new Float64Array(64);
  const count = 50_000;
  const u = uniforms(keyFrom(2), 2 * count);

  it("is empty inside a ring of particles, wherever the ring lies", () => {
    const ring = cloudOf(count, (i) => {
      // Every fifth particle is at rest at the other side, where none is trapped.
      if (i % 5 === 0) return [0.75 * length + u[2 * i], 0.3 * (u[2 * i + 1] - 0.5)];
      const angle = 2 * Math.PI * u[2 * i];
      const radius = 1.5 + 0.2 * u[2 * i + 1];
      return [length / 4 + 2 * radius * Math.cos(angle), radius * Math.sin(angle)];
    });
    expect(coreDensity(cells, { time: 0, cloud: ring, fields: { electric, density } })).toBeLessThan(0.02);
    const elsewhere = cloudOf(count, (i) => [
      (ring.positions[2 * i] + 0.9 * length) % length,
      ring.positions[2 * i + 1],
    ]);
    const moved = Float64Array.from({ length: 64 }, (_, j) => Math.cos(2 * Math.PI * ((j + 0.5) / 64 - 0.9)));
    expect(
      coreDensity(cells, { time: 0, cloud: elsewhere, fields: { electric: moved, density } }),
    ).toBeLessThan(0.02);
  });

  it("is as full as can be in equilibrium", () => {
    const v = normals(keyFrom(3), count);
    const maxwellian = cloudOf(count, (i) => [length * u[i], v[i]]);
    expect(coreDensity(cells, { time: 0, cloud: maxwellian, fields: { electric, density } })).toBeGreaterThan(
      0.95,
    );
  });
});

describe("a course with exact collisions", () => {
  it("accounts for its energy: what changes is heat and the error of the conservative part", async () => {
    const cloud = sampleCloud(twoStream({ ...streams, amplitude: 0.3 }), keyFrom(4), 20_000);
    const course = await followPlasma(context, kickSolver(), {
      flow,
      cloud,
      steps: 20,
      snapshots: [0, 20],
      key: foldIn(keyFrom(4), "kicks"),
    });
    const change = (course.moments.at(-1)?.energy ?? 0) - course.moments[0].energy;
    expect(course.drift + course.heat).toBeCloseTo(change, 12);
    expect(course.heat).toBeLessThan(-0.6);
    expect(Math.abs(course.heat - course.expectedHeat)).toBeLessThan(0.05);
    expect(Math.abs(course.drift)).toBeLessThan(0.01);
    expect(course.snapshots.map(({ time }) => time)).toEqual([0, 2]);
    expect(course.moments[20].free).toBeNaN();
  });

  it("measures free energy with the densities that particles carry", () => {
    const cloud = sampleCloud(twoStream(streams), keyFrom(5), 50_000);
    const moment = plasmaMoment(flow, { time: 0, cloud, fields: flow.conservative.init(cloud) });
    // E log f of a uniform mixture of two distant Gaussians, and E½v² = ½(1.5² + 0.5²).
    const entropy = -Math.log(length) - Math.log(2) - 0.5 * Math.log(2 * Math.PI * Math.E * 0.25);
    expect(moment.kinetic).toBeCloseTo(1.25, 2);
    expect(moment.free - moment.energy).toBeGreaterThan(entropy);
    expect(moment.free - moment.energy).toBeCloseTo(entropy, 1);
  });
});

describe("a picture of phase space", () => {
  it("goes on around the circle, and keeps the mass", () => {
    const count = 40_000;
    const u = uniforms(keyFrom(6), count);
    const v = normals(keyFrom(7), count);
    const cloud = cloudOf(count, (i) => [length * u[i], v[i]]);
    const extent = { x: [0, length], y: [-5, 5] } as const;
    const { values, columns, rows } = periodicDensity(cloud, extent, 0.2);
    const pixel = (length / columns) * (10 / rows);
    const columnMass = (i: number) =>
      Array.from({ length: rows }, (_, j) => values[j * columns + i] * pixel).reduce((a, b) => a + b, 0);
    const masses = Array.from({ length: columns }, (_, i) => columnMass(i) * columns);
    expect(masses.reduce((a, b) => a + b, 0) / columns).toBeCloseTo(1, 2);
    // Without the other end's particles the outermost columns would hold half of this.
    for (const i of [0, columns - 1]) expect(masses[i]).toBeCloseTo(1, 0.5);
    expect(Math.abs(masses[0] / masses[columns - 1] - 1)).toBeLessThan(0.05);
  });
});
