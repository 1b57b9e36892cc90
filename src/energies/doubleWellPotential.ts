/** @file Wells at every vertex of a cube: the double well in one dimension, four wells in two. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type SeparablePotential, separablePotential } from "../domains/potentialFunction.ts";
import type { Potential } from "./energy.ts";

/**
 * `V(x) = (h/a⁴) Σ_i (x_i² − a²)²`: wells at `x_i = ±a`, barriers of height `h` between neighbours.
 *
 * @param options.height barrier height `h > 0`, in units of energy.
 * @param options.halfWidth distance `a > 0` of a well from the barrier.
 */
export function doubleWellPotential(options: {
  readonly dimension: number;
  readonly height: number;
  readonly halfWidth: number;
}): Potential & SeparablePotential {
  const { dimension, height, halfWidth } = options;
  check(
    height > 0 && halfWidth > 0,
    () => `doubleWellPotential: height and halfWidth must be positive, got ${height} and ${halfWidth}`,
  );
  const [k, a2] = [height / halfWidth ** 4, halfWidth ** 2];
  const axis = {
    value: (x: number) => k * (x * x - a2) ** 2,
    gradient: (x: number) => 4 * k * x * (x * x - a2),
    hessian: (x: number) => 4 * k * (3 * x * x - a2),
  };
  return {
    ...separablePotential(new Array(dimension).fill(axis)),
    spec: { kind: "double-well", dimension, height, halfWidth },
    convexity: -4 * k * a2, // on top of the barrier
    tensor: (positions) => tf.sum(tf.mul(k, tf.square(tf.sub(tf.square(positions), a2))), -1),
  };
}
