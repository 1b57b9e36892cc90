/** @file Where a global fit explains all of the chemical potential, and what that says of the implicit step. */
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { trustIn } from "../../src/operator/trust.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { kellerSegel } from "../../src/systems/kellerSegel/flow.ts";
import { kineticFokkerPlanck } from "../../src/systems/kinetic/flow.ts";
import { landau } from "../../src/systems/landau/flow.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

tf.enableProdMode(); // silences the banner

const tau = 0.1;
const potential = quadraticPotential({ matrix: [[1]] });
const space = phaseSpace({ positions: 1, velocities: 1 });

const flows = {
  fokkerPlanck: fokkerPlanck({ dimension: 1, potential, diffusion: 1, tau }),
  porousMedium: porousMedium({ dimension: 2, exponent: 2, tau }),
  kellerSegel: kellerSegel({ sensitivity: 4 * Math.PI, tau }),
  kinetic: kineticFokkerPlanck({
    space,
    potential,
    strength: 1,
    temperature: 1,
    tau,
    scheme: "verlet",
    logDeterminant: "exact",
  }),
  landau: landau({ dimension: 2, constant: 1, exponent: 0, tau, logDeterminant: "exact" }),
};

/** How much of the trust is in gates where the share `unexplained` of the chemical potential is left by the fit. */
function learnedPart(flow: keyof typeof flows, unexplained: number): number {
  const mu = tf.tensor2d(Float32Array.from(normals(keyFrom(1), 256)), [1, 256]);
  const fitted = { chemicalPotential: mu, residual: tf.mul(mu, unexplained) as tf.Tensor2D };
  const { trust, learned } = trustIn(flows[flow], fitted, { trustedShare: 0.01 });
  return learned.dataSync()[0] / trust.dataSync()[0];
}

describe("the learned part of the gates", () => {
  it.each(["fokkerPlanck", "porousMedium"] as const)("follows the share left unexplained in %s", (flow) => {
    const parts = [0, 0.01, 0.1].map((share) => learnedPart(flow, share));
    expect(parts[0]).toBeLessThan(1e-12);
    expect(parts[1]).toBeCloseTo(0.5, 4);
    expect(parts[2]).toBeCloseTo(100 / 101, 4);
  });

  it.each(["kellerSegel", "kinetic", "landau"] as const)(
    "is all of the trust in %s, of which the implicit step does not know as much",
    (flow) => {
      expect(learnedPart(flow, 0)).toBe(1);
      expect(learnedPart(flow, 0.01)).toBe(1);
    },
  );
});
