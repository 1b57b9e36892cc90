/** @file Whether the particles that a wave has trapped leave the middle of their vortex empty. */

import type { PeriodicCells } from "../../../conservative/periodicCells.ts";
import type { PlasmaSnapshot } from "./course.ts";
import { longestWave } from "./moment.ts";

/** Share of the circle on either side of the centre, and width of the bins of `v₁`, that the density is taken over. */
const reach = 1 / 16;
const binWidth = 0.4;

/**
 * The density in the middle of the vortex over the greatest on the line through it: at the place where the longest wave of the potential is
 * least, that of particles with `|v₁| < 0.2` over that of the fullest bin of `v₁`. Near 0 the core is empty; 1 where particles at rest
 * are the most frequent, as in equilibrium.
 */
export function coreDensity(cells: PeriodicCells, { cloud, fields }: PlasmaSnapshot): number {
  const { length } = cells;
  const { phase } = longestWave(cells, fields.electric);
  const centre = length * (phase / (2 * Math.PI) + 0.25);
  const bins = new Map<number, number>();
  const { positions, dimension } = cloud;
  for (let i = 0; i < positions.length; i += dimension) {
    const from = (positions[i] - centre) / length;
    if (Math.abs(from - Math.round(from)) > reach) continue;
    const bin = Math.round(positions[i + 1] / binWidth);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
  }
  return (bins.get(0) ?? 0) / Math.max(1, ...bins.values());
}
