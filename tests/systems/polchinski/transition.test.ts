/** @file The exact law of the flow: it composes, and it is that of the renormalised measure, whatever the potential. */

import { describe, expect, it } from "vitest";
import { moments } from "../../../src/metrics/statistics.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { renormalisedPotential } from "../../../src/systems/polchinski/renormalised.ts";
import {
  heatKernelSchedule,
  linearSchedule,
  pauliVillarsSchedule,
} from "../../../src/systems/polchinski/schedules.ts";
import {
  polchinskiTransition,
  sampleTransition,
  transitionFourthMoment,
  transitionMoments,
} from "../../../src/systems/polchinski/transition.ts";

describe.each([
  heatKernelSchedule([0, 0.5, 3]),
  pauliVillarsSchedule([0, 0.5, 3]),
  linearSchedule([1, 2, 5]),
])("the law of the schedule $name", (schedule) => {
  const [s, t, u] = [0.2, 0.5, 0.9];
  const law = (from: number, to: number) => polchinskiTransition(schedule, { from, to });

  it("composes: from s to t and on to u is from s to u", () => {
    const [first, second, whole] = [law(s, t), law(t, u), law(s, u)];
    whole.decay.forEach((a, k) => {
      expect(first.decay[k] * second.decay[k]).toBeCloseTo(a, 12);
      expect(second.decay[k] ** 2 * first.variance[k] + second.variance[k]).toBeCloseTo(
        whole.variance[k],
        12,
      );
    });
  });

  it("solves the moment equation Σ̇ = Ċ − 2 Ċ R⁻¹ Σ", () => {
    const h = 1e-5;
    const start = {
      mean: [0, 0, 0],
      covariance: [0.4, 0.2, 0.1].map((v, i) => [0, 1, 2].map((j) => (i === j ? v : 0))),
    };
    const at = (time: number) => transitionMoments(law(0, time), start).covariance;
    const [before, now, after] = [at(t - h), at(t), at(t + h)];
    const [rate, precision] = [schedule.rate(t), schedule.precision(t)];
    for (let k = 0; k < 3; k++) {
      const expected = rate[k] * (1 - 2 * precision[k] * now[k][k]);
      expect(Math.abs((after[k][k] - before[k][k]) / (2 * h) - expected)).toBeLessThan(1e-7);
    }
  });

  it("is what its draws follow", () => {
    const points = Float64Array.from({ length: 3 * 20_000 }, (_, i) => 1 + (i % 3));
    const own = law(s, u);
    const { mean, covariance } = moments(sampleTransition(own, points, keyFrom(1)), 3);
    own.decay.forEach((a, k) => {
      const error = Math.sqrt(own.variance[k] / 20_000);
      expect(Math.abs(mean[k] - a * (1 + k))).toBeLessThan(4 * error);
      expect(Math.abs(covariance[k][k] / own.variance[k] - 1)).toBeLessThan(0.04);
    });
  });
});

describe("a quartic potential", () => {
  const quartic = {
    value: (x: ArrayLike<number>) => 0.5 * x[0] ** 4 - x[0] ** 2,
    gradient: (x: ArrayLike<number>) => [2 * x[0] ** 3 - 2 * x[0]],
    hessian: (x: ArrayLike<number>) => [[6 * x[0] ** 2 - 2]],
  };
  const schedule = linearSchedule([1]);
  const grid = Float64Array.from({ length: 1201 }, (_, i) => -6 + 0.01 * i);

  /** Moments of `exp(−½φ²/r − V_c)` by the trapezoidal rule. */
  function momentsAt(c: number): readonly [second: number, fourth: number] {
    const potential = renormalisedPotential(quartic, { covariance: [c], nodes: 64 });
    const weights = grid.map((x) => Math.exp(-0.5 * x * x * schedule.precision(c)[0] - potential.value([x])));
    const total = weights.reduce((sum, w) => sum + w, 0);
    const mean = (power: number) => grid.reduce((sum, x, i) => sum + weights[i] * x ** power, 0) / total;
    return [mean(2), mean(4)];
  }
  const [second, fourth] = momentsAt(0);

  it.each([
    [0.2, 0.572949, 0.810174],
    [0.5, 0.411308, 0.480876],
    [0.8, 0.185809, 0.102893],
  ])("has the moments of its renormalised measure at c = %s", (c, variance, kurtic) => {
    const transition = polchinskiTransition(schedule, { to: c });
    const moved = transitionMoments(transition, { mean: [0], covariance: [[second]] }).covariance[0][0];
    const movedFourth = transitionFourthMoment(transition, { mode: 0, second, fourth });
    const [own, ownFourth] = momentsAt(c);
    expect(Math.abs(moved / own - 1)).toBeLessThan(1e-8);
    expect(Math.abs(movedFourth / ownFourth - 1)).toBeLessThan(1e-8);
    expect(moved).toBeCloseTo(variance, 5);
    expect(movedFourth).toBeCloseTo(kurtic, 5);
  });
});
