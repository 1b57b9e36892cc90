/** @file The energy that a checkpoint's record describes: the same terms again, from plain data alone. */

import { check } from "../check/check.ts";
import { doubleWellPotential } from "./doubleWellPotential.ts";
import type { Energy, Potential, TermSpec } from "./energy.ts";
import { freeEnergy } from "./freeEnergy.ts";
import type { Interaction } from "./interaction.ts";
import { entropy, type InternalEnergy, powerEnergy } from "./internalEnergy.ts";
import { powerInteraction } from "./powerInteraction.ts";
import { quadraticPotential } from "./quadraticPotential.ts";
import { ripplePotential } from "./ripplePotential.ts";
import { trigonometricInteraction } from "./trigonometricInteraction.ts";

/** The terms of an energy as plain data, as a checkpoint's manifest has them under `flow.energy`. */
export interface EnergySpec {
  readonly internal?: TermSpec;
  readonly potential?: TermSpec;
  readonly interaction?: TermSpec;
}

/** A `spec` is its factory's arguments with a `kind`; the factories ignore the `kind`. */
type Factories<Term> = Readonly<Record<string, (spec: never) => Term>>;

const internals: Factories<InternalEnergy> = {
  entropy: ({ diffusion }: { readonly diffusion: number }) => entropy(diffusion),
  power: powerEnergy,
};
const potentials: Factories<Potential> = {
  quadratic: quadraticPotential,
  "double-well": doubleWellPotential,
  ripple: ripplePotential,
};
const interactions: Factories<Interaction> = {
  powers: powerInteraction,
  trigonometric: trigonometricInteraction,
};

/**
 * Makes an energy again from what {@link TermSpec} records of its terms.
 *
 * @throws InputError for a term that is not of this package: its formula is in somebody's pipeline, not in the record.
 */
export function energyFromSpec({ internal, potential, interaction }: EnergySpec): Energy {
  return freeEnergy({
    ...(internal === undefined ? {} : { internal: made("internal", internals, internal) }),
    ...(potential === undefined ? {} : { potential: made("potential", potentials, potential) }),
    ...(interaction === undefined ? {} : { interaction: made("interaction", interactions, interaction) }),
  });
}

function made<Term>(term: string, factories: Factories<Term>, spec: TermSpec): Term {
  check(
    Object.hasOwn(factories, spec.kind),
    () =>
      `energyFromSpec: the ${term} of kind "${spec.kind}" cannot be made from its record; ${Object.keys(factories).join(", ")} can.`,
  );
  return factories[spec.kind](spec as never);
}
