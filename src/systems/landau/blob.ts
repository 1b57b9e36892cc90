/** @file The blob method for the Landau equation: particles that collide along the slope of an energy of their own smoothed density. */

import { check } from "../../check/check.ts";
import type { Energy } from "../../energies/energy.ts";
import { blobDensity, blobVelocity } from "../../jko/blob.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { arrive } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { type LandauMobility, landauOf } from "../../mobilities/landau.ts";
import { checkCloud } from "./fieldStep.ts";

/** What is carried from step to step. */
export interface LandauBlobState {
  /** `ε`, the same in all steps. */
  readonly epsilon: number;
  readonly step: number;
}

/**
 * The `ε` of normal-reference smoothing for the gradient of a density, `(4/(d + 4))^{1/(d+6)} n^{−1/(d+6)} s`, with `s` the geometric mean of
 * the cloud's standard deviations along the axes.
 *
 * @see Chacón, Duong & Wand (2011), Asymptotics for general multivariate kernel density derivative estimators, Statistica Sinica 21, 807–840.
 */
export function landauBlobWidth({ positions, dimension: d, count }: Cloud): number {
  const { covariance } = moments(positions, d);
  const logDeviation = covariance.reduce((sum, row, a) => sum + 0.5 * Math.log(row[a]), 0) / d;
  return (4 / ((d + 4) * count)) ** (1 / (d + 6)) * Math.exp(logDeviation);
}

/** `𝓑[w]` with `w_i = −n ∂E_ε/∂v_i`, and the mean of `w·𝓑[w]`, at which `E_ε` falls. */
export function landauBlobVelocity(
  flow: { readonly energy: Energy; readonly mobility: LandauMobility },
  cloud: Cloud,
  epsilon: number,
): { readonly velocity: ArrayLike<number>; readonly action: Float64Array } {
  const { dimension: d, count, positions } = cloud;
  const w = blobVelocity(flow.energy, { dimension: d, positions, epsilon });
  const velocity = flow.mobility.velocities(w, cloud);
  const action = new Float64Array(count);
  for (let k = 0; k < w.length; k++) action[Math.floor(k / d)] += w[k] * velocity[k];
  return { velocity, action };
}

/**
 * The particles `v̇_i = −(1/n) Σ_j A(v_i − v_j)(g_i − g_j)` with `g_i = n ∂E_ε/∂v_i` the slope of the energy `E_ε(f) = ∫ log(φ_ε * f) df` of
 * particles that are smoothed by a Gaussian `φ_ε`, by explicit steps: without a grid, in `O(n²)`. Before time is cut into steps, momentum and
 * energy are kept and `E_ε` falls; a step adds `h² E|U|²` to `E|v|²`. The log-densities that it leaves, and the energies that it reports, are
 * those of the smoothed particles.
 *
 * @param options.substeps of every step `τ`, `h = τ/substeps`.
 * @param options.epsilon `ε`, in units of speed; that of `landauBlobWidth` for the initial cloud unless given.
 * @see Carrillo, Hu, Wang & Wu (2020), doi:10.1016/j.jcpx.2020.100066.
 */
export function landauBlobSolver(options: {
  readonly substeps: number;
  readonly epsilon?: number;
}): Solver<LandauBlobState> {
  const { substeps, epsilon } = options;
  const name = "blob method for Landau";
  check(
    Number.isInteger(substeps) && substeps > 0,
    () => `landauBlobSolver: substeps must be a positive integer, got ${substeps}`,
  );
  check(
    epsilon === undefined || epsilon > 0,
    () => `landauBlobSolver: epsilon must be positive, got ${epsilon}`,
  );
  return {
    name,
    async init(flow, cloud) {
      landauOf(name, flow.mobility);
      checkCloud(name, flow, cloud);
      return { epsilon: epsilon ?? landauBlobWidth(cloud), step: 0 };
    },
    async step(flow, cloud, state) {
      // The initial cloud carries the exact density; all later ones that of their smoothed particles.
      const before = state.step === 0 ? smoothed(cloud, state.epsilon) : cloud;
      const { after, action } = collide(flow, before, { substeps, epsilon: state.epsilon });
      const determinants = after.logDensity.map((value, i) => Math.exp(before.logDensity[i] - value));
      const passage = {
        start: before,
        cloud: after,
        determinants: Float64Array.from(determinants),
        action,
        portion: 1,
        pieces: substeps,
      };
      return {
        cloud: after,
        state: { ...state, step: state.step + 1 },
        info: arrive(flow, passage, 0),
      };
    },
  };
}

/** Explicit Euler steps over one `τ`; the action is the mean over them. */
function collide(
  flow: GradientFlow,
  before: Cloud,
  options: { readonly substeps: number; readonly epsilon: number },
): { readonly after: Cloud; readonly action: Float64Array } {
  const { substeps, epsilon } = options;
  const mobility = landauOf("blob method", flow.mobility);
  const h = flow.tau / substeps;
  const total = new Float64Array(before.count);
  let cloud = before;
  for (let s = 0; s < substeps; s++) {
    const { velocity, action } = landauBlobVelocity({ energy: flow.energy, mobility }, cloud, epsilon);
    const positions = Float64Array.from(cloud.positions, (x, k) => x + h * velocity[k]);
    cloud = { ...cloud, positions };
    for (let i = 0; i < total.length; i++) total[i] += action[i] / substeps;
  }
  return { after: smoothed(cloud, epsilon), action: total };
}

function smoothed(cloud: Cloud, epsilon: number): Cloud {
  const { dimension, positions } = cloud;
  return { ...cloud, logDensity: blobDensity({ dimension, positions, epsilon }).map(Math.log) };
}
