import { describe, expect, it } from "vitest";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { errorBar } from "../../src/jko/errorBar.ts";
import { wassersteinFlow } from "../../src/jko/flow.ts";
import { observeStep } from "../../src/jko/optimality.ts";
import { type AffineMap, applyAffine } from "../../src/measures/affineMap.ts";
import { barenblatt } from "../../src/measures/barenblatt.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { moments } from "../../src/metrics/statistics.ts";
import { keyFrom } from "../../src/random/key.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { barenblattSystem } from "../../src/systems/porousMedium/barenblatt.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

const matrix = [
  [2, 0.5],
  [0.5, 1],
];
const [tau, diffusion, count] = [0.1, 0.5, 4096];
const flow = fokkerPlanck({ dimension: 2, potential: quadraticPotential({ matrix }), diffusion, tau });
const system = ornsteinUhlenbeck({ stiffness: matrix, diffusion });
const start = gaussian({
  mean: [1, 2],
  covariance: [
    [1, -0.3],
    [-0.3, 0.5],
  ],
});
const before = sampleCloud(start, keyFrom(1), count);

function moved(map: AffineMap): Cloud {
  const positions = applyAffine(map, Float64Array.from(before.positions));
  const [[a, b], [c, d]] = map.matrix;
  const logDensity = Float64Array.from(before.logDensity, (l) => l - Math.log(a * d - b * c));
  return { ...before, positions, logDensity };
}

const distance = (a: Cloud, b: Cloud) =>
  Math.sqrt(
    Array.from(a.positions, (x, i) => (x - b.positions[i]) ** 2).reduce((sum, x) => sum + x, 0) / a.count,
  );
const { map } = system.jkoStep(start, tau);

describe("the error bar", () => {
  it("vanishes at the exact step", () => {
    const { bar, lambda } = errorBar(flow, before, moved(map)) as { bar: number; lambda: number };
    expect(bar).toBeLessThan(1e-7);
    expect(lambda).toBeCloseTo(1.5 - Math.SQRT1_2, 12);
  });

  it.each([0.003, 0.03, 0.1])(
    "holds for symmetric affine maps off by %d, and is at most three times the error",
    (size) => {
      const exact = moved(map);
      for (const [shift, stretch] of [
        [1, 0],
        [0, 1],
        [-1, 1],
        [1, -1],
      ]) {
        const wrong = moved({
          matrix: map.matrix.map((row, i) => row.map((x, j) => x + size * stretch * (i === j ? 1 : -0.5))),
          offset: map.offset.map((x) => x + size * shift),
        });
        const { bar } = errorBar(flow, before, wrong) as { bar: number };
        const error = distance(wrong, exact);
        expect(bar).toBeGreaterThan(error);
        expect(bar).toBeLessThan(3 * error);
      }
    },
  );

  it("of the exact porous medium step is small, though the density ends at an edge", () => {
    const porous = barenblattSystem({ dimension: 2, exponent: 2 });
    const medium = porousMedium({ dimension: 2, exponent: 2, tau: 0.05 });
    const scale = 0.56;
    const next = porous.jkoStep(scale, 0.05);
    const cloud = sampleCloud(
      barenblatt({ dimension: 2, exponent: 2, scale, centre: [0, 0] }),
      keyFrom(2),
      count,
    );
    const after = {
      ...cloud,
      positions: cloud.positions.map((x) => (next / scale) * x),
      logDensity: cloud.logDensity.map((l) => l - 2 * Math.log(next / scale)),
    };
    const exact = errorBar(medium, cloud, after) as { bar: number };
    expect(exact.bar).toBeLessThan(1e-6 * distance(cloud, after));
    expect((errorBar(medium, cloud, cloud) as { bar: number }).bar).toBeGreaterThan(distance(cloud, after));
  });

  it("vanishes at the exact step of quadratic attraction, and holds where a step is not made", () => {
    const energy = freeEnergy({ interaction: powerInteraction({ terms: [{ coefficient: 1, power: 2 }] }) });
    const attraction = wassersteinFlow({ name: "attraction", dimension: 2, energy, tau });
    const { mean } = moments(before.positions, 2);
    // The cloud's own step, a mean over other particles: (n − 1)/n of the distance from its mean counts.
    const factor = 1 / (1 + (tau * count) / (count - 1));
    const after = {
      ...before,
      positions: before.positions.map((x, i) => mean[i % 2] + factor * (x - mean[i % 2])),
    };
    expect((errorBar(attraction, before, after) as { bar: number }).bar).toBeLessThan(1e-12);
    const still = errorBar(attraction, before, before) as { bar: number; lambda: number };
    expect(still.lambda).toBe(1);
    expect(still.bar).toBeGreaterThan(distance(before, after));
    expect(still.bar).toBeLessThan(1.1 * distance(before, after));
  });

  it("is refused on a circle, and so is the weak test", () => {
    const circle = { ...flow, torus: { coordinates: { start: 1, count: 1 }, period: 5 } };
    expect(errorBar(circle, before, before)).toEqual({
      bar: undefined,
      reason: "particles move on a circle, where there is no width to compare with",
    });
    expect(() => observeStep(circle, before, before)).toThrow("moves periodic coordinates");
  });

  it("says why there is none", () => {
    const potential = doubleWellPotential({ dimension: 2, height: 4, halfWidth: 1 });
    const steep = fokkerPlanck({ dimension: 2, potential, diffusion, tau });
    expect(errorBar(steep, before, before)).toEqual({
      bar: undefined,
      reason: "the energy is only -16-convex, too little for a step of 0.1: that must be shorter than 0.0625",
    });
    const few = sampleCloud(start, keyFrom(1), 30);
    expect(errorBar(flow, few, few)).toEqual({
      bar: undefined,
      reason: "it takes 31 particles, and there are 30",
    });
  });
});
