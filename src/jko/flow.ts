/** @file What is solved: an energy, a mobility and a time step. */

import { check } from "../check/check.ts";
import type { Conservative } from "../conservative/conservative.ts";
import type { Coordinates, Torus } from "../domains/phaseSpace.ts";
import type { Coefficient } from "../energies/coefficient.ts";
import type { Energy } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import { type Mobility, wasserstein } from "../mobilities/mobility.ts";

/**
 * A flow `∂_t f = −∇·(f b) + ∇·(f 𝓑_f[∇ δE/δf])`, discretised by steps of length `tau`: a push by the conservative part, exactly, and
 * a JKO step of the dissipative one. Gradient flows have the second alone.
 */
export interface GradientFlow {
  readonly name: string;
  readonly dimension: number;
  readonly energy: Energy;
  readonly mobility: Mobility;
  /** Which coordinates are periodic; none where this is left out. */
  readonly torus?: Torus;
  /** `b`; undefined for a gradient flow. */
  readonly conservative?: Conservative<unknown>;
  /**
   * How a step measures the change of volume: by `log|det ∇T|`, or by `τ ∇·v`, its linear part, which certifies its own surrogate of the
   * energy alone.
   */
  readonly logDeterminant?: "exact" | "linear";
  /** JKO step size `τ > 0`, in units of time. */
  readonly tau: number;
  /**
   * Values of the parameters by which this flow is one of a family; absent where it is one of a kind. Where energy or mobility depend on the
   * time, it is the parameter `time`: the end of the next step, which is where a step sees them. {@link rollout} lets it run.
   */
  readonly conditions?: Readonly<Record<string, number>>;
  /**
   * The flow of the family with these parameters, all of them; with tensors, inside a traced function, all flows of a batch at once. All flows
   * of a family have the same one, so that what is compiled for one of them is found again by the others.
   */
  readonly at?: (conditions: Readonly<Record<string, Coefficient>>) => GradientFlow;
}

/**
 * A flow as a member of a family, for one operator that learns them all.
 *
 * @param conditions the parameters' values for this flow.
 * @param make the flow of any values.
 */
export function flowFamily<Name extends string>(
  conditions: Readonly<Record<Name, number>>,
  make: (conditions: Readonly<Record<Name, Coefficient>>) => GradientFlow,
): GradientFlow {
  const at = (all: Readonly<Record<Name, Coefficient>>): GradientFlow => {
    const isOne = Object.values(all).every((value) => typeof value === "number");
    return isOne ? { ...make(all), conditions: all as Record<Name, number>, at } : make(all);
  };
  return at(conditions);
}

/** The flow at other conditions, which must be among its own, in steps of the same length. */
export function conditioned(
  flow: GradientFlow,
  conditions: Readonly<Record<string, Coefficient>> | undefined,
): GradientFlow {
  const names = Object.keys(conditions ?? {});
  if (names.length === 0) return flow;
  const unknown = names.find((name) => !(name in (flow.conditions ?? {})));
  check(
    flow.at !== undefined && unknown === undefined,
    () =>
      `${flow.name}: "${unknown ?? names[0]}" is no parameter of it; ${Object.keys(flow.conditions ?? {}).join(", ") || "there are none"}`,
  );
  const at = flow.at as NonNullable<GradientFlow["at"]>;
  return { ...at({ ...flow.conditions, ...conditions }), tau: flow.tau };
}

/** The flow some time later; the very same where nothing depends on the time. */
export function later(flow: GradientFlow, by: number): GradientFlow {
  const time = flow.conditions?.time;
  return time === undefined ? flow : conditioned(flow, { time: time + by });
}

/** The flow in steps of another length, from the same time on. */
export function inStepsOf(flow: GradientFlow, tau: number): GradientFlow {
  return later({ ...flow, tau }, tau - flow.tau);
}

/** The gradient flow of an energy in the Wasserstein metric. */
export function wassersteinFlow(flow: Omit<GradientFlow, "mobility" | "conservative">): GradientFlow {
  return gradientFlow({ ...flow, mobility: wasserstein });
}

/** A flow of any mobility, with or without a conservative part, checked. */
export function gradientFlow(flow: GradientFlow): GradientFlow {
  const { name, dimension, tau } = flow;
  check(
    Number.isInteger(dimension) && dimension > 0,
    () => `${name}: dimension must be a positive integer, got ${dimension}`,
  );
  check(tau > 0 && Number.isFinite(tau), () => `${name}: tau must be positive, got ${tau}`);
  return flow;
}

/** A cloud, and the fields with it, after the conservative part of a step; as they are where there is none. */
export function pushed(
  { conservative, tau }: GradientFlow,
  cloud: Cloud,
  fields: unknown = conservative?.init(cloud),
): { readonly cloud: Cloud; readonly fields: unknown } {
  return conservative?.push(cloud, fields, tau) ?? { cloud, fields };
}

/** The coordinates that steps move. */
export function movedCoordinates({ mobility, dimension }: GradientFlow): Coordinates {
  return mobility.coordinates ?? { start: 0, count: dimension };
}

/** Whether steps move coordinates that are periodic: then a density has neither moments nor polynomials to be tested with. */
export function movesOnTorus(flow: GradientFlow): boolean {
  if (flow.torus === undefined) return false;
  const [moved, periodic] = [movedCoordinates(flow), flow.torus.coordinates];
  return moved.start < periodic.start + periodic.count && periodic.start < moved.start + moved.count;
}

/** Whether nothing in space is preferred: then the mean of every solution, and of every exact step, stays where it is. */
export function isTranslationInvariant({ energy }: GradientFlow): boolean {
  return energy.potential === undefined;
}
