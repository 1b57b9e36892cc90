/** @file The quartic kernel: optimality of the step, golden numbers of the flow, and the steady ring. */

import { describe, expect, it } from "vitest";
import { powerInteraction } from "../../../src/energies/powerInteraction.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { moments, observedOrder } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import {
  quarticFlow,
  quarticMove,
  quarticRadius,
  quarticStep,
} from "../../../src/systems/aggregation/quartic.ts";

const { slope } = powerInteraction({
  terms: [
    { coefficient: 1, power: 4 },
    { coefficient: -1, power: 2 },
  ],
});

describe.each([1, 2, 3])("the quartic kernel in dimension %i", (d) => {
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => (i === j ? 0.5 - 0.1 * i : 0.1)),
  );
  const points = gaussian({ mean: new Array(d).fill(0.7), covariance }).sample(keyFrom(d), 60);
  const n = points.length / d;

  it("the step satisfies its optimality condition, pair by pair", () => {
    const tau = 0.3;
    const { points: moved } = quarticStep(points, d, tau);
    for (let i = 0; i < n; i++) {
      for (let a = 0; a < d; a++) {
        let force = 0;
        for (let j = 0; j < n; j++) {
          let squared = 0;
          for (let b = 0; b < d; b++) squared += (moved[i * d + b] - moved[j * d + b]) ** 2;
          if (j !== i) force += (slope(squared) * (moved[i * d + a] - moved[j * d + a])) / n;
        }
        expect((moved[i * d + a] - points[i * d + a]) / tau + force).toBeCloseTo(0, 11);
      }
    }
  });

  it("takes the same points along by their moments alone, and keeps the mean", () => {
    const step = quarticStep(points, d, 0.2);
    const again = quarticMove(points, step.moments, 0.2);
    expect(Math.max(...again.map((x, i) => Math.abs(x - step.points[i])))).toBeLessThan(1e-12);
    const [before, after] = [points, step.points].map((x) => moments(x, d).mean);
    before.forEach((m, a) => {
      expect(after[a]).toBeCloseTo(m, 12);
    });
  });

  it("steps approach the flow at first order", () => {
    const exact = quarticFlow(points, d, { time: 0.5, steps: 200 });
    const taus = [0.05, 0.025, 0.0125];
    const errors = taus.map((tau) => {
      let x = points;
      for (let k = 0; k < Math.round(0.5 / tau); k++) x = quarticStep(x, d, tau).points;
      return Math.sqrt(x.reduce((sum, value, i) => sum + (value - exact[i]) ** 2, 0));
    });
    expect(Math.abs(observedOrder(taus, errors) - 1)).toBeLessThan(0.15);
  });

  it("comes to rest on the sphere of the steady radius", () => {
    let x = points;
    for (let k = 0; k < 400; k++) x = quarticStep(x, d, 0.2).points;
    const { mean } = moments(x, d);
    for (let i = 0; i < n; i++) {
      const r = Math.hypot(...mean.map((m, a) => x[i * d + a] - m));
      expect(r).toBeCloseTo(quarticRadius(d), 6);
    }
  });
});

describe("the flow from a round Gaussian in the plane", () => {
  it("has the second moments that are known", () => {
    // Radii at the quantiles of the Gaussian and evenly turned directions: no sampling noise in radial means.
    const n = 20_000;
    const golden = Math.PI * (3 - Math.sqrt(5));
    const points = Float64Array.from({ length: 2 * n }, (_, i) => {
      const r = 0.4 * Math.sqrt(-2 * Math.log(1 - (Math.floor(i / 2) + 0.5) / n));
      const angle = golden * Math.floor(i / 2);
      return i % 2 === 0 ? r * Math.cos(angle) : r * Math.sin(angle);
    });
    const second = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0) / n;
    expect(second(quarticFlow(points, 2, { time: 1, steps: 40 }))).toBeCloseTo(0.294974, 3);
    expect(second(quarticFlow(points, 2, { time: 5, steps: 100 }))).toBeCloseTo(0.329963, 3);
  });
});
