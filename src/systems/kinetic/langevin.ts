/** @file Kinetic equations by simulating independent particles. */

import { check } from "../../check/check.ts";
import { simulatedInfo } from "../../jko/composite.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { normals } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { type CollisionConstants, collisionConstants } from "./constants.ts";

/** Particles without densities, and the fields of the conservative part. */
export interface LangevinState {
  readonly cloud: Cloud;
  readonly fields: unknown;
}

/**
 * Collisions for a time `t`, exactly in law: `v ← e^{−εt} v + √(T(1 − e^{−2εt})) ξ`. Particles are moved at random and not by a map, and
 * their log-densities are NaN.
 */
export function velocityKick(
  key: Key,
  cloud: Cloud,
  { strength, temperature, velocities, time }: CollisionConstants & { readonly time: number },
): Cloud {
  const { dimension, count } = cloud;
  const { start, count: d } = velocities;
  const positions = new Float64Array(cloud.positions);
  const kept = Math.exp(-strength * time);
  const noise = Math.sqrt(-temperature * Math.expm1(-2 * strength * time));
  const xi = normals(key, count * d);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < d; k++) {
      const at = i * dimension + start + k;
      positions[at] = kept * positions[at] + noise * xi[i * d + k];
    }
  }
  return { dimension, count, positions, logDensity: new Float64Array(count).fill(Number.NaN) };
}

/**
 * `dx = v dt, dv = F dt − εv dt + √(2εT) dB` for `steps` steps of `timeStep`: half a collision, the conservative part of the flow, half a
 * collision. The weak order is 2 where that of the conservative part is; the sampling error falls with the root of the number of
 * particles.
 *
 * @see Leimkuhler & Matthews (2013), doi:10.1093/amrx/abs010, which calls it OBABO with the scheme of Verlet.
 */
export function langevin(
  key: Key,
  state: LangevinState,
  options: { readonly flow: GradientFlow; readonly timeStep: number; readonly steps: number },
): LangevinState {
  const { flow, timeStep, steps } = options;
  check(timeStep > 0, () => `langevin: timeStep must be positive, got ${timeStep}`);
  check(
    Number.isInteger(steps) && steps > 0,
    () => `langevin: steps must be a positive integer, got ${steps}`,
  );
  const constants = collisionConstants("langevin", flow);
  const half = timeStep / 2;
  let { cloud, fields } = state;
  cloud = velocityKick(foldIn(key, 0), cloud, { ...constants, time: half });
  for (let step = 1; step <= steps; step++) {
    if (flow.conservative !== undefined) {
      ({ cloud, fields } = flow.conservative.push(cloud, fields, timeStep));
    }
    // Two halves in a row are one whole.
    const time = step < steps ? timeStep : half;
    cloud = velocityKick(foldIn(key, step), cloud, { ...constants, time });
  }
  return { cloud, fields };
}

/** {@link langevin} as a solver of whole steps, each in `substeps` parts: a reference of the equation itself. */
export function langevinSolver(options: {
  readonly substeps: number;
}): Solver<{ readonly key: Key; readonly fields: unknown }> {
  const { substeps } = options;
  return {
    name: "Langevin",
    isWhole: true,
    init: async (flow, cloud, key) => ({ key, fields: flow.conservative?.init(cloud) }),
    async step(flow, cloud, { key, fields }) {
      const next = langevin(
        foldIn(key, "noise"),
        { cloud, fields },
        { flow, timeStep: flow.tau / substeps, steps: substeps },
      );
      return {
        cloud: next.cloud,
        state: { key: foldIn(key, "next"), fields: next.fields },
        info: simulatedInfo(flow, { before: cloud, after: next.cloud }, substeps),
      };
    },
  };
}

/**
 * Exact collisions of the particles that the roll-out has pushed, {@link velocityKick}: the same splitting as that of a JKO solver, with
 * the dissipative part made exactly.
 */
export function kickSolver(): Solver<Key> {
  return {
    name: "exact collisions at random",
    init: async (_flow, _cloud, key) => key,
    async step(flow, cloud, key) {
      const constants = collisionConstants("kickSolver", flow);
      const after = velocityKick(foldIn(key, "noise"), cloud, { ...constants, time: flow.tau });
      return {
        cloud: after,
        state: foldIn(key, "next"),
        info: simulatedInfo(flow, { before: cloud, after }, 1),
      };
    },
  };
}
