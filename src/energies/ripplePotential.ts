/** @file A wave in every coordinate, alone on a torus or on top of a well. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type SeparablePotential, separablePotential } from "../domains/potentialFunction.ts";
import type { Potential } from "./energy.ts";

/**
 * `V(x) = Σ_i (½ a x_i² + b cos(k x_i − φ))`.
 *
 * @param options.stiffness `a ≥ 0`, in units of 1/time²; 0 for a potential of period `2π/k`.
 * @param options.amplitude `b`, in units of energy.
 * @param options.wavenumber `k > 0`, in units of 1/length.
 * @param options.phase `φ`, in radians; `π/2` makes sines.
 */
export function ripplePotential(options: {
  readonly dimension: number;
  readonly stiffness: number;
  readonly amplitude: number;
  readonly wavenumber: number;
  readonly phase: number;
}): Potential & SeparablePotential {
  const { dimension, stiffness: a, amplitude: b, wavenumber: k, phase } = options;
  check(a >= 0, () => `ripplePotential: stiffness must not be negative, got ${a}`);
  check(k > 0, () => `ripplePotential: wavenumber must be positive, got ${k}`);
  const axis = {
    value: (x: number) => 0.5 * a * x * x + b * Math.cos(k * x - phase),
    gradient: (x: number) => a * x - b * k * Math.sin(k * x - phase),
    hessian: (x: number) => a - b * k * k * Math.cos(k * x - phase),
  };
  return {
    ...separablePotential(new Array(dimension).fill(axis)),
    spec: { kind: "ripple", ...options },
    convexity: a - Math.abs(b) * k * k,
    tensor: (positions) =>
      tf.sum(
        tf.add(tf.mul(0.5 * a, tf.square(positions)), tf.mul(b, tf.cos(tf.sub(tf.mul(k, positions), phase)))),
        -1,
      ),
  };
}
