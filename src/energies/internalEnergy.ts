/** @file Internal energies `∫U(ρ)`: entropy, whose flow is diffusion, and powers, whose flow is the porous medium equation. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type Coefficient, numberOf, specOf } from "./coefficient.ts";
import type { TermSpec } from "./energy.ts";

/**
 * `U(ρ) = c ρ^m/(m−1)` for `m > 1`, and its limit `U(ρ) = c ρ log ρ` (constants dropped) for `m = 1`. The quantities below are
 * functions of the carried `log ρ`. For `m > 1` they are those of the pressure `c ρ^{m−1}`: finite, and zero where the
 * density vanishes.
 */
export interface InternalEnergy {
  readonly spec: TermSpec;
  /** `m ≥ 1`. */
  readonly exponent: Coefficient;
  /** `c > 0`: the diffusion `D` of an entropy. */
  readonly coefficient: Coefficient;
  /** `U(ρ)/ρ`. */
  value(logDensity: number): number;
  /** `P(ρ)/ρ = U'(ρ) − U(ρ)/ρ = c ρ^{m−1}`. */
  pressure(logDensity: number): number;
  /** `U(ρ)/ρ` on tensors of any shape. */
  tensor(logDensity: tf.Tensor): tf.Tensor;
  /** `P(ρ)/ρ` on tensors of any shape. */
  pressureTensor(logDensity: tf.Tensor): tf.Tensor;
  /** `U'(ρ)` on tensors of any shape, up to a constant. */
  chemicalPotential(logDensity: tf.Tensor): tf.Tensor;
}

/** `D ∫ρ log ρ`, `D > 0` in units of length²/time. */
export function entropy(diffusion: Coefficient): InternalEnergy {
  check(
    typeof diffusion !== "number" || diffusion > 0,
    () => `entropy: diffusion must be positive, got ${diffusion}`,
  );
  const tensor = (logDensity: tf.Tensor) => tf.mul(logDensity, diffusion);
  return {
    spec: { kind: "entropy", diffusion: specOf(diffusion) },
    exponent: 1,
    coefficient: diffusion,
    value: (logDensity) => numberOf(diffusion) * logDensity,
    pressure: () => numberOf(diffusion),
    tensor,
    pressureTensor: (logDensity) => tf.mul(diffusion, tf.onesLike(logDensity)),
    // U' = D log ρ + D, and the constant drops out of every slope.
    chemicalPotential: tensor,
  };
}

/** `c/(m−1) ∫ρ^m`, whose flow is the porous medium equation `∂_t ρ = c Δρ^m`; `m > 1`, `c = 1` by default. */
export function powerEnergy(options: {
  readonly exponent: Coefficient;
  readonly coefficient?: Coefficient;
}): InternalEnergy {
  const { exponent: m, coefficient: c = 1 } = options;
  check(
    (typeof m !== "number" || m > 1) && (typeof c !== "number" || c > 0),
    () => `powerEnergy: exponent must exceed 1 and coefficient 0, got ${m} and ${c}`,
  );
  const growth = typeof m === "number" ? m - 1 : tf.sub(m, 1);
  const pressureTensor = (logDensity: tf.Tensor) => tf.mul(c, tf.exp(tf.mul(growth, logDensity)));
  const pressure = (logDensity: number) => numberOf(c) * Math.exp((numberOf(m) - 1) * logDensity);
  return {
    spec: { kind: "power", exponent: specOf(m), coefficient: specOf(c) },
    exponent: m,
    coefficient: c,
    value: (logDensity) => pressure(logDensity) / (numberOf(m) - 1),
    pressure,
    tensor: (logDensity) => tf.div(pressureTensor(logDensity), growth),
    pressureTensor,
    chemicalPotential: (logDensity) => tf.mul(tf.div(m, growth), pressureTensor(logDensity)),
  };
}
