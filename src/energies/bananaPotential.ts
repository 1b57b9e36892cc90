/** @file The potential whose Gibbs density is a Gaussian bent along a parabola. */

import * as tf from "@tensorflow/tfjs";
import { type BananaParameters, banana } from "../measures/banana.ts";
import type { Potential } from "./energy.ts";

/**
 * `V(x) = y₁²/2s² + y₂²/2t² + log 2πst` with `y₁ = x₁ − c₁` and `y₂ = x₂ − c₂ − b (y₁² − s²)`: `e^{−V}` is the density of `banana` with the same
 * parameters.
 */
export function bananaPotential(parameters: BananaParameters): Potential {
  const { centre, deviations, bend } = banana(parameters);
  const [s, t] = deviations;
  const level = Math.log(2 * Math.PI * s * t);
  const across = (along: number, x2: number) => x2 - centre[1] - bend * (along * along - s * s);
  return {
    spec: { kind: "banana", centre, deviations, bend },
    value(x) {
      const along = x[0] - centre[0];
      return level + 0.5 * ((along / s) ** 2 + (across(along, x[1]) / t) ** 2);
    },
    gradient(x) {
      const along = x[0] - centre[0];
      const pull = across(along, x[1]) / (t * t);
      return [along / (s * s) - 2 * bend * along * pull, pull];
    },
    hessian(x) {
      const along = x[0] - centre[0];
      const slope = -2 * bend * along; // of y₂ in x₁
      const pull = across(along, x[1]) / (t * t);
      const mixed = slope / (t * t);
      return [
        [1 / (s * s) - 2 * bend * pull + slope * mixed, mixed],
        [mixed, 1 / (t * t)],
      ];
    },
    tensor(positions) {
      const coordinate = (a: number) => {
        const begin = positions.shape.map((_, axis) => (axis === positions.rank - 1 ? a : 0));
        const size = positions.shape.map((_, axis) => (axis === positions.rank - 1 ? 1 : -1));
        return tf.squeeze(tf.slice(positions, begin, size), [-1]);
      };
      const along = tf.sub(coordinate(0), centre[0]);
      const rise = tf.mul(bend, tf.sub(tf.square(along), s * s));
      const y = tf.sub(tf.sub(coordinate(1), centre[1]), rise);
      const quadratic = tf.add(tf.mul(1 / s ** 2, tf.square(along)), tf.mul(1 / t ** 2, tf.square(y)));
      return tf.add(level, tf.mul(0.5, quadratic));
    },
  };
}
