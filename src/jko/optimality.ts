/** @file A step of a flow as the optimality tests see it. */

import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { ObservedStep } from "../metrics/weakResidual.ts";
import type { GradientFlow } from "./flow.ts";

/**
 * What `weakResidual` and `virialResidual` need to know of a step in the Wasserstein metric: forces and pressures at the moved
 * particles, in Float64. No reference solution enters.
 */
export function observeStep(flow: GradientFlow, before: Cloud, after: Cloud): ObservedStep {
  const { energy, mobility, tau } = flow;
  check(
    mobility.name === "wasserstein",
    () => `observeStep: the mobility must be that of Wasserstein, got ${mobility.name}`,
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
    tau,
    initial: before.positions,
    moved: positions,
    force,
    pressure,
    ...(interaction === undefined ? {} : { interactionSlope: interaction.slope }),
  };
}
