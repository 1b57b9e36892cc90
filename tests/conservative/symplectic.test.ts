/** @file Symplectic maps: volume, order, the torus. */

import { describe, expect, it } from "vitest";
import { type SymplecticScheme, symplecticMotion } from "../../src/conservative/symplectic.ts";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { ripplePotential } from "../../src/energies/ripplePotential.ts";
import { determinant } from "../../src/linalg/lu.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { observedOrder } from "../../src/metrics/statistics.ts";

const schemes: readonly (readonly [SymplecticScheme, order: number])[] = [
  ["kick-drift", 1],
  ["drift-kick", 1],
  ["verlet", 2],
];
const potential = ripplePotential({ dimension: 2, stiffness: 1, amplitude: 0.5, wavenumber: 2, phase: 0.3 });
const space = phaseSpace({ positions: 2, velocities: 2 });
const cloudOf = (dimension: number, ...points: number[]): Cloud => ({
  dimension,
  count: points.length / dimension,
  positions: Float64Array.from(points),
  logDensity: new Float64Array(points.length / dimension).fill(0.7),
});

describe.each(schemes)("the scheme %s", (scheme, order) => {
  const motion = symplecticMotion({ space, potential, scheme });
  const pushed = (z: readonly number[], tau: number) =>
    Array.from(motion.push(cloudOf(4, ...z), null, tau).cloud.positions);

  it("has determinant 1, and leaves log-densities as they are", () => {
    const h = 1e-5;
    for (const tau of [0.1, 1.7]) {
      const z = [0.3, -1.1, 0.8, 0.4];
      const jacobian = z.map((_, a) => {
        const [up, down] = [h, -h].map((s) =>
          pushed(
            z.map((x, b) => (a === b ? x + s : x)),
            tau,
          ),
        );
        return up.map((x, b) => (x - down[b]) / (2 * h));
      });
      expect(determinant(jacobian)).toBeCloseTo(1, 7);
    }
    const cloud = cloudOf(4, 1, 2, 3, 4);
    expect(motion.push(cloud, null, 0.1).cloud.logDensity).toEqual(cloud.logDensity);
  });

  it(`is of order ${order}, and keeps the energy to that order for long times`, () => {
    const evolved = (steps: number, time: number) => {
      let z = [1, 0.2, 0, -0.7];
      for (let k = 0; k < steps; k++) z = pushed(z, time / steps);
      return z;
    };
    const exact = evolved(20_000, 2);
    const sizes = [40, 80, 160];
    const errors = sizes.map((steps) => Math.hypot(...evolved(steps, 2).map((x, a) => x - exact[a])));
    const found = observedOrder(
      sizes.map((steps) => 1 / steps),
      errors,
    );
    expect(found).toBeGreaterThan(order - 0.15);
    expect(found).toBeLessThan(order + 0.15);
    const energy = (z: readonly number[]) => potential.value(z) + 0.5 * (z[2] ** 2 + z[3] ** 2);
    const drift = [800, 8000].map((steps) =>
      Math.abs(energy(evolved(steps, steps / 40)) - energy([1, 0.2, 0, -0.7])),
    );
    expect(drift[1]).toBeLessThan(4 * drift[0] + 10 * (1 / 40) ** order);
  });

  it("wraps positions on a torus, and only those", () => {
    const torus = phaseSpace({ positions: 1, velocities: 1, period: 1 });
    const wave = ripplePotential({
      dimension: 1,
      stiffness: 0,
      amplitude: 0.1,
      wavenumber: 2 * Math.PI,
      phase: 0,
    });
    const [bounded, free] = [torus, phaseSpace({ positions: 1, velocities: 1 })].map(
      (domain) =>
        symplecticMotion({ space: domain, potential: wave, scheme }).push(
          cloudOf(2, 0.9, 3, 0.1, -3, 0.5, 0),
          null,
          0.3,
        ).cloud.positions,
    );
    for (let i = 0; i < 6; i += 2) {
      expect(bounded[i]).toBeGreaterThanOrEqual(0);
      expect(bounded[i]).toBeLessThan(1);
      expect(Math.abs(Math.sin(Math.PI * (bounded[i] - free[i])))).toBeLessThan(1e-12);
      expect(bounded[i + 1]).toBeCloseTo(free[i + 1], 12);
    }
    expect(bounded[0]).not.toBeCloseTo(free[0], 3);
  });
});
