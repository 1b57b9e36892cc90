/** @file Motion in a field that the particles' current changes: Vlasov–Ampère by particle-in-cell. */

import { check } from "../check/check.ts";
import type { Floats } from "../measures/cloud.ts";
import { fieldAtCentres, fieldEnergy, fieldOnFaces, mean } from "./gauss.ts";
import { cellsOf, type Plasma, type PlasmaFields, type PlasmaOptions, plasma } from "./particleInCell.ts";
import { depositCharge, depositCurrent } from "./periodicCells.ts";

/** The same with the field on the faces, which is what Ampère's law carries along. */
export interface AmpereFields extends PlasmaFields {
  /** `E_{j+½}`. */
  readonly faces: Float64Array;
}

/**
 * The Vlasov–Ampère equation `∂_t f + v·∂_x f + E ∂_{v₁} f = 0`, `∂_t E = −j + ⟨j⟩`, `j = ∫v₁ f dv`. The current conserves
 * charge on the grid, so the law of Gauss holds at every step to rounding where it holds at first; then the field is that of
 * {@link vlasovPoisson} by differences. Its energy is that of the faces, `½ΔxΣE_{j+½}²/M`.
 *
 * @param options.initial `E_{j+½}` at time zero, or `gauss` for the field of the charge.
 */
export function vlasovAmpere(
  options: PlasmaOptions & { readonly initial: "gauss" | ArrayLike<number> },
): Plasma<AmpereFields> {
  const cells = cellsOf("vlasovAmpere", options);
  const { mass, initial } = options;
  const stride = options.space.dimension;
  check(
    initial === "gauss" || initial.length === cells.count,
    () => `vlasovAmpere: initial must be "gauss" or have ${cells.count} values, got ${initial.length}`,
  );
  const fieldsOf = (positions: Floats, faces: (density: Float64Array) => Float64Array): AmpereFields => {
    const density = depositCharge(cells, { positions, stride }, mass);
    const own = faces(density);
    return { density, faces: own, electric: fieldAtCentres(own) };
  };
  return plasma("Vlasov–Ampère", options, {
    init: ({ positions }) =>
      fieldsOf(positions, (density) =>
        initial === "gauss" ? fieldOnFaces(cells, density) : Float64Array.from(initial),
      ),
    next: ({ before, displacements, after, fields }) => {
      const crossed = depositCurrent(cells, { positions: before, stride }, { displacements, mass });
      const level = mean(crossed);
      return fieldsOf(after, () => fields.faces.map((value, j) => value - (crossed[j] - level)));
    },
    energy: ({ faces }) => fieldEnergy(cells, faces) / mass,
  });
}
