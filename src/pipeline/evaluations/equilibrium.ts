/** @file Relaxation to a Gibbs measure: free energy in time and distance at the end, against finite volumes. */

import { type SeparablePotential, separablePotential } from "../../domains/potentialFunction.ts";
import { identity } from "../../linalg/matrix.ts";
import { gibbs } from "../../measures/gibbs.ts";
import type { Measure } from "../../measures/measure.ts";
import { rotatedProduct } from "../../measures/rotatedProduct.ts";
import { foldIn } from "../../random/key.ts";
import { type FiniteVolumes, finiteVolumes } from "../../systems/fokkerPlanck/finiteVolumes.ts";
import type { Evaluation } from "../definition.ts";
import { conduct } from "./conduct.ts";
import { type Course, followCourse } from "./equilibriumCourse.ts";
import { equilibriumReport } from "./equilibriumReport.ts";

export interface EquilibriumOptions {
  readonly potential: SeparablePotential;
  readonly diffusion: number;
  readonly densities: number;
  readonly steps: number;
  /** Half-width of the box of the finite volumes, and cells along each side. */
  readonly box: { readonly reach: number; readonly cells: number };
}

/**
 * Rolls held-out products of bimodal densities out until they have relaxed. The equation is solved by finite
 * volumes; the exact JKO chain, by Newton's method on quantiles along each axis, separates the operator's
 * error from the time step's.
 */
export function equilibriumSuite(options: EquilibriumOptions): Evaluation {
  return {
    suite: "equilibrium",
    async run(context) {
      const references = referencesOf(options);
      const tally = conduct();
      const courses: Course[] = [];
      for (let i = 0; i < options.densities; i++) {
        context.signal.throwIfAborted();
        courses.push(
          await followCourse(context, references, {
            key: foldIn(foldIn(context.key, "equilibrium"), i),
            tally,
          }),
        );
        context.progress(`density ${i + 1} of ${options.densities}`, (i + 1) / options.densities);
      }
      return equilibriumReport(courses, tally, { ...references, tau: context.problem.flow.tau });
    },
  };
}

/** What all densities are held against. */
export interface References extends EquilibriumOptions {
  /** One an axis: products stay products under a separable potential. */
  readonly volumes: readonly FiniteVolumes[];
  readonly stationary: Measure;
  /** `F_∞ = −D log Z`. */
  readonly leastFreeEnergy: number;
}

function referencesOf(options: EquilibriumOptions): References {
  const { potential, diffusion, box } = options;
  const { axes } = potential;
  const factors = axes.map((axis) =>
    gibbs({ potential: axis, diffusion, interval: [-box.reach, box.reach] }),
  );
  const stationary = rotatedProduct({ factors, rotation: identity(axes.length) });
  const origin = new Float64Array(axes.length);
  return {
    ...options,
    volumes: axes.map((axis) =>
      finiteVolumes({
        potential: separablePotential([axis]),
        diffusion,
        box: [{ low: -box.reach, high: box.reach, cells: box.cells }],
      }),
    ),
    stationary,
    leastFreeEnergy: diffusion * stationary.logDensity(origin)[0] + potential.value(origin),
  };
}
