/** @file The blob method: deterministic particles that go down an energy of their own smoothed density. */

import { check } from "../check/check.ts";
import type { Energy } from "../energies/energy.ts";
import type { Interaction } from "../energies/interaction.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import { simulatedInfo } from "./composite.ts";
import type { Solver } from "./solver.ts";

/** Beyond so many `ε` the mollifier is below 1e-8 of its height and is taken to be zero. */
const reach = 6;

/** Particles, row-major `[n, d]`, and the width `ε` of the Gaussian `φ_ε` that smooths them, in units of length. */
export interface Blobs {
  readonly dimension: number;
  readonly positions: Floats;
  readonly epsilon: number;
}

/** `(φ_ε * ρ)(x_i) = (1/n) Σ_j φ_ε(x_i − x_j)`, the particle itself included, `[n]`. */
export function blobDensity(blobs: Blobs): Float64Array {
  const { dimension: d, positions, epsilon } = blobs;
  const n = positions.length / d;
  const height = (2 * Math.PI * epsilon ** 2) ** (-d / 2) / n;
  const density = new Float64Array(n).fill(height);
  forPairs(blobs, (i, j, squared) => {
    const value = height * Math.exp((-0.5 * squared) / epsilon ** 2);
    density[i] += value;
    density[j] += value;
  });
  return density;
}

/**
 * `E_ε(ρ) = ∫ F(φ_ε * ρ) dρ + ∫V dρ + ½∬W dρdρ` of particles of mass `1/n`, with `F(s) = U(s)/s`; a particle does not interact with itself.
 */
export function blobEnergy(energy: Energy, blobs: Blobs): number {
  const { dimension: d, positions } = blobs;
  const { internal, potential, interaction } = energy;
  const n = positions.length / d;
  let sum = 0;
  if (internal !== undefined) for (const s of blobDensity(blobs)) sum += internal.value(Math.log(s));
  if (potential !== undefined)
    for (let i = 0; i < n; i++) sum += potential.value(positions.subarray(i * d, (i + 1) * d));
  if (interaction !== undefined) {
    forPairs({ ...blobs, epsilon: Number.POSITIVE_INFINITY }, (_i, _j, squared) => {
      sum += interaction.value(squared) / n;
    });
  }
  return sum / n;
}

/** `−n ∂E_ε/∂x_i`: the velocity of each particle in the gradient flow of `E_ε`, row-major `[n, d]`. */
export function blobVelocity(energy: Energy, blobs: Blobs): Float64Array {
  const { dimension: d, positions } = blobs;
  const { internal, potential, interaction } = energy;
  const velocity = new Float64Array(positions.length);
  if (internal !== undefined) {
    // F'(s) = P(s)/s², where P/s is what an internal energy calls its pressure.
    const slopes = blobDensity(blobs).map((s) => internal.pressure(Math.log(s)) / s);
    addDiffusion(velocity, blobs, slopes);
  }
  if (interaction !== undefined) addForces(velocity, blobs, interaction);
  if (potential !== undefined) {
    for (let i = 0; i < positions.length; i += d) {
      const slope = potential.gradient(positions.subarray(i, i + d));
      for (let a = 0; a < d; a++) velocity[i + a] -= slope[a];
    }
  }
  return velocity;
}

/**
 * The gradient flow of `E_ε` on the cloud's own particles, by the midpoint rule. Where there is no internal energy nothing is smoothed,
 * and this is the plain system of particles `ẋ_i = −∇V(x_i) − (1/n) Σ_j ∇W(x_i − x_j)`. It costs `O(n²)` twice a substep. The
 * log-densities that it leaves are those of the smoothed particles, NaN where nothing is smoothed.
 *
 * @param options.epsilon `ε > 0`, in units of length: below the details of the density, above the distance of neighbours.
 * @param options.substeps of every step `τ`.
 * @see Carrillo, Craig & Patacchini (2019), A blob method for diffusion, doi:10.1007/s00526-019-1486-3.
 */
export function blobSolver(options: { readonly epsilon: number; readonly substeps: number }): Solver<null> {
  const { epsilon, substeps } = options;
  check(epsilon > 0, () => `blobSolver: epsilon must be positive, got ${epsilon}`);
  check(
    Number.isInteger(substeps) && substeps > 0,
    () => `blobSolver: substeps must be a positive integer, got ${substeps}`,
  );
  return {
    name: "blob method",
    init: async () => null,
    async step(flow, cloud, state) {
      const { dimension, count } = cloud;
      const h = flow.tau / substeps;
      const velocity = (positions: Floats) => blobVelocity(flow.energy, { dimension, positions, epsilon });
      let positions = Float64Array.from(cloud.positions);
      for (let k = 0; k < substeps; k++) {
        const start = velocity(positions);
        const middle = velocity(positions.map((x, j) => x + 0.5 * h * start[j]));
        positions = positions.map((x, j) => x + h * middle[j]);
      }
      const logDensity =
        flow.energy.internal === undefined
          ? new Float64Array(count).fill(Number.NaN)
          : blobDensity({ dimension, positions, epsilon }).map(Math.log);
      const after: Cloud = { dimension, count, positions, logDensity };
      return { cloud: after, state, info: simulatedInfo(flow, { before: cloud, after }, substeps) };
    },
  };
}

/** `−Σ_j (F'_i + F'_j) ∇φ_ε(x_i − x_j)/n` with `∇φ_ε(z) = −z φ_ε(z)/ε²`. */
function addDiffusion(velocity: Float64Array, blobs: Blobs, slopes: Float64Array): void {
  const { dimension: d, positions, epsilon } = blobs;
  const n = slopes.length;
  const height = (2 * Math.PI * epsilon ** 2) ** (-d / 2) / n / epsilon ** 2;
  forPairs(blobs, (i, j, squared) => {
    const push = height * (slopes[i] + slopes[j]) * Math.exp((-0.5 * squared) / epsilon ** 2);
    for (let a = 0; a < d; a++) {
      const force = push * (positions[i * d + a] - positions[j * d + a]);
      velocity[i * d + a] += force;
      velocity[j * d + a] -= force;
    }
  });
}

function addForces(velocity: Float64Array, blobs: Blobs, interaction: Interaction): void {
  const { dimension: d, positions } = blobs;
  const n = positions.length / d;
  forPairs({ ...blobs, epsilon: Number.POSITIVE_INFINITY }, (i, j, squared) => {
    const pull = interaction.slope(squared) / n;
    for (let a = 0; a < d; a++) {
      const force = pull * (positions[i * d + a] - positions[j * d + a]);
      velocity[i * d + a] -= force;
      velocity[j * d + a] += force;
    }
  });
}

/** Visits every pair of particles within reach once, with their squared distance. */
function forPairs(
  { dimension: d, positions, epsilon }: Blobs,
  visit: (i: number, j: number, squared: number) => void,
): void {
  const n = positions.length / d;
  const farthest = (reach * epsilon) ** 2;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let squared = 0;
      for (let a = 0; a < d; a++) squared += (positions[i * d + a] - positions[j * d + a]) ** 2;
      if (squared < farthest) visit(i, j, squared);
    }
  }
}
