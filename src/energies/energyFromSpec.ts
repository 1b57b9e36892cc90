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

const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown) =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= 1000;
const isListOf = (is: (entry: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);
const isOptional = (is: (value: unknown) => boolean) => (value: unknown) => value === undefined || is(value);
const hasNumbers =
  (...names: readonly string[]) =>
  (value: unknown) =>
    typeof value === "object" && value !== null && names.every((name) => isNumber((value as TermSpec)[name]));

/** What the arguments of each kind must be: a record is read from a file, which anybody may have written. */
const fields: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  entropy: { diffusion: isNumber },
  power: { exponent: isNumber, coefficient: isNumber },
  quadratic: { matrix: isListOf(isListOf(isNumber)), centre: isOptional(isListOf(isNumber)) },
  "double-well": { dimension: isCount, height: isNumber, halfWidth: isNumber },
  ripple: {
    dimension: isCount,
    stiffness: isNumber,
    amplitude: isNumber,
    wavenumber: isNumber,
    phase: isNumber,
  },
  powers: { terms: isListOf(hasNumbers("coefficient", "power")), softening: isOptional(isNumber) },
  trigonometric: { period: isNumber, harmonics: isListOf(hasNumbers("order", "coefficient")) },
};

/**
 * Makes an energy again from what {@link TermSpec} records of its terms.
 *
 * @throws InputError for arguments that no record has, and for a term that is not of this package: its formula is in somebody's pipeline, not in the record.
 */
export function energyFromSpec(spec: EnergySpec): Energy {
  check(
    isRecord(spec),
    () => `energyFromSpec: expected the terms of an energy, got ${JSON.stringify(spec)}.`,
  );
  const { internal, potential, interaction } = spec;
  return freeEnergy({
    ...(internal === undefined ? {} : { internal: made("internal", internals, internal) }),
    ...(potential === undefined ? {} : { potential: made("potential", potentials, potential) }),
    ...(interaction === undefined ? {} : { interaction: made("interaction", interactions, interaction) }),
  });
}

function made<Term>(term: string, factories: Factories<Term>, spec: TermSpec): Term {
  check(isRecord(spec), () => `energyFromSpec: the ${term} must be a record, got ${JSON.stringify(spec)}.`);
  check(
    typeof spec.kind === "string" && Object.hasOwn(factories, spec.kind),
    () =>
      `energyFromSpec: the ${term} of kind ${JSON.stringify(spec.kind)} cannot be made from its record; ${Object.keys(factories).join(", ")} can.`,
  );
  for (const [name, fits] of Object.entries(fields[spec.kind])) {
    check(
      fits(spec[name]),
      () =>
        `energyFromSpec: the ${term} of kind "${spec.kind}" cannot have ${name} = ${JSON.stringify(spec[name])}.`,
    );
  }
  return factories[spec.kind](spec as never);
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
