/** @file A step of a flow as the optimality tests see it. */

import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { ObservedStep } from "../metrics/weakResidual.ts";
import { type GradientFlow, movesOnTorus } from "./flow.ts";

/**
 * What `weakResidual` and `virialResidual` need to know of a step in the Wasserstein metric, or in one that scales it and leaves some
 * coordinates alone: forces and pressures at the moved particles, in Float64. No reference solution enters.
 * Coordinates that move must not be periodic.
 */
export function observeStep(flow: GradientFlow, before: Cloud, after: Cloud): ObservedStep {
  const { energy, mobility, tau } = flow;
  const { scale } = mobility;
  check(
    scale !== undefined,
    () => `observeStep: the mobility must be a multiple of the identity, got ${mobility.name}`,
  );
  check(
    !movesOnTorus(flow),
    () =>
      `observeStep: the tests are polynomials, which a circle does not have; ${flow.name} moves periodic coordinates`,
  );
  const { internal, potential, interaction } = energy;
  const { dimension: d, count, positions } = after;
  const force = new Float64Array(count * d);
  if (potential !== undefined) {
    for (let i = 0; i < count * d; i += d) force.set(potential.gradient(positions.subarray(i, i + d)), i);
  }
  const pressure = new Float64Array(count);
  if (internal !== undefined) {
    for (let i = 0; i < count; i++) pressure[i] = internal.pressure(after.logDensity[i]);
  }
  return {
    dimension: d,
    ...(mobility.coordinates === undefined ? {} : { along: mobility.coordinates }),
    tau: tau * (scale ?? 1),
    initial: before.positions,
    moved: positions,
    force,
    pressure,
    ...(interaction === undefined ? {} : { interactionSlope: interaction.slope }),
  };
}
