/** @file Which finite volumes an energy's flow is solved by. */

import type { GridAxis } from "../domains/grid.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { Energy } from "../energies/energy.ts";
import {
  type AggregationDiffusionVolumes,
  aggregationDiffusionVolumes,
} from "../systems/aggregationDiffusion/finiteVolumes.ts";
import { type FiniteVolumes, finiteVolumes } from "../systems/fokkerPlanck/finiteVolumes.ts";

/** The implicit scheme, which knows its steady state, where an entropy and a potential are all of the energy; the explicit one elsewhere. */
export function volumesOf(
  energy: Energy,
  box: readonly GridAxis[],
): FiniteVolumes | AggregationDiffusionVolumes {
  const { internal, potential, interaction } = energy;
  return internal?.exponent === 1 && potential !== undefined && interaction === undefined
    ? finiteVolumes({ potential, diffusion: numberOf(internal.coefficient), box })
    : aggregationDiffusionVolumes({ energy, box });
}
