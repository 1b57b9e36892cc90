/** @file The potentials that a checkpoint can name: a checkpoint is data, so loading one runs no code of its own. */

import { z } from "zod";
import { check, didYouMean } from "../check/check.ts";
import { doubleWellPotential } from "./doubleWellPotential.ts";
import type { Potential, PotentialSpec } from "./energy.ts";
import { quadraticPotential } from "./quadraticPotential.ts";

const potentials: Readonly<Record<string, (spec: PotentialSpec) => Potential>> = {
  quadratic: (spec) =>
    quadraticPotential(
      z.object({ matrix: z.array(z.array(z.number())), centre: z.array(z.number()) }).parse(spec),
    ),
  "double-well": (spec) =>
    doubleWellPotential(
      z.object({ dimension: z.int(), height: z.number(), halfWidth: z.number() }).parse(spec),
    ),
};

/**
 * The potential that a spec describes.
 *
 * @throws InputError when the kind is unknown; a pipeline of your own passes its potential itself.
 */
export function potentialFrom(spec: PotentialSpec): Potential {
  const make = potentials[spec.kind];
  const known = Object.keys(potentials);
  check(
    make !== undefined,
    () =>
      `potential kind "${spec.kind}" is not one of ${known.join(", ")}.${didYouMean(spec.kind, known)} ` +
      "Name the pipeline that defines it with --pipeline <file>.",
  );
  return make(spec);
}
