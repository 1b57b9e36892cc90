/** @file The report of a step from the clouds before and after it, in every metric. */

import { describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { gaussianKernel } from "../../src/domains/radialKernel.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { modePotential } from "../../src/energies/modePotential.ts";
import { compositeInfo } from "../../src/jko/composite.ts";
import { gradientFlow, movedCoordinates } from "../../src/jko/flow.ts";
import { moveCloud, velocityOf } from "../../src/jko/move.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { kineticMobility } from "../../src/mobilities/kinetic.ts";
import { landauMobility } from "../../src/mobilities/landau.ts";
import { linearMobility } from "../../src/mobilities/linear.ts";
import { type Mobility, wasserstein } from "../../src/mobilities/mobility.ts";
import { steinMobility } from "../../src/mobilities/stein.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

const [n, dimension, tau] = [64, 3, 0.1];
const modes = randomRotation(keyFrom(1), dimension);
const diagonal = [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 1 : 0)));
const cloud = sampleCloud(gaussian({ mean: [0, 0, 0], covariance: diagonal }), keyFrom(2), n);

/** A step made from a random field, as it reports itself, and as its clouds do. */
function reports(mobility: Mobility) {
  const energy = freeEnergy({ internal: entropy(1), potential: modePotential({ stiffnesses: [1, 2, 3] }) });
  const flow = gradientFlow({ name: "test", dimension, energy, mobility, tau });
  const { count: d } = movedCoordinates(flow);
  const field = {
    value: normals(foldIn(keyFrom(3), "value"), n * d),
    jacobian: normals(foldIn(keyFrom(3), "jacobian"), n * d * d).map((x) => 0.1 * x),
  };
  const velocity = velocityOf(flow, cloud, field);
  const made = moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 });
  return { made: made.info, seen: compositeInfo(flow, { before: cloud, after: made.cloud }, [made.info]) };
}

describe("the report of a step from its clouds", () => {
  it.each([
    wasserstein,
    kineticMobility({ space: phaseSpace({ positions: 1, velocities: 2 }), strength: 0.3 }),
    linearMobility({ rates: [0.2, 1, 3] }),
    linearMobility({ rates: [0.2, 1, 3], modes }),
    linearMobility({ rates: [0, 1, 3], modes }),
  ])("is that of the step itself where it is made in one piece ($name)", (mobility) => {
    const { made, seen } = reports(mobility);
    for (const part of ["objective", "standardError", "energyChange", "smallestDeterminant"] as const)
      expect(Math.abs(seen[part] / made[part] - 1)).toBeLessThan(1e-10);
    expect(seen.folded).toBe(0);
  });

  it.each([
    steinMobility({ kernel: gaussianKernel({ bandwidth: 1 }) }),
    landauMobility({ constant: 1, exponent: 0 }),
  ])("certifies nothing where the cost of a displacement is not known ($name)", (mobility) => {
    const { made, seen } = reports(mobility);
    expect(seen.objective).toBeNaN();
    expect(seen.standardError).toBeNaN();
    expect(seen.energyChange).toBeCloseTo(made.energyChange, 10);
  });
});
