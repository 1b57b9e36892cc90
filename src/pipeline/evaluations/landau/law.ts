/** @file What the evaluations of the Landau equation are told about a problem. */

import type { GradientFlow } from "../../../jko/flow.ts";
import type { Gaussian } from "../../../measures/gaussian.ts";
import type { Measure } from "../../../measures/measure.ts";
import type { BkwSolution } from "../../../systems/landau/bkw.ts";

export interface LandauLaw {
  readonly initial: Measure;
  /** The time of the initial density. */
  readonly from: number;
  /** The Maxwellian to which it relaxes. */
  readonly equilibrium: Gaussian;
  /** `∫ f log f` at first, where it is known: the initial sample is off by its own chance, which stays with it. */
  readonly initialEntropy?: number;
  /** The solution, where it is known. */
  readonly exact?: Pick<BkwSolution, "at" | "entropy" | "energyDrift">;
  /** The flow at other steps and with the other log-determinant. */
  flowAt(options: { readonly tau: number; readonly logDeterminant: "exact" | "linear" }): GradientFlow;
}
