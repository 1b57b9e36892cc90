/** @file Internal energies `∫U(ρ)`: entropy, whose flow is diffusion, and powers, whose flow is the porous medium equation. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { TermSpec } from "./energy.ts";

/**
 * `U(ρ) = c ρ^m/(m−1)` for `m > 1`, and its limit `U(ρ) = c ρ log ρ` (constants dropped) for `m = 1`. The quantities below are
 * functions of the carried `log ρ`. For `m > 1` they are those of the pressure `c ρ^{m−1}`: finite, and zero where the
 * density vanishes.
 */
export interface InternalEnergy {
  readonly spec: TermSpec;
  /** `m ≥ 1`. */
  readonly exponent: number;
  /** `c > 0`: the diffusion `D` of an entropy. */
  readonly coefficient: number;
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
export function entropy(diffusion: number): InternalEnergy {
  check(diffusion > 0, () => `entropy: diffusion must be positive, got ${diffusion}`);
  const tensor = (logDensity: tf.Tensor) => tf.mul(logDensity, diffusion);
  return {
    spec: { kind: "entropy", diffusion },
    exponent: 1,
    coefficient: diffusion,
    value: (logDensity) => diffusion * logDensity,
    pressure: () => diffusion,
    tensor,
    pressureTensor: (logDensity) => tf.fill(logDensity.shape, diffusion),
    // U' = D log ρ + D, and the constant drops out of every slope.
    chemicalPotential: tensor,
  };
}

/** `c/(m−1) ∫ρ^m`, whose flow is the porous medium equation `∂_t ρ = c Δρ^m`; `m > 1`, `c = 1` by default. */
export function powerEnergy(options: {
  readonly exponent: number;
  readonly coefficient?: number;
}): InternalEnergy {
  const { exponent: m, coefficient: c = 1 } = options;
  check(m > 1 && c > 0, () => `powerEnergy: exponent must exceed 1 and coefficient 0, got ${m} and ${c}`);
  const pressureTensor = (logDensity: tf.Tensor) => tf.mul(c, tf.exp(tf.mul(m - 1, logDensity)));
  return {
    spec: { kind: "power", exponent: m, coefficient: c },
    exponent: m,
    coefficient: c,
    value: (logDensity) => (c / (m - 1)) * Math.exp((m - 1) * logDensity),
    pressure: (logDensity) => c * Math.exp((m - 1) * logDensity),
    tensor: (logDensity) => tf.mul(1 / (m - 1), pressureTensor(logDensity)),
    pressureTensor,
    chemicalPotential: (logDensity) => tf.mul(m / (m - 1), pressureTensor(logDensity)),
  };
}
