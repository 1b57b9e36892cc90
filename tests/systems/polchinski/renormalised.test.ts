/** @file The renormalised potential: closed forms, Polchinski's equation, and what carried log-densities say of it. */

import { describe, expect, it } from "vitest";
import { phi4Ring } from "../../../src/systems/polchinski/phi4.ts";
import {
  polchinskiRate,
  recoveredPotential,
  renormalisedPotential,
} from "../../../src/systems/polchinski/renormalised.ts";
import {
  heatKernelSchedule,
  linearSchedule,
  pauliVillarsSchedule,
} from "../../../src/systems/polchinski/schedules.ts";

describe("a quadratic potential, V_0 = ½λφ²", () => {
  const lambda = 2;
  const quadratic = {
    value: (x: ArrayLike<number>) => 0.5 * lambda * x[0] ** 2,
    gradient: (x: ArrayLike<number>) => [lambda * x[0]],
    hessian: () => [[lambda]],
  };

  it("stays one, with λ_t = λ/(1 + λc) and the constant ½ log(1 + λc)", () => {
    for (const c of [0, 0.1, 0.6]) {
      const own = renormalisedPotential(quadratic, { covariance: [c], nodes: 48 });
      const stiffness = lambda / (1 + lambda * c);
      for (const x of [-1.5, 0, 0.4, 2]) {
        expect(own.value([x])).toBeCloseTo(0.5 * stiffness * x * x + 0.5 * Math.log(1 + lambda * c), 9);
        expect(own.gradient([x])[0]).toBeCloseTo(stiffness * x, 8);
        expect(own.hessian([x])[0][0]).toBeCloseTo(stiffness, 7);
      }
    }
  });

  it("has no residual in Polchinski's equation", () => {
    const schedule = pauliVillarsSchedule([1]);
    const t = 0.7;
    const at = (time: number) => {
      const c = schedule.covariance(time)[0];
      const stiffness = lambda / (1 + lambda * c);
      return {
        value: (x: ArrayLike<number>) => 0.5 * stiffness * x[0] ** 2 + 0.5 * Math.log(1 + lambda * c),
        gradient: (x: ArrayLike<number>) => [stiffness * x[0]],
        hessian: () => [[stiffness]],
      };
    };
    const h = 1e-4;
    for (const x of [0, 0.5, 2]) {
      const point = Float64Array.of(x);
      const difference = (at(t + h).value(point) - at(t - h).value(point)) / (2 * h);
      expect(Math.abs(polchinskiRate(schedule, at(t), t)(point) - difference)).toBeLessThan(1e-7);
    }
  });
});

describe.each([
  ["one site", phi4Ring({ sites: 1, mass2: 1, coupling: 2, quadratic: -2 }), 64],
  ["two sites", phi4Ring({ sites: 2, mass2: 0.5, coupling: 1, quadratic: -1.5 }), 40],
] as const)("φ⁴ on %s", (_name, field, nodes) => {
  const schedule = heatKernelSchedule(field.eigenvalues);
  const at = (time: number) =>
    renormalisedPotential(field.potential, { covariance: schedule.covariance(time), nodes });
  const points = [0.3, -0.8, 1.1].map((x) =>
    Float64Array.from({ length: field.dimension }, (_, k) => x - 0.4 * k),
  );

  it("solves Polchinski's equation", () => {
    const [t, h] = [0.4, 2e-3];
    const rate = polchinskiRate(schedule, at(t), t);
    for (const point of points) {
      const difference = (at(t + h).value(point) - at(t - h).value(point)) / (2 * h);
      expect(Math.abs(rate(point) - difference)).toBeLessThan(2e-4 * (1 + Math.abs(difference)));
    }
  });

  it("has the derivatives of its values", () => {
    const own = at(0.4);
    const h = 1e-4;
    for (const point of points) {
      for (let k = 0; k < field.dimension; k++) {
        const [below, above] = [-h, h].map((by) => point.map((x, j) => x + (j === k ? by : 0)));
        expect((own.value(above) - own.value(below)) / (2 * h)).toBeCloseTo(own.gradient(point)[k], 5);
        const [low, high] = [below, above].map((x) => own.gradient(x)[k]);
        expect((high - low) / (2 * h)).toBeCloseTo(own.hessian(point)[k][k], 5);
      }
    }
  });
});

it("is recovered from the density of the renormalised measure, up to one constant for all times", () => {
  const field = phi4Ring({ sites: 1, mass2: 1, coupling: 2, quadratic: -2 });
  const schedule = linearSchedule([1]);
  const constants = [0, 0.3, 0.7].map((t) => {
    const exact = renormalisedPotential(field.potential, { covariance: [t], nodes: 64 });
    const log = (x: number) => -0.5 * x * x * schedule.precision(t)[0] - exact.value([x]);
    const h = 0.02;
    const total = Array.from({ length: 501 }, (_, i) => Math.exp(log((i - 250) * h))).reduce((a, b) => a + b);
    const positions = Float64Array.of(-1.2, -0.3, 0, 0.5, 1.6);
    const logDensity = positions.map((x) => log(x) - Math.log(h * total));
    const recovered = recoveredPotential(schedule, { dimension: 1, count: 5, positions, logDensity }, t);
    const differences = recovered.map((value, i) => value - exact.value([positions[i]]));
    for (const value of differences) expect(value).toBeCloseTo(differences[0], 8);
    return differences[0];
  });
  for (const value of constants) expect(value).toBeCloseTo(constants[0], 6);
});

it("rejects more modes than quadrature can take", () => {
  const field = phi4Ring({ sites: 4, mass2: 1, coupling: 1, quadratic: 0 });
  expect(() => renormalisedPotential(field.potential, { covariance: field.eigenvalues, nodes: 8 })).toThrow(
    "at most 3 modes can be integrated by quadrature, got 4",
  );
});
