/** @file Ellipses under the Newtonian kernel: golden numbers, minimality, and the kernel itself. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { powerInteraction } from "../../../src/energies/powerInteraction.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { ellipsoid } from "../../../src/measures/ellipsoid.ts";
import { estimate, observedOrder } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { newtonianEllipses, type SemiAxes } from "../../../src/systems/aggregation/ellipses.ts";

const axis = fc.double({ min: 0.2, max: 4, noNaN: true });
const axesOf = fc.tuple(axis, axis);

describe("ellipses under |z|²/2 − log|z|", () => {
  it("has its golden numbers", () => {
    const [a, b] = newtonianEllipses.jkoStep([2, 0.7], 0.1);
    expect(a).toBeCloseTo(1.8882549525677872, 14);
    expect(b).toBeCloseTo(0.7064367707496055, 14);
    const [c, d] = newtonianEllipses.flow([2, 0.7], 0.1);
    expect(c).toBeCloseTo(1.8817462869378057, 14);
    expect(d).toBeCloseTo(0.7054576434910582, 14);
    expect(newtonianEllipses.jkoStep([2, 2], 0.1)[0]).toBeCloseTo(1.8668776138957033, 14);
    expect(newtonianEllipses.energy([1, 1])).toBeCloseTo(3 / 8, 15);
  });

  it("the step is least among ellipses with the same axes", () => {
    fc.assert(
      fc.property(axesOf, fc.double({ min: 0.01, max: 1, noNaN: true }), (axes, tau) => {
        const objective = (to: SemiAxes) =>
          newtonianEllipses.energy(to) + newtonianEllipses.squaredDistance(axes, to) / (2 * tau);
        const [a, b] = newtonianEllipses.jkoStep(axes, tau);
        const least = objective([a, b]);
        for (const [da, db] of [
          [1e-3, 0],
          [-1e-3, 0],
          [0, 1e-3],
          [0, -1e-3],
        ]) {
          expect(objective([a + da, b + db])).toBeGreaterThan(least);
        }
      }),
      { seed: 1 },
    );
  });

  it("steps approach the flow at first order, and Euler's on the other side", () => {
    const start: SemiAxes = [2, 0.6];
    const taus = [0.1, 0.05, 0.025];
    const errors = (step: (axes: SemiAxes, tau: number) => SemiAxes) =>
      taus.map((tau) => {
        let axes = start;
        for (let k = 0; k < Math.round(1 / tau); k++) axes = step(axes, tau);
        return Math.sqrt(newtonianEllipses.squaredDistance(axes, newtonianEllipses.flow(start, 1)));
      });
    expect(observedOrder(taus, errors(newtonianEllipses.jkoStep))).toBeCloseTo(1, 0);
    expect(observedOrder(taus, errors(newtonianEllipses.eulerStep))).toBeCloseTo(1, 0);
  });

  it("has the energy that the kernel gives to samples of the ellipse", () => {
    const interaction = powerInteraction({
      terms: [
        { coefficient: 1, power: 2 },
        { coefficient: -1, power: 0 },
      ],
    });
    const rho = ellipsoid({
      centre: [1, -2],
      axes: [
        [1.6, 0],
        [0, 0.5],
      ],
      power: 0,
    });
    const field = interaction.field(sampleCloud(rho, keyFrom(3), 4096));
    const { mean, standardError } = estimate(field.map((value) => value / 2));
    // Each pair enters two fields: the error of a U-statistic is twice that of its halves.
    expect(Math.abs(mean - newtonianEllipses.energy([1.6, 0.5]))).toBeLessThan(8 * standardError);
  });

  it("refuses what is no ellipse and no step", () => {
    expect(() => newtonianEllipses.jkoStep([0, 1], 0.1)).toThrow("semi-axes must be positive");
    expect(() => newtonianEllipses.jkoStep([1, 1], 0)).toThrow("tau must be positive");
  });
});
