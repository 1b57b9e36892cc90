import { describe, expect, it } from "vitest";
import { convexityOf } from "../../src/energies/convexity.ts";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy, powerEnergy } from "../../src/energies/internalEnergy.ts";
import { type PowerTerm, powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { symmetricEigen } from "../../src/linalg/eigen.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

const matrix = [
  [2, 0.5],
  [0.5, 1],
];
const potential = quadraticPotential({ matrix });
const powers = (...terms: PowerTerm[]) => powerInteraction({ terms });

describe("convexityOf", () => {
  it.each([
    ["a quadratic potential with entropy", { internal: entropy(1), potential }, 1.5 - Math.SQRT1_2],
    ["a power alone", { internal: powerEnergy({ exponent: 2 }) }, 0],
    ["attraction alone: all of κ", { interaction: powers({ coefficient: 3, power: 2 }) }, 3],
    [
      "attraction beside a potential: none of κ",
      { potential, interaction: powers({ coefficient: 3, power: 2 }) },
      1.5 - Math.SQRT1_2,
    ],
    [
      "the quartic ring",
      { interaction: powers({ coefficient: 1, power: 4 }, { coefficient: -1, power: 2 }) },
      -1,
    ],
    ["a double well", { potential: doubleWellPotential({ dimension: 2, height: 0.25, halfWidth: 1 }) }, -1],
  ])("knows that of %s", (_name, terms, lambda) => {
    expect(convexityOf(freeEnergy(terms)).lambda).toBeCloseTo(lambda, 12);
  });

  it("is a lower bound of the Hessian, attained", () => {
    for (const V of [potential, doubleWellPotential({ dimension: 2, height: 0.7, halfWidth: 0.8 })]) {
      const points = [0, 0, ...normals(keyFrom(1), 400)];
      const lowest = Array.from(
        { length: 201 },
        (_, i) => symmetricEigen(V.hessian(points.slice(2 * i, 2 * i + 2))).values[0],
      );
      expect(Math.min(...lowest)).toBeCloseTo(V.convexity as number, 10);
    }
  });

  it("says why there is none", () => {
    const logarithm = freeEnergy({
      interaction: powers({ coefficient: 1, power: 2 }, { coefficient: -1, power: 0 }),
    });
    expect(convexityOf(logarithm)).toEqual({
      lambda: undefined,
      reason: "no lower bound is known of the second derivatives of its interaction (powers)",
    });
    const { convexity: _, ...own } = potential;
    expect(convexityOf(freeEnergy({ potential: own })).reason).toMatch("its potential (quadratic)");
  });
});
