/** @file Steady states: Bessel functions, the reduced free energy, the weakly nonlinear law, branches and their folds. */

import { describe, expect, it } from "vitest";
import { equilibriumBranches } from "../../../src/systems/kuramoto/branches.ts";
import {
  equilibriumNear,
  gibbsMoments,
  reducedFreeEnergy,
  settledState,
  uniformState,
} from "../../../src/systems/kuramoto/equilibria.ts";
import {
  criticalCoupling,
  lastDiscontinuousHarmonic,
  linearThreshold,
  tricriticalHarmonic,
  weaklyNonlinearSquare,
} from "../../../src/systems/kuramoto/thresholds.ts";
import { bessel } from "./bessel.ts";

describe("steady states without a second harmonic", () => {
  it.each([1.05, 1.3, 2, 3])(
    "solve r = I₁(2Kr)/I₀(2Kr) at K = %f, with the free energy of Bessel functions",
    (coupling) => {
      const { first, second, freeEnergy, unstable } = settledState({ coupling, secondHarmonic: 0 });
      const x = 2 * coupling * first;
      expect(first).toBeGreaterThan(0.2);
      expect(first).toBeCloseTo(bessel(1, x) / bessel(0, x), 12);
      expect(second).toBeCloseTo(bessel(2, x) / bessel(0, x), 12);
      expect(freeEnergy).toBeCloseTo(coupling * first ** 2 - Math.log(bessel(0, x)), 12);
      expect(unstable).toBe(0);
    },
  );

  it("lose stability in the plane of the first mode at K = 1, of the second at Km = 1", () => {
    const unstable = (coupling: number, secondHarmonic: number) =>
      uniformState({ coupling, secondHarmonic }).unstable;
    expect([unstable(0.99, 0), unstable(1.01, 0)]).toEqual([0, 2]);
    expect([unstable(0.66, 1.5), unstable(0.68, 1.5), unstable(1.01, 1.5)]).toEqual([0, 2, 4]);
    expect(unstable(1.01, -3)).toBe(2);
  });
});

describe("the reduced free energy", () => {
  const [model, order] = [
    { coupling: 1.4, secondHarmonic: 0.6 },
    { first: 0.5, second: 0.3 },
  ];

  it("has the slopes 2K(r₁ − ⟨cos θ⟩) and 2Km(r₂ − ⟨cos 2θ⟩)", () => {
    const h = 1e-5;
    const slope = (a: number, b: number) =>
      (reducedFreeEnergy(model, { first: order.first + a, second: order.second + b }) -
        reducedFreeEnergy(model, { first: order.first - a, second: order.second - b })) /
      (2 * h);
    const [x, y] = gibbsMoments(model, order).means;
    expect(slope(h, 0)).toBeCloseTo(2 * model.coupling * (order.first - x), 8);
    expect(slope(0, h)).toBeCloseTo(2 * model.coupling * model.secondHarmonic * (order.second - y), 8);
  });

  it("does not depend on where the centre is: half a turn changes the sign of r₁ alone", () => {
    expect(reducedFreeEnergy(model, { ...order, first: -order.first })).toBeCloseTo(
      reducedFreeEnergy(model, order),
      12,
    );
  });
});

it.each([-0.5, 0, 0.3])("order sets in by the weakly nonlinear law, m = %f", (secondHarmonic) => {
  const defect = (excess: number) => {
    const { first } = settledState({ coupling: 1 + excess, secondHarmonic }, { first: 0.3, second: 0.1 });
    return first ** 2 / weaklyNonlinearSquare(secondHarmonic, excess) - 1;
  };
  const [coarse, fine] = [0.002, 0.001].map(defect);
  expect(Math.abs(fine)).toBeLessThan(0.02);
  expect(coarse / fine).toBeCloseTo(2, 1); // the next term is of first order in K − 1
});

describe("branches", () => {
  const branches = equilibriumBranches({ secondHarmonic: 0.75, couplings: [0.85, 1.3] });
  const synchronised = branches.find(({ kind }) => kind === "synchronised");

  it("consist of steady states", () => {
    for (const secondHarmonic of [-0.5, 0.75, 1.5]) {
      for (const { points } of equilibriumBranches({ secondHarmonic, couplings: [0.5, 1.5] })) {
        for (const { coupling, first, second } of points) {
          const { means } = gibbsMoments({ coupling, secondHarmonic }, { first, second });
          expect(Math.hypot(means[0] - first, means[1] - second)).toBeLessThan(1e-12);
        }
      }
    }
  });

  it("are stable on one side of a fold and unstable on the other, in one direction", () => {
    const folds = synchronised?.folds ?? [];
    expect(folds).toHaveLength(1);
    const [{ coupling, first }] = folds;
    const points = synchronised?.points ?? [];
    expect(coupling).toBeLessThanOrEqual(Math.min(...points.map((point) => point.coupling)));
    for (const point of points) {
      if (Math.abs(point.first - first) > 1e-4) expect(point.unstable).toBe(point.first > first ? 0 : 1);
    }
  });

  it("are four beyond m = 1, where the second harmonic orders first and the first one breaks its symmetry", () => {
    const kinds = equilibriumBranches({ secondHarmonic: 1.5, couplings: [0.5, 1.5] });
    expect(kinds.map(({ kind }) => kind)).toEqual(["uniform", "synchronised", "twofold", "crossed"]);
    const [, mixed, twofold] = kinds;
    const end = mixed.points.at(-1);
    // The first harmonic branches off the twofold state where K(1 + r₂) = 1.
    expect((end?.coupling ?? 0) * (1 + (end?.second ?? 0))).toBeCloseTo(1, 3);
    expect(twofold.points.every(({ first }) => first === 0)).toBe(true);
    for (const { coupling, second } of twofold.points) {
      const x = 3 * coupling * second;
      expect(second).toBeCloseTo(bessel(1, x) / bessel(0, x), 11);
    }
  });
});

describe("the critical coupling", () => {
  it.each([-2, 0, 0.4, 1.4, 2])("is where the uniform state loses its stability, m = %f", (m) => {
    expect(criticalCoupling(m).coupling).toBe(linearThreshold(m));
  });

  it.each([0.6, 0.9, 1.2])(
    "comes before that where order is discontinuous, m = %f: two least free energies",
    (m) => {
      const { coupling, state } = criticalCoupling(m);
      expect(coupling).toBeLessThan(linearThreshold(m));
      expect(state.first).toBeGreaterThan(0.3);
      expect(Math.abs(state.freeEnergy)).toBeLessThan(1e-12);
      const model = { coupling, secondHarmonic: m };
      // No order parameters on a grid have less.
      for (let r1 = 0; r1 < 1; r1 += 0.05)
        for (let r2 = -0.95; r2 < 1; r2 += 0.05)
          expect(reducedFreeEnergy(model, { first: r1, second: r2 })).toBeGreaterThan(-1e-12);
    },
  );

  it("is discontinuous from m = ½ to m∗ = 1.267293", () => {
    expect(tricriticalHarmonic()).toBeCloseTo(0.5, 5);
    const last = lastDiscontinuousHarmonic();
    expect(Math.abs(last - 1.267293)).toBeLessThan(1e-5);
    expect(criticalCoupling(last - 0.003).coupling).toBeLessThan(linearThreshold(last - 0.003));
    expect(criticalCoupling(last + 0.003).coupling).toBe(linearThreshold(last + 0.003));
  });
});

it("leaves no order below the fold, and says when Newton's iteration has not found any state", () => {
  const below = { coupling: 0.94, secondHarmonic: 0.75 };
  expect(settledState(below).first).toBeLessThan(1e-6);
  expect(() => equilibriumNear(below, { first: Number.NaN, second: 0 })).toThrow("no steady state");
});
