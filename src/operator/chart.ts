/** @file In which coordinates the operator sees points: in the cloud's own frame, and from a circle in the plane around it. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type GradientFlow, isTranslationInvariant } from "../jko/flow.ts";
import {
  addDuals,
  affineFrame,
  componentsFirst,
  concatDuals,
  type Dual,
  multiplyDuals,
  sliceDual,
} from "../networks/dual.ts";

/** Where a density is. */
export type Place = {
  /** Its mean in the units of the particles, `[d, B, 1]`; on a circle the direction of the mean, a unit vector `[2, B, 1]`. */
  readonly centre: tf.Tensor3D;
  /** Its RMS radius a coordinate, or that of the circle, in the units of the particles, `[1, B, 1]`. */
  readonly radius: tf.Tensor3D;
};

/** Points as the chart of a density shows them, with the ways back to positions. */
export interface View {
  /** The points, `e` components; a dual over positions. */
  readonly points: Dual;
  /** The chain rule: a dual over the chart as one over positions. */
  overPositions(dual: Dual): Dual;
  /** Slopes in the chart, in blocks of `e`, as slopes along positions in units of the radius, in blocks of `d`; duals over positions. */
  alongPositions(slopes: Dual): Dual;
}

/** Coordinates `x̂ ∈ R^e` of points near a density. Lengths in them are in units of its radius. */
export interface Chart {
  /** `e`. */
  readonly size: number;
  /** Finds a density: its place, its points in the chart, `[e, B, C]`, and what the network is told of where it is, `[e, B, 1]`. */
  locate(positions: tf.Tensor3D): Place & { readonly points: tf.Tensor3D; readonly mean: tf.Tensor3D };
  /** How points `[B, n, d]` look from there. */
  view(positions: tf.Tensor3D, place: Place): View;
}

/** The chart of a flow's densities. */
export function chartOf(flow: GradientFlow): Chart {
  const { torus, dimension: d } = flow;
  if (torus === undefined) return affineChart(flow);
  check(
    d === 1 && torus.coordinates.count === 1,
    () =>
      `${flow.name}: operators are learned on the circle and in space, not in ${d} dimensions some of which are periodic`,
  );
  return circleChart(flow, torus.period / (2 * Math.PI));
}

/** `x̂ = (x − m)/s` with mean and RMS radius. Where nothing in space is preferred the mean is no business of the network. */
function affineChart(flow: GradientFlow): Chart {
  return {
    size: flow.dimension,
    locate(positions) {
      const x = componentsFirst(positions);
      const centre = tf.mean(x, 2, true) as tf.Tensor3D;
      const centred = tf.sub(x, centre);
      const radius = tf.sqrt(tf.mean(tf.mean(tf.square(centred), 2, true), 0, true)) as tf.Tensor3D;
      const mean = isTranslationInvariant(flow) ? tf.zerosLike(centre) : centre;
      return { centre, radius, points: tf.div(centred, radius) as tf.Tensor3D, mean };
    },
    view(positions, { centre, radius }) {
      const inverse = tf.div(1, radius) as tf.Tensor3D;
      return {
        points: affineFrame(positions, centre, inverse),
        overPositions: ({ value, tangent }) => ({
          value,
          tangent: tf.mul(tangent, tf.expandDims(inverse, 1)) as tf.Tensor4D,
        }),
        alongPositions: (slopes) => slopes,
      };
    },
  };
}

/** Added to the square of the mean resultant, so that a uniform density, which has no direction, has any. */
const leastResultant = 1e-12;

/**
 * `x̂ = (cos φ, sin φ)` with the angle `φ` from the mean direction, so that a rotated density looks the same. Functions of the plane are
 * periodic ones of the circle, kernels `exp(−|x̂ − ĉ|²/2h²)` are von Mises', and the slope along the circle is the part of that in
 * the plane that is tangent to it.
 */
function circleChart(flow: GradientFlow, radius: number): Chart {
  const around = (positions: tf.Tensor3D) => {
    const angle = tf.div(componentsFirst(positions), radius);
    return tf.concat([tf.cos(angle), tf.sin(angle)], 0) as tf.Tensor3D;
  };
  return {
    size: 2,
    locate(positions) {
      const points = around(positions);
      const mean = tf.mean(points, 2, true) as tf.Tensor3D;
      const squared = tf.add(tf.sum(tf.square(mean), 0, true), leastResultant);
      const centre = tf.div(mean, tf.sqrt(squared)) as tf.Tensor3D;
      return {
        centre,
        radius: tf.fill([1, points.shape[1], 1], radius) as tf.Tensor3D,
        points: turned(points, centre),
        mean: isTranslationInvariant(flow) ? turned(mean, centre) : mean,
      };
    },
    view(positions, { centre }) {
      const value = turned(around(positions), centre);
      const [cosine, sine] = [0, 1].map((k) => tf.slice(value, [k, 0, 0], [1, -1, -1]));
      const direction = tf.concat([tf.neg(sine), cosine], 0) as tf.Tensor3D;
      const overCircle = (slope: tf.Tensor3D) => tf.expandDims(tf.div(slope, radius), 1) as tf.Tensor4D;
      const tangent = overCircle(direction);
      const tangentVector = { value: direction, tangent: overCircle(tf.neg(value)) };
      return {
        points: { value, tangent },
        overPositions: (dual) => ({
          value: dual.value,
          tangent: tf.sum(
            tf.mul(dual.tangent, tf.reshape(tangent, [1, ...value.shape])),
            1,
            true,
          ) as tf.Tensor4D,
        }),
        alongPositions: (slopes) =>
          concatDuals(
            Array.from({ length: slopes.value.shape[0] / 2 }, (_, block) =>
              [0, 1]
                .map((k) =>
                  multiplyDuals(sliceDual(slopes, 2 * block + k, 1), sliceDual(tangentVector, k, 1)),
                )
                .reduce(addDuals),
            ),
          ),
      };
    },
  };
}

/** Points of the plane turned back by a direction `(c, s)`: `(x c + y s, y c − x s)`. */
function turned(points: tf.Tensor3D, direction: tf.Tensor3D): tf.Tensor3D {
  const [x, y] = [0, 1].map((k) => tf.slice(points, [k, 0, 0], [1, -1, -1]));
  const [c, s] = [0, 1].map((k) => tf.slice(direction, [k, 0, 0], [1, -1, -1]));
  return tf.concat(
    [tf.add(tf.mul(x, c), tf.mul(y, s)), tf.sub(tf.mul(y, c), tf.mul(x, s))],
    0,
  ) as tf.Tensor3D;
}
