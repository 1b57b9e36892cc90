/** @file The Ornstein–Uhlenbeck flow that an energy drives. */

import { numberOf } from "../../energies/coefficient.ts";
import type { Energy } from "../../energies/energy.ts";
import { quadraticStiffness } from "../../energies/quadraticPotential.ts";
import { symmetricEigen } from "../../linalg/eigen.ts";
import { type OrnsteinUhlenbeck, ornsteinUhlenbeck } from "./ornsteinUhlenbeck.ts";

/** The closed form of a flow whose energy is an entropy and a quadratic potential; undefined for any other. */
export function ornsteinUhlenbeckOf({ internal, potential, interaction }: Energy):
  | {
      readonly system: OrnsteinUhlenbeck;
      /** Whether there is a steady state. */
      readonly confines: boolean;
    }
  | undefined {
  const quadratic = potential && quadraticStiffness(potential);
  if (quadratic === undefined || interaction !== undefined || internal?.exponent !== 1) return undefined;
  const { matrix: stiffness, centre: center } = quadratic;
  return {
    system: ornsteinUhlenbeck({ stiffness, center, diffusion: numberOf(internal.coefficient) }),
    confines: symmetricEigen(stiffness).values[0] > 0,
  };
}
