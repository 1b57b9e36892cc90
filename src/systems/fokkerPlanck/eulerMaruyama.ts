/** @file The Fokker–Planck equation by simulating independent particles. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { numberOf } from "../../energies/coefficient.ts";
import { simulatedInfo } from "../../jko/composite.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { normals } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";

/**
 * Positions at time `steps · timeStep` of `dX = −∇V(X) dt + √(2D) dB`, by the scheme of Euler and Maruyama: weak order 1 in the time step,
 * and a sampling error that falls with the root of the number of particles.
 *
 * @param points row-major start positions, `[n, dimension]`; not changed.
 * @param options.diffusion `D ≥ 0`, in units of length²/time.
 */
export function eulerMaruyama(
  key: Key,
  points: Float64Array,
  options: {
    readonly dimension: number;
    readonly potential: PotentialFunction;
    readonly diffusion: number;
    readonly timeStep: number;
    readonly steps: number;
  },
): Float64Array {
  const { dimension, potential, diffusion, timeStep, steps } = options;
  check(timeStep > 0, () => `eulerMaruyama: timeStep must be positive, got ${timeStep}`);
  check(diffusion >= 0, () => `eulerMaruyama: diffusion must not be negative, got ${diffusion}`);
  check(
    points.length % dimension === 0,
    () => `eulerMaruyama: points must be rows of ${dimension}, got length ${points.length}`,
  );
  const positions = points.slice();
  const noise = Math.sqrt(2 * diffusion * timeStep);
  for (let step = 0; step < steps; step++) {
    const z = normals(foldIn(key, step), positions.length);
    for (let i = 0; i < positions.length; i += dimension) {
      const slope = potential.gradient(positions.subarray(i, i + dimension));
      for (let a = 0; a < dimension; a++) positions[i + a] += noise * z[i + a] - timeStep * slope[a];
    }
  }
  return positions;
}

/**
 * {@link eulerMaruyama} as a solver. Its particles are moved at random and not by a map: what they are after a step is a sample of the
 * density, and their log-densities are NaN.
 *
 * @param options.substeps of every step `τ`.
 */
export function eulerMaruyamaSolver(options: { readonly substeps: number }): Solver<Key> {
  const { substeps } = options;
  check(
    Number.isInteger(substeps) && substeps > 0,
    () => `eulerMaruyamaSolver: substeps must be a positive integer, got ${substeps}`,
  );
  return {
    name: "Euler–Maruyama",
    init: async (_flow, _cloud, key) => key,
    async step(flow, cloud, key) {
      const { dimension, count } = cloud;
      const positions = eulerMaruyama(foldIn(key, "noise"), Float64Array.from(cloud.positions), {
        dimension,
        ...equationOf(flow),
        timeStep: flow.tau / substeps,
        steps: substeps,
      });
      const after: Cloud = {
        dimension,
        count,
        positions,
        logDensity: new Float64Array(count).fill(Number.NaN),
      };
      return {
        cloud: after,
        state: foldIn(key, "next"),
        info: simulatedInfo(flow, { before: cloud, after }, substeps),
      };
    },
  };
}

/** `V` and `D` of a flow that is a Fokker–Planck equation. */
function equationOf({ energy }: GradientFlow): {
  readonly potential: PotentialFunction;
  readonly diffusion: number;
} {
  const { internal, potential, interaction } = energy;
  check(
    (internal === undefined || internal.exponent === 1) && interaction === undefined,
    () => "eulerMaruyamaSolver: the flow must be a Fokker–Planck equation: an entropy and a potential alone",
  );
  const flat = {
    value: () => 0,
    gradient: (x: ArrayLike<number>) => new Array(x.length).fill(0),
    hessian: () => [],
  };
  return {
    potential: potential ?? flat,
    diffusion: internal === undefined ? 0 : numberOf(internal.coefficient),
  };
}
