import { describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { energyFromSpec } from "../../src/energies/energyFromSpec.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy, powerEnergy } from "../../src/energies/internalEnergy.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { ripplePotential } from "../../src/energies/ripplePotential.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { keyFrom } from "../../src/random/key.ts";

const matrix = [
  [2, 0.5],
  [0.5, 1],
];
const energies = [
  { internal: entropy(0.7), potential: quadraticPotential({ matrix, centre: [0.3, -0.6] }) },
  {
    internal: powerEnergy({ exponent: 2.5, coefficient: 0.4 }),
    potential: doubleWellPotential({ dimension: 2, height: 0.4, halfWidth: 0.8 }),
  },
  {
    potential: ripplePotential({ dimension: 2, stiffness: 0.7, amplitude: 0.4, wavenumber: 2.5, phase: 0.6 }),
    interaction: powerInteraction({ terms: [{ coefficient: 1.3, power: 4 }], softening: 1e-3 }),
  },
].map(freeEnergy);

describe("an energy from its record", () => {
  const cloud = sampleCloud(gaussian({ mean: [0.4, 0], covariance: matrix }), keyFrom(1), 64);

  it.each(energies)("$name has the same value at every particle", (energy) => {
    const terms = ["internal", "potential", "interaction"] as const;
    const specs = terms.flatMap((term) => (energy[term] === undefined ? [] : [[term, energy[term].spec]]));
    // A record is what JSON keeps of it.
    const again = energyFromSpec(JSON.parse(JSON.stringify(Object.fromEntries(specs))));
    expect(again.integrand(cloud)).toEqual(energy.integrand(cloud));
  });

  it("says which term is not of this package", () => {
    expect(() => energyFromSpec({ potential: { kind: "rippled-well", ripple: 0.5 } })).toThrow(
      'energyFromSpec: the potential of kind "rippled-well" cannot be made from its record; quadratic, double-well, ripple can.',
    );
  });
});
