/** @file Motion in the field of the particles' charge: Vlasov–Poisson by particle-in-cell. */

import type { Floats } from "../measures/cloud.ts";
import { fieldEnergy, type GaussScheme, gaussField } from "./gauss.ts";
import { cellsOf, type Plasma, type PlasmaFields, type PlasmaOptions, plasma } from "./particleInCell.ts";
import { depositCharge } from "./periodicCells.ts";

/**
 * The Vlasov–Poisson equation `∂_t f + v·∂_x f + E ∂_{v₁} f = 0`, `∂_x E = ρ − M/L`, `ρ = ∫f dv`, by particle-in-cell:
 * charge is deposited with a tent, the field solved on the grid and gathered with the same tent, so momentum is conserved. The energy of
 * the fields is `½ΔxΣE_j²/M`, that is for each unit of mass, as the particles' energy is.
 *
 * @see Birdsall & Langdon (1985), Plasma Physics via Computer Simulation, chapter 2.
 */
export function vlasovPoisson(
  options: PlasmaOptions & { readonly gauss: GaussScheme },
): Plasma<PlasmaFields> {
  const cells = cellsOf("vlasovPoisson", options);
  const solve = gaussField(cells, options.gauss);
  const stride = options.space.dimension;
  const fieldsOf = (positions: Floats): PlasmaFields => {
    const density = depositCharge(cells, { positions, stride }, options.mass);
    return { density, electric: solve(density) };
  };
  return plasma("Vlasov–Poisson", options, {
    init: ({ positions }) => fieldsOf(positions),
    next: ({ after }) => fieldsOf(after),
    energy: ({ electric }) => fieldEnergy(cells, electric) / options.mass,
  });
}
