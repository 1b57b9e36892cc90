/** @file The equation on a grid, beside roll-outs: against exact solutions, and where there is none. */

import { describe, expect, it } from "vitest";
import { cellCenters } from "../../src/domains/grid.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { relativeGridError } from "../../src/metrics/kernelGrid.ts";
import { equationOnGrid } from "../../src/pipeline/densityCourse.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { kellerSegel } from "../../src/systems/kellerSegel/flow.ts";
import { barenblattSystem } from "../../src/systems/porousMedium/barenblatt.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";

const box = [0, 1].map(() => ({ low: -4, high: 4, cells: 64 }));
const centres = cellCenters(box);
const times = [0.1, 0.4];

describe("the equation on a grid", () => {
  it("spreads a Gaussian by a Fokker–Planck equation", () => {
    const potential = quadraticPotential({ matrix: identity(2) });
    const flow = fokkerPlanck({ dimension: 2, potential, diffusion: 1, tau: 0.1 });
    const law = (variance: number) =>
      gaussian({
        mean: [0, 0],
        covariance: [
          [variance, 0],
          [0, variance],
        ],
      });
    const found = equationOnGrid(flow, law(0.3), { box, times }) ?? [];
    expect(found).toHaveLength(2);
    for (const [k, time] of times.entries()) {
      const exact = law(1 - 0.7 * Math.exp(-2 * time))
        .logDensity(centres)
        .map(Math.exp);
      expect(relativeGridError(found[k], exact)).toBeLessThan(0.01);
    }
  });

  it("spreads a profile of Barenblatt by the porous medium equation", () => {
    const system = barenblattSystem({ dimension: 2, exponent: 2 });
    const start = system.scaleOfAge(0.2);
    const flow = porousMedium({ dimension: 2, exponent: 2, tau: 0.05 });
    const found = equationOnGrid(flow, system.measure(start), { box, times }) ?? [];
    for (const [k, time] of times.entries())
      expect(relativeGridError(found[k], system.density(centres, system.flow(start, time)))).toBeLessThan(
        0.01,
      );
  });

  it("is left out where it would cost too much", () => {
    const start = gaussian({ mean: [0, 0], covariance: identity(2) });
    expect(equationOnGrid(kellerSegel({ sensitivity: 4, tau: 0.05 }), start, { box, times })).toBeUndefined();
  });
});
