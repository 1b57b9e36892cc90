/** @file The Vlasov–Poisson–Fokker–Planck and Vlasov–Ampère–Fokker–Planck equations. */

import type { GaussScheme } from "../../conservative/gauss.ts";
import type { Plasma, PlasmaFields, PlasmaOptions } from "../../conservative/particleInCell.ts";
import { type AmpereFields, vlasovAmpere } from "../../conservative/vlasovAmpere.ts";
import { vlasovPoisson } from "../../conservative/vlasovPoisson.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { type CollisionOptions, collisions } from "./flow.ts";

/** A flow whose conservative part is a plasma. */
export interface PlasmaFlow<Fields extends PlasmaFields = PlasmaFields> extends GradientFlow {
  readonly conservative: Plasma<Fields>;
}

/**
 * `∂_t f + v·∂_x f + E ∂_{v₁} f = ε ∇_v·(v f + T ∇_v f)` with `∂_x E = ρ − M/L`: particles of one kind against a resting background,
 * in a bath of temperature `T`. The free energy `T∫f log f + ½∫|v|²f + ½∫|E|²/M`, for each unit of mass, falls along solutions by
 * `ε ∫|v + T∇_v log f|² f` in a unit of time.
 *
 * @see the two-stream instability in Birdsall & Langdon (1985), Plasma Physics via Computer Simulation, chapter 5.
 */
export function vlasovPoissonFokkerPlanck(
  options: CollisionOptions & PlasmaOptions & { readonly gauss: GaussScheme },
): PlasmaFlow {
  return {
    ...collisions({ ...options, name: "Vlasov–Poisson–Fokker–Planck" }),
    conservative: vlasovPoisson(options),
  };
}

/**
 * The same with `∂_t E = −j + ⟨j⟩`. The free energy falls at the same rate from any initial field, and the field is that of
 * {@link vlasovPoissonFokkerPlanck} where it obeys the law of Gauss at first.
 */
export function vlasovAmpereFokkerPlanck(
  options: CollisionOptions & PlasmaOptions & { readonly initial: "gauss" | ArrayLike<number> },
): PlasmaFlow<AmpereFields> {
  return {
    ...collisions({ ...options, name: "Vlasov–Ampère–Fokker–Planck" }),
    conservative: vlasovAmpere(options),
  };
}
