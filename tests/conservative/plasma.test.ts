/** @file Particle-in-cell: momentum, volume, reversibility, energy, Langmuir's oscillation, and Ampère against Poisson. */

import { describe, expect, it } from "vitest";
import { gaussDefect } from "../../src/conservative/gauss.ts";
import type { Plasma, PlasmaFields } from "../../src/conservative/particleInCell.ts";
import { vlasovAmpere } from "../../src/conservative/vlasovAmpere.ts";
import { vlasovPoisson } from "../../src/conservative/vlasovPoisson.ts";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { determinant } from "../../src/linalg/lu.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { observedOrder } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { coordinate, largest, length, randomCloud, space, sum, wave } from "./plasmas.ts";

const common = { space, mass: length, cells: 64 } as const;
const poisson = (scheme: "drift-kick" | "verlet", gauss: "spectral" | "differences" = "spectral") =>
  vlasovPoisson({ ...common, scheme, gauss });
const ampere = (scheme: "drift-kick" | "verlet") => vlasovAmpere({ ...common, scheme, initial: "gauss" });

function run<Fields extends PlasmaFields>(
  plasma: Plasma<Fields>,
  start: Cloud,
  options: { readonly tau: number; readonly steps: number },
) {
  let state = { cloud: start, fields: plasma.init(start) };
  const states = [state];
  for (let k = 0; k < options.steps; k++) {
    state = plasma.push(state.cloud, state.fields, options.tau);
    states.push(state);
  }
  return states;
}

/** `½ E|v|²` and the energy of the fields. */
function energy<Fields extends PlasmaFields>(
  plasma: Plasma<Fields>,
  state: { cloud: Cloud; fields: Fields },
): number {
  const v = coordinate(state.cloud, 1);
  return (0.5 * sum(v.map((value) => value * value))) / state.cloud.count + plasma.energy(state.fields);
}

describe.each([
  ["Poisson, drift-kick", poisson("drift-kick")],
  ["Poisson, verlet", poisson("verlet")],
  ["Ampère, drift-kick", ampere("drift-kick")],
  ["Ampère, verlet", ampere("verlet")],
] as const)("%s", (_name, plasma: Plasma<PlasmaFields>) => {
  const start = randomCloud(keyFrom(4), 1000);

  it("conserves momentum and charge to rounding", () => {
    const states = run(plasma, start, { tau: 0.2, steps: 50 });
    for (const { cloud, fields } of states) {
      expect(sum(coordinate(cloud, 1)) / 1000).toBeCloseTo(sum(coordinate(start, 1)) / 1000, 12);
      expect(plasma.cells.width * sum(fields.density)).toBeCloseTo(length, 10);
    }
    const last = states[50].cloud;
    expect(largest(coordinate(last, 1).map((v, i) => v - coordinate(start, 1)[i]))).toBeGreaterThan(0.01);
    expect(Math.min(...coordinate(last, 0))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...coordinate(last, 0))).toBeLessThan(length);
  });

  it("neither changes log-densities nor what it is given", () => {
    const copy = start.positions.slice();
    const { cloud } = plasma.push(start, plasma.init(start), 0.2);
    expect(cloud.logDensity).toBe(start.logDensity);
    expect(start.positions).toEqual(copy);
  });

  it("lets a cold plasma swing at its frequency √(M/L)", () => {
    const start = wave(2048, 0.01);
    const tau = 0.02;
    const steps = Math.round((2 * Math.PI) / tau);
    const states = run(plasma, start, { tau, steps });
    const amplitude = (k: number) => {
      const field = states[k].fields.electric;
      return sum(field.map((value, j) => value * Math.sin((2 * Math.PI * (j + 0.5)) / field.length)));
    };
    for (let k = 0; k <= steps; k += 5) {
      expect(amplitude(k) / amplitude(0)).toBeCloseTo(Math.cos(k * tau), 1.5);
    }
  });

  it("keeps volume in the phase space of all particles", () => {
    const two: Cloud = {
      dimension: 2,
      count: 2,
      positions: Float64Array.of(1.1, 0.4, 1.9, -0.7),
      logDensity: new Float64Array(2),
    };
    const h = 1e-6;
    const moved = (k: number, by: number) => {
      const cloud = { ...two, positions: two.positions.map((z, i) => (i === k ? z + by : z)) };
      return plasma.push(cloud, plasma.init(cloud), 0.2).cloud.positions;
    };
    const jacobian = [0, 1, 2, 3].map((k) => {
      const [up, down] = [moved(k, h), moved(k, -h)];
      return Array.from(up, (value, i) => (value - down[i]) / (2 * h));
    });
    expect(determinant(jacobian)).toBeCloseTo(1, 8);
  });
});

describe("Vlasov–Poisson", () => {
  it("returns to its start when velocities are turned around, with verlet", () => {
    const start = randomCloud(keyFrom(5), 500);
    const plasma = poisson("verlet");
    const turned = (cloud: Cloud): Cloud => ({
      ...cloud,
      positions: cloud.positions.map((z, i) => (i % 2 === 1 ? -z : z)),
    });
    const there = run(plasma, start, { tau: 0.1, steps: 20 })[20].cloud;
    const back = turned(run(plasma, turned(there), { tau: 0.1, steps: 20 })[20].cloud);
    expect(largest(back.positions.map((z, k) => z - start.positions[k]))).toBeLessThan(1e-9);
  });

  it("keeps the energy to the order of its scheme in the time step", () => {
    const taus = [0.2, 0.1, 0.05];
    const swings = (scheme: "drift-kick" | "verlet") =>
      taus.map((tau) => {
        const plasma = vlasovPoisson({ ...common, cells: 128, scheme, gauss: "spectral" });
        const states = run(plasma, wave(8192, 0.4), { tau, steps: Math.round(6 / tau) });
        const energies = states.map((state) => energy(plasma, state));
        return Math.max(...energies) - Math.min(...energies);
      });
    expect(observedOrder(taus, swings("drift-kick"))).toBeCloseTo(1, 0.5);
    expect(observedOrder(taus, swings("verlet"))).toBeCloseTo(2, 0.5);
  });

  it("lets the field act on the first of three velocities alone", () => {
    const threeVelocities = phaseSpace({ positions: 1, velocities: 3, period: length });
    const plasma = vlasovPoisson({ ...common, space: threeVelocities, scheme: "verlet", gauss: "spectral" });
    const start = randomCloud(keyFrom(6), 400, 3);
    const line: Cloud = {
      ...start,
      dimension: 2,
      positions: start.positions.filter((_, k) => k % 4 < 2),
    };
    const { cloud } = run(plasma, start, { tau: 0.1, steps: 10 })[10];
    const projected = run(poisson("verlet"), line, { tau: 0.1, steps: 10 })[10].cloud;
    for (const a of [2, 3]) expect(coordinate(cloud, a)).toEqual(coordinate(start, a));
    for (const a of [0, 1]) expect(coordinate(cloud, a)).toEqual(coordinate(projected, a));
  });

  it("refuses phase spaces without a torus, and masses and grids that make no sense", () => {
    const open = phaseSpace({ positions: 1, velocities: 1 });
    const options = { ...common, scheme: "verlet", gauss: "spectral" } as const;
    expect(() => vlasovPoisson({ ...options, space: open })).toThrow(/one position, on a torus/);
    expect(() => vlasovPoisson({ ...options, mass: 0 })).toThrow(/mass must be positive/);
    expect(() => vlasovPoisson({ ...options, cells: 2.5 })).toThrow(/count must be an integer/);
    expect(() => vlasovAmpere({ ...common, scheme: "verlet", initial: [1, 2] })).toThrow(/64 values, got 2/);
  });
});

describe("Vlasov–Ampère", () => {
  const start = randomCloud(keyFrom(7), 10_000);

  it("keeps the law of Gauss to rounding at every step", () => {
    const plasma = ampere("drift-kick");
    for (const { fields } of run(plasma, start, { tau: 0.1, steps: 200 })) {
      expect(gaussDefect(plasma.cells, fields)).toBeLessThan(1e-12);
    }
  });

  it.each(["drift-kick", "verlet"] as const)("is Vlasov–Poisson by differences to rounding, %s", (scheme) => {
    const options = { tau: 0.1, steps: 50 };
    const poissonEnd = run(poisson(scheme, "differences"), start, options)[50];
    const ampereEnd = run(ampere(scheme), start, options)[50];
    expect(largest(ampereEnd.cloud.positions.map((z, k) => z - poissonEnd.cloud.positions[k]))).toBeLessThan(
      1e-10,
    );
  });

  it("carries along whatever field it starts from: the defect of Gauss's law stays as it was", () => {
    const initial = Float64Array.from({ length: 64 }, (_, j) => 0.3 * Math.sin((2 * Math.PI * j) / 64));
    const plasma = vlasovAmpere({ ...common, scheme: "drift-kick", initial });
    const states = run(plasma, start, { tau: 0.1, steps: 50 });
    const defects = states.map(({ fields }) => gaussDefect(plasma.cells, fields));
    expect(defects[0]).toBeGreaterThan(0.01);
    for (const defect of defects) expect(defect).toBeCloseTo(defects[0], 11);
  });
});
