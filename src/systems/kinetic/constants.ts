/** @file The constants of collisions, read back from a flow. */

import { check } from "../../check/check.ts";
import type { Coordinates } from "../../domains/phaseSpace.ts";
import { numberOf } from "../../energies/coefficient.ts";
import { type GradientFlow, movedCoordinates } from "../../jko/flow.ts";

/** What the collisions `ε ∇_v·(v f + T ∇_v f)` depend on. */
export interface CollisionConstants {
  /** `ε > 0`, in units of 1/time. */
  readonly strength: number;
  /** `T > 0`, in units of velocity². */
  readonly temperature: number;
  readonly velocities: Coordinates;
}

/** The constants of a kinetic flow; `where` names the caller, which knows no other flows. */
export function collisionConstants(where: string, flow: GradientFlow): CollisionConstants {
  check(
    flow.mobility.name === "kinetic" && flow.energy.internal?.exponent === 1,
    () => `${where}: the flow must be a kinetic one with entropy, got ${flow.name}`,
  );
  return {
    strength: flow.mobility.scale ?? Number.NaN,
    temperature: numberOf(flow.energy.internal?.coefficient ?? Number.NaN),
    velocities: movedCoordinates(flow),
  };
}
