/** @file Held-out densities of a learned collision step, with exact steps of some of their particles. */

import { type GradientFlow, pushed } from "../../../jko/flow.ts";
import { type Matrix, matmul, transpose } from "../../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import { ellipticMixtureFamily } from "../../../measures/families/ellipticMixtureFamily.ts";
import { type GaussianMixture, gaussianMixture } from "../../../measures/mixture.ts";
import { relativeDisplacementError } from "../../../metrics/mapError.ts";
import { foldIn, type Key } from "../../../random/key.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import { exactCollisionStep } from "../../../systems/kinetic/exactStep.ts";

/** A held-out density in phase space and its first exact step. */
export interface KineticCase {
  readonly cloud: Cloud;
  readonly key: Key;
  /** The first step where it is known: indices of particles, their velocities before and after it. */
  readonly chosen: Int32Array;
  readonly exact: Float64Array;
}

/** A random mixture, its particles, and the exact step of the first of them. */
export function kineticCase(
  flow: GradientFlow,
  options: { readonly key: Key; readonly particles: number; readonly points: number },
): KineticCase {
  const { key, particles, points } = options;
  const start = heldOut.draw(foldIn(key, "density")) as GaussianMixture;
  const cloud = sampleCloud(start, foldIn(key, "particles"), particles);
  const moved = pushed(flow, cloud).cloud;
  const chosen = Int32Array.from({ length: Math.min(points, particles) }, (_, i) => i);
  const { strength, temperature } = collisionConstants("kineticOperatorLaw", flow);
  const exact = exactCollisionStep(
    pushedMixture(flow, start),
    moved.positions.subarray(0, 2 * chosen.length),
    {
      strength,
      temperature,
      tau: flow.tau,
    },
  );
  return { cloud, key, chosen, exact };
}

/** Mixtures of Gaussians in the plane of position and velocity with axes of any direction. */
const heldOut = ellipticMixtureFamily({
  dimension: 2,
  components: [1, 3],
  reach: 2,
  deviations: [0.35, 0.95],
});

/** A mixture after the conservative push, which is linear in a quadratic potential: the columns of its matrix are images of axes. */
function pushedMixture(flow: GradientFlow, mixture: GaussianMixture): GaussianMixture {
  const axes = Float64Array.of(1, 0, 0, 1);
  const probe = { dimension: 2, count: 2, positions: axes, logDensity: new Float64Array(2) };
  const images = pushed(flow, probe).cloud.positions;
  const matrix: Matrix = [
    [images[0], images[2]],
    [images[1], images[3]],
  ];
  return gaussianMixture({
    weights: mixture.weights,
    means: mixture.means.map(([x, v]) => matrix.map(([a, b]) => a * x + b * v)),
    covariances: mixture.covariances.map((covariance) => {
      const [[xx, xv], [vx, vv]] = matmul(matmul(matrix, covariance), transpose(matrix));
      return [
        [xx, 0.5 * (xv + vx)],
        [0.5 * (xv + vx), vv],
      ];
    }),
  });
}

/** The error of the first step from the exact one, in %, at the points where that is known. */
export function stepError({ chosen, exact }: KineticCase, before: Cloud, after: Cloud): number {
  const velocity = (cloud: Cloud) => Float64Array.from(chosen, (i) => cloud.positions[2 * i + 1]);
  return (
    100 *
    Math.sqrt(relativeDisplacementError({ initial: velocity(before), computed: velocity(after), exact }))
  );
}
