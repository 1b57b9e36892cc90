/** @file The equation by its Fourier modes, and the spectrum of its linearisation: each against the other and against closed forms. */

import { describe, expect, it } from "vitest";
import { trigonometricMixture } from "../../../src/measures/trigonometricMixture.ts";
import { exponentialDecay } from "../../../src/metrics/decay.ts";
import { settledState, uniformState } from "../../../src/systems/kuramoto/equilibria.ts";
import {
  densityAt,
  type FourierDensity,
  orderOf,
  spectralEquation,
  spectralFreeEnergy,
} from "../../../src/systems/kuramoto/spectral.ts";
import { relaxationRates } from "../../../src/systems/kuramoto/spectrum.ts";

const model = { coupling: 1.6, secondHarmonic: 0.4 };
const initial = trigonometricMixture({
  weights: [0.7, 0.3],
  components: [
    { concentrations: [2, 0.5], centres: [1, 2] },
    { concentrations: [3], centres: [4] },
  ],
});
const gibbs = (k: number, r: { first: number; second: number }, m = 0, centre = 0) =>
  trigonometricMixture({
    weights: [1],
    components: [{ concentrations: [2 * k * r.first, 2 * k * m * r.second], centres: [centre, centre] }],
  });
const distance = (a: FourierDensity, b: FourierDensity) =>
  Math.hypot(...a.real.map((z, k) => z - b.real[k]), ...a.imaginary.map((z, k) => z - b.imaginary[k]));

describe("spectralEquation", () => {
  const at = (timeStep: number, time: number, own = model) => {
    const equation = spectralEquation(own, { timeStep });
    return equation.evolve(equation.project(initial), time);
  };

  it("keeps the density that it projects, and its mass exactly", () => {
    const start = spectralEquation(model, { timeStep: 1 }).project(initial);
    const angles = Float64Array.of(0.3, 2, 5);
    densityAt(start, angles).forEach((q, i) => {
      expect(q).toBeCloseTo(Math.exp(initial.logDensity(angles)[i]), 12);
    });
    expect(start.real[0]).toBeCloseTo(1, 14);
    expect(at(0.02, 2).real[0]).toBe(start.real[0]);
  });

  it("is of second order in time", () => {
    const fine = at(0.0025, 1);
    const [coarse, middle] = [0.08, 0.04].map((h) => distance(at(h, 1), fine));
    expect(Math.log2(coarse / middle)).toBeGreaterThan(1.8);
    expect(Math.log2(coarse / middle)).toBeLessThan(2.4);
  });

  it("is the heat equation without a coupling: mode k falls as exp(−k²t/2)", () => {
    const free = { coupling: 0, secondHarmonic: 0 };
    const start = spectralEquation(free, { timeStep: 1 }).project(initial);
    const end = at(0.001, 0.5, free);
    for (const k of [1, 2, 5])
      expect(end.real[k] / start.real[k] / Math.exp(-0.25 * k * k)).toBeCloseTo(1, 4);
  });

  it("lowers the free energy all the way, to that of the steady state", () => {
    const equation = spectralEquation(model, { timeStep: 0.02 });
    let density = equation.project(initial);
    let energy = spectralFreeEnergy(model, density);
    for (let k = 0; k < 80; k++) {
      density = equation.evolve(density, 0.75);
      const next = spectralFreeEnergy(model, density);
      expect(next).toBeLessThan(energy + 1e-13);
      energy = next;
    }
    const state = settledState(model);
    expect(orderOf(density, 1)).toBeCloseTo(state.first, 8);
    expect(orderOf(density, 2)).toBeCloseTo(state.second, 8);
    expect(2 * energy + Math.log(2 * Math.PI)).toBeCloseTo(state.freeEnergy, 10);
  });

  it("stays at a steady state, and turns with its initial density", () => {
    const state = settledState(model);
    const equation = spectralEquation(model, { timeStep: 0.5 });
    const start = equation.project(gibbs(model.coupling, state, model.secondHarmonic));
    expect(equation.speed(start)).toBeLessThan(1e-11);
    // Rounding may turn it, which nothing resists.
    expect(distance(equation.evolve(start, 20), start)).toBeLessThan(1e-9);
    const here = equation.evolve(equation.project(gibbs(1, { first: 0.5, second: 0 }, 0, 1)), 2);
    const there = equation.evolve(equation.project(gibbs(1, { first: 0.5, second: 0 }, 0, 2.3)), 2);
    const angles = Float64Array.of(0.1, 3, 4.5);
    densityAt(
      there,
      angles.map((x) => x + 1.3),
    ).forEach((q, i) => {
      expect(q).toBeCloseTo(densityAt(here, angles)[i], 12);
    });
  });
});

describe("relaxationRates", () => {
  it("are ½(1 − K), 2(1 − Km) and n²/2 at the uniform density", () => {
    const { even, odd, gap } = relaxationRates(uniformState({ coupling: 0.8, secondHarmonic: 0.9 }), 8);
    const exact = [0.1, 0.56, 4.5, 8, 12.5, 18, 24.5, 32];
    for (const [i, rate] of exact.entries()) {
      expect(even[i]).toBeCloseTo(rate, 10);
      expect(odd[i]).toBeCloseTo(rate, 10);
    }
    expect(gap).toBeCloseTo(0.1, 10);
  });

  it("have a zero of rotations at an ordered state, and no other", () => {
    const { even, odd, gap } = relaxationRates(settledState(model));
    expect(Math.abs(odd[0])).toBeLessThan(1e-10);
    expect(gap).toBeGreaterThan(0.1);
    expect(Math.min(even[0], odd[1])).toBe(gap);
    // A potential cannot be better represented than all of its modes: the rates have converged.
    expect(relaxationRates(settledState(model), 16).gap).toBeCloseTo(gap, 8);
  });

  it.each([1.2, 2])("are those at which the equation forgets, K = %f", (coupling) => {
    const state = settledState({ coupling, secondHarmonic: 0 });
    const { gap } = relaxationRates(state);
    const equation = spectralEquation(state, { timeStep: 0.01 });
    let density = equation.project(gibbs(coupling, { first: 0.97 * state.first, second: 0 }));
    const points: [number, number][] = [];
    for (let k = 0; k < 24; k++) {
      density = equation.evolve(density, 0.25 / gap);
      if (k >= 12) points.push([(k * 0.25) / gap, Math.abs(orderOf(density, 1) - state.first)]);
    }
    expect(exponentialDecay(points).rate / gap).toBeCloseTo(1, 2);
  });
});
