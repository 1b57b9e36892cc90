/** @file Barenblatt profiles: golden constants, the equation itself, and the minimality of their JKO steps. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimate, observedOrder } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { barenblattConstants, barenblattSystem } from "../../../src/systems/porousMedium/barenblatt.ts";

const pure = (dimension: number, exponent: number) =>
  barenblattSystem({ dimension, exponent, coefficient: 1, confinement: 0 });

/** `∫_0^R f(r) |S^{d−1}| r^{d−1} dr` by Simpson's rule in `θ` with `r = R sin θ`, which tames the free boundary. */
function radialIntegral(d: number, radius: number, f: (r: number) => number): number {
  const sphere = [2, 2 * Math.PI, 4 * Math.PI][d - 1];
  const n = 2000;
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const theta = (i * Math.PI) / (2 * n);
    const r = radius * Math.sin(theta);
    sum +=
      (i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) *
      f(r) *
      r ** (d - 1) *
      radius *
      Math.cos(theta) *
      sphere;
  }
  return (sum * Math.PI) / (6 * n);
}

describe("constants", () => {
  it.each([
    [1, 2, 1 / 3, 1 / 12, (Math.sqrt(3) / 8) ** (2 / 3), 2.08008382, 0.86534974],
    [1, 3, 1 / 4, 1 / 12, 1 / (Math.PI * Math.sqrt(3)), 1.4850305, 0.5513289],
    [1, 4, 1 / 5, 3 / 40, 0.11320196, 1.22855993, 0.4116435],
    [2, 2, 1 / 4, 1 / 16, (8 * Math.PI) ** -0.5, 1.78648768, 1.06384608],
    [2, 3, 1 / 6, 1 / 18, (12 * Math.PI) ** (-2 / 3), 1.2652972, 0.6403908],
    [2, 4, 1 / 8, 3 / 64, (16 * Math.PI) ** -0.75, 1.06304871, 0.48431681],
    [3, 2, 1 / 5, 1 / 20, 0.13481014, 1.64201182, 1.15551549],
  ])("d = %i, m = %i", (d, m, beta, k, C, radius, secondMoment) => {
    const constants = barenblattConstants(d, m);
    expect(constants.beta).toBeCloseTo(beta, 15);
    expect(constants.k).toBeCloseTo(k, 15);
    expect(constants.C).toBeCloseTo(C, d === 2 || m === 2 || m === 3 ? (d === 3 ? 8 : 14) : 8);
    expect(constants.radius).toBeCloseTo(radius, 8);
    expect(constants.secondMoment).toBeCloseTo(secondMoment, 8);
  });

  it.each([
    [1, 1.4],
    [2, 2],
    [2, 3],
    [3, 2.7],
  ])("give unit mass, the second moment and the energy by quadrature: d = %i, m = %f", (d, m) => {
    const flow = barenblattSystem({ dimension: d, exponent: m, coefficient: 0.7, confinement: 0.4 });
    const scale = 0.8;
    const at = (r: number) => Float64Array.from({ length: d }, (_, a) => (a === 0 ? r : 0));
    const integral = (f: (r: number, rho: number) => number) =>
      radialIntegral(d, scale * flow.radius, (r) => f(r, flow.density(at(r), scale)[0]));
    expect(integral((_, rho) => rho)).toBeCloseTo(1, 8);
    expect(integral((r, rho) => r * r * rho)).toBeCloseTo(scale ** 2 * flow.secondMoment, 8);
    const energy = integral((r, rho) => (0.7 / (m - 1)) * rho ** m + 0.2 * r * r * rho);
    expect(energy).toBeCloseTo(flow.energy(scale), 8);
  });
});

describe("flow", () => {
  it("solves ∂_t ρ = cΔρ^m + a∇·(xρ) inside the free boundary", () => {
    for (const a of [0, 0.6]) {
      const flow = barenblattSystem({ dimension: 2, exponent: 3, coefficient: 0.7, confinement: a });
      const at = (x: number, y: number, t: number) =>
        flow.density(Float64Array.of(x, y), flow.flow(0.6, t))[0];
      const [x, y, t, h] = [0.2, -0.25, 0.3, 1e-3];
      const cube = (u: number, v: number) => at(u, v, t) ** 3;
      const laplacian =
        (cube(x + h, y) + cube(x - h, y) + cube(x, y + h) + cube(x, y - h) - 4 * cube(x, y)) / h ** 2;
      const drift =
        ((x + h) * at(x + h, y, t) - (x - h) * at(x - h, y, t)) / (2 * h) +
        ((y + h) * at(x, y + h, t) - (y - h) * at(x, y - h, t)) / (2 * h);
      const rate = (at(x, y, t + h) - at(x, y, t - h)) / (2 * h);
      expect(Math.abs(rate)).toBeGreaterThan(0.05);
      expect(Math.abs(rate - 0.7 * laplacian - a * drift)).toBeLessThan(1e-5); // central differences: O(h²)
    }
  });

  it("has the ages of the unconfined solution, a steady scale, and the limit of no confinement", () => {
    const flow = barenblattSystem({ dimension: 2, exponent: 2, coefficient: 3, confinement: 0 });
    expect(flow.flow(flow.scaleOfAge(0.2), 0.5)).toBeCloseTo(flow.scaleOfAge(0.7), 15);
    const confined = barenblattSystem({ dimension: 2, exponent: 2, coefficient: 3, confinement: 0.5 });
    const steady = confined.steadyScale();
    expect(confined.flow(steady, 3)).toBeCloseTo(steady, 14);
    expect(confined.jkoStep(steady, 3)).toBeCloseTo(steady, 14);
    expect(confined.flow(0.1, 100)).toBeCloseTo(steady, 14);
    expect(confined.energy(steady)).toBeLessThan(
      Math.min(confined.energy(0.99 * steady), confined.energy(1.01 * steady)),
    );
    const loose = barenblattSystem({ dimension: 2, exponent: 2, coefficient: 3, confinement: 1e-12 });
    expect(loose.flow(0.4, 0.5)).toBeCloseTo(flow.flow(0.4, 0.5), 11);
  });
});

describe("JKO step", () => {
  it.each([
    [1, 2, 0.5246973037224509, 0.5313292845913056],
    [2, 2, 0.6158559600785475, 0.6223329772884784],
    [2, 3, 0.7233671411226802, undefined],
  ])("golden scales for d = %i, m = %i from age 0.1 with tau 0.05", (d, m, stepped, flowed) => {
    const flow = pure(d, m);
    const scale = flow.scaleOfAge(0.1);
    expect(Math.abs(flow.jkoStep(scale, 0.05) - stepped)).toBeLessThan(1e-15);
    if (flowed !== undefined) expect(Math.abs(flow.flow(scale, 0.05) - flowed)).toBeLessThan(2e-16);
  });

  it("minimises E + W₂²/2τ over the scales, for any exponent, confinement and size of step", () => {
    const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({
          dimension: fc.integer({ min: 1, max: 6 }),
          exponent: range(1.05, 6),
          coefficient: range(0.01, 10),
          confinement: range(0, 5),
        }),
        range(0.02, 5),
        range(1e-4, 10),
        (options, scale, tau) => {
          const flow = barenblattSystem(options);
          const objective = (x: number) => flow.energy(x) + flow.distance(scale, x) ** 2 / (2 * tau);
          const best = flow.jkoStep(scale, tau);
          const { beta, coefficient: c, confinement: a } = flow;
          const drift = c * beta * best ** (1 - 1 / beta) - a * best;
          const size = best + scale + tau * (c * beta * best ** (1 - 1 / beta) + a * best);
          expect(Math.abs(best - scale - tau * drift)).toBeLessThan((4e-15 * size) / beta);
          for (const factor of [0.99, 1.01])
            expect(objective(factor * best)).toBeGreaterThan(objective(best));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agrees with the flow to first order in tau", () => {
    const flow = barenblattSystem({ dimension: 2, exponent: 3, coefficient: 1, confinement: 0.3 });
    const counts = [40, 80, 160, 320];
    const errors = counts.map((n) => {
      let scale = 0.5;
      for (let k = 0; k < n; k++) scale = flow.jkoStep(scale, 1 / n);
      return scale - flow.flow(0.5, 1);
    });
    expect(
      observedOrder(
        counts.map((n) => 1 / n),
        errors,
      ),
    ).toBeCloseTo(1, 1);
  });

  it("has a map with the discrete momentum balance T − x = −τ∇P₁(T)", () => {
    const flow = pure(2, 3);
    const [scale, tau, h] = [0.7, 0.05, 1e-6];
    const next = flow.jkoStep(scale, tau);
    const x = [0.3, -0.4];
    const y = x.map((value) => (value * next) / scale);
    const slope =
      (flow.pressure(Float64Array.of(y[0] + h, y[1]), next)[0] -
        flow.pressure(Float64Array.of(y[0] - h, y[1]), next)[0]) /
      (2 * h);
    expect(y[0] - x[0]).toBeCloseTo(-tau * slope, 10);
  });
});

describe("measure", () => {
  it.each([
    [1, 2],
    [2, 3],
    [3, 2],
  ])("samples have the moments of the density: d = %i, m = %i", (d, m) => {
    const flow = pure(d, m);
    const center = [0.5, -1, 2].slice(0, d);
    const measure = flow.measure(0.8, center);
    const n = 40_000;
    const points = measure.sample(keyFrom(3), n);
    const squares = Float64Array.from({ length: n }, (_, i) =>
      center.reduce((sum, c, a) => sum + (points[i * d + a] - c) ** 2, 0),
    );
    const { mean, standardError } = estimate(squares);
    expect(Math.abs(mean - 0.64 * flow.secondMoment)).toBeLessThan(4 * standardError);
    const logDensity = measure.logDensity(points);
    expect(logDensity.every(Number.isFinite)).toBe(true);
    const second = estimate(logDensity.map((value) => Math.exp((m - 1) * value)));
    expect(Math.abs(second.mean / (m - 1) - flow.energy(0.8))).toBeLessThan(4 * second.standardError);
    const outside = Float64Array.from(center, (c) => c + 2);
    expect(measure.logDensity(outside)[0]).toBe(-Infinity);
    const inside = Float64Array.from(center, (c) => c + 0.2);
    const moved = inside.slice();
    moved[0] += 1e-6;
    const rise = (measure.logDensity(moved)[0] - measure.logDensity(inside)[0]) / 1e-6;
    expect(measure.score(inside)[0]).toBeCloseTo(rise, 4);
    expect(measure.logDensity(inside)[0]).toBeCloseTo(
      Math.log(
        flow.density(
          inside.map((v, a) => v - center[a]),
          0.8,
        )[0],
      ),
      12,
    );
  });

  it("refuses what has no meaning", () => {
    expect(() => barenblattConstants(2, 1)).toThrow("exponent must be above 1, got 1");
    expect(() => pure(2, 2).steadyScale()).toThrow("confinement must be positive, got 0");
    expect(() => pure(2, 2).jkoStep(0, 0.1)).toThrow("scale must be positive, got 0");
    expect(() => pure(2, 2).measure(1, [0])).toThrow("centre must have length 2");
  });
});
