/** @file The mobility of the Landau equation: collisions that keep mass, momentum and energy. */

import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import { gramApply } from "./landauGram.ts";
import { type LandauKernel, strengthOf } from "./landauKernel.ts";
import { momentApply, momentTensors, momentVelocities } from "./landauMoments.ts";
import { pairApply, pairVelocities } from "./landauPairs.ts";
import type { FieldArrays, Mobility } from "./mobility.ts";
import { type RandomBatches, randomBatches } from "./randomBatches.ts";

/** The mobility of collisions, with the kernel that it is made of. */
export interface LandauMobility extends Mobility {
  readonly kernel: LandauKernel;
  velocities(field: ArrayLike<number>, cloud: Cloud): ArrayLike<number>;
}

/**
 * `𝓑_f[w](v) = ∫ A(v − v*) (w(v) − w(v*)) f(v*) dv*` with `A(z) = C (|z|² + ε²)^{γ/2} (|z|² I − z⊗z)`: with the entropy the Landau
 * equation `∂_t f = ∇·∫ A(v − v*) (f*∇f − f∇f*) dv*`. Sums of `𝓑[w]` and of `v·𝓑[w]` over the particles are zero, and `𝓑[a + βv] = 0`.
 *
 * The integral is the mean over the particles of each cloud, so any cloud, or any batch of one, is closed under collisions. The Jacobian is that
 * of a particle against the others at rest: the mean field's, which the derivative of the whole sum approaches as `1/n`. For `γ = 0` everything is
 * made of moments, `O(n d²)`. Other exponents take the sums over all pairs, `O(n²)`: pair by pair in Float64; on tensors by products of
 * matrices, without an array of pairs of vectors. Those products cancel where particles are close. In float32, for `γ = −3` and a
 * thousand particles, velocities keep five digits; Jacobians are 2 % off in the plane, 0.01 % with an `ε` of 3 % of the width of `f`, and
 * 0.01 % in space.
 *
 * @param options.constant `C > 0`, in units of 1/(time · mass · speed^γ).
 * @param options.exponent `γ`: 0 for Maxwell's molecules, −3 for Coulomb's force.
 * @param options.mass `∫f`, 1 unless given, while the cloud stands for the density `f/∫f`: a small mass makes collisions rare.
 * @param options.softening `ε ≥ 0`, in units of speed, 0 unless given. No conservation law needs or minds it.
 * @param options.batches in Float64 particles meet in random batches, see `randomBatches`; they all meet unless given.
 * @see Carrillo, Hu, Wang & Wu (2020), A particle method for the homogeneous Landau equation, doi:10.1016/j.jcpx.2020.100066.
 */
export function landauMobility(options: {
  readonly constant: number;
  readonly exponent: number;
  readonly mass?: number;
  readonly softening?: number;
  readonly batches?: RandomBatches;
}): LandauMobility {
  const { constant, exponent, mass = 1, softening = 0 } = options;
  for (const [name, value] of Object.entries({ constant, mass }))
    check(value > 0 && value < Infinity, () => `landauMobility: ${name} must be positive, got ${value}`);
  check(
    Number.isFinite(exponent) && exponent > -5,
    () => `landauMobility: exponent must be above −5, got ${exponent}`,
  );
  check(
    softening >= 0 && softening < Infinity,
    () => `landauMobility: softening must not be negative, got ${softening}`,
  );
  const kernel = { constant, exponent, mass, softening };
  const isMaxwell = exponent === 0;
  const whole: LandauMobility = {
    name: "landau",
    kernel,
    isPairwise: true,
    keepsEnergy: true,
    apply: (field, { positions }) =>
      isMaxwell ? momentTensors(strengthOf(kernel), field, positions) : gramApply(kernel, field, positions),
    applyArrays(field, cloud) {
      checkField(field, cloud);
      return isMaxwell ? momentApply(strengthOf(kernel), field, cloud) : pairApply(kernel, field, cloud);
    },
    velocities(field, cloud) {
      return isMaxwell
        ? momentVelocities(strengthOf(kernel), field, cloud)
        : pairVelocities(kernel, field, cloud);
    },
  };
  return options.batches === undefined ? whole : randomBatches(whole, options.batches);
}

/** The kernel of a flow's mobility. @throws InputError where that is another than Landau's; `where` names the caller. */
export function landauOf(where: string, mobility: Mobility): LandauMobility {
  check(
    "kernel" in mobility && mobility.name === "landau",
    () => `${where}: the mobility must be that of Landau, got ${mobility.name}`,
  );
  return mobility as LandauMobility;
}

function checkField({ value, jacobian }: FieldArrays, { count, dimension: d }: Cloud): void {
  check(
    value.length === count * d && jacobian.length === count * d * d,
    () =>
      `landauMobility: a field on ${count} particles in R^${d} has ${count * d} values and ${count * d * d} derivatives, got ${value.length} and ${jacobian.length}`,
  );
}
