/** @file Collisions by sums over all pairs of particles in Float64, one pair after the other: any exponent, no cancellation. */

import type { Cloud } from "../measures/cloud.ts";
import { halfPower, type LandauKernel, strengthOf } from "./landauKernel.ts";
import type { CollisionArrays } from "./landauMoments.ts";
import type { FieldArrays } from "./mobility.ts";

/**
 * `𝓑[w]_i = (1/n) Σ_j A(z) ω` with `z = v_i − v_j`, `ω = w_i − w_j`, and
 * `∇𝓑[w]_i = (1/n) Σ_j (A(z) ∇w_i + ∂A(z)·ω)` with, `K = C (|z|² + ε²)^{γ/2}`,
 *
 *     ∂_k(A ω)_f = K ((2 + γ|z|²/(|z|² + ε²)) ω_f z_k − z_f (ω_k + γ (z·ω)/(|z|² + ε²) z_k) − (z·ω) δ_fk),
 *
 * which is even in `(z, ω)`: both particles of a pair receive the same.
 */
export function pairApply(kernel: LandauKernel, field: FieldArrays, cloud: Cloud): CollisionArrays {
  const { dimension: d, count: n } = cloud;
  const { exponent, softening } = kernel;
  const value = new Float64Array(n * d);
  const slope = new Float64Array(n * d * d);
  const tensor = new Float64Array(n * d * d);
  forPairs(kernel, field.value, cloud, ({ i, j, z, omega, squared, alignment, weight }) => {
    const inverse = exponent / (squared + softening ** 2);
    const [first, second] = [2 + inverse * squared, inverse * alignment];
    for (let k = 0; k < d; k++) {
      const [ik, jk] = [(i * d + k) * d, (j * d + k) * d];
      const lean = omega[k] + second * z[k];
      for (let f = 0; f < d; f++) {
        const isotropic = f === k ? 1 : 0;
        const entry = weight * (squared * isotropic - z[f] * z[k]);
        const bend = weight * (first * omega[f] * z[k] - z[f] * lean - alignment * isotropic);
        tensor[ik + f] += entry;
        tensor[jk + f] += entry;
        slope[ik + f] += bend;
        slope[jk + f] += bend;
      }
      const pull = weight * (squared * omega[k] - alignment * z[k]);
      value[i * d + k] += pull;
      value[j * d + k] -= pull;
    }
  });
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      const row = (i * d + k) * d; // of ∂_k w
      for (let f = 0; f < d; f++)
        for (let a = 0; a < d; a++) slope[row + f] += tensor[(i * d + f) * d + a] * field.jacobian[row + a];
    }
  }
  return { value, jacobian: slope };
}

/** The same without the Jacobian. */
export function pairVelocities(kernel: LandauKernel, field: ArrayLike<number>, cloud: Cloud): Float64Array {
  const { dimension: d, count: n } = cloud;
  const value = new Float64Array(n * d);
  forPairs(kernel, field, cloud, ({ i, j, z, omega, squared, alignment, weight }) => {
    for (let a = 0; a < d; a++) {
      const pull = weight * (squared * omega[a] - alignment * z[a]);
      value[i * d + a] += pull;
      value[j * d + a] -= pull;
    }
  });
  return value;
}

/** A pair of different particles: `z`, `ω`, `|z|²`, `z·ω` and `K/n`. One object serves all pairs. */
interface Pair {
  i: number;
  j: number;
  readonly z: Float64Array;
  readonly omega: Float64Array;
  squared: number;
  alignment: number;
  weight: number;
}

/** Visits every pair once; particles at the same place do not collide. */
function forPairs(
  kernel: LandauKernel,
  field: ArrayLike<number>,
  { dimension: d, count: n, positions }: Cloud,
  visit: (pair: Pair) => void,
): void {
  const power = halfPower(kernel.exponent);
  const scale = strengthOf(kernel) / n;
  const soft = kernel.softening ** 2;
  const pair: Pair = {
    i: 0,
    j: 0,
    z: new Float64Array(d),
    omega: new Float64Array(d),
    squared: 0,
    alignment: 0,
    weight: 0,
  };
  const { z, omega } = pair;
  for (let i = 0; i < n; i++) {
    pair.i = i;
    for (let j = 0; j < i; j++) {
      let [squared, alignment] = [0, 0];
      for (let a = 0; a < d; a++) {
        z[a] = positions[i * d + a] - positions[j * d + a];
        omega[a] = field[i * d + a] - field[j * d + a];
        squared += z[a] * z[a];
        alignment += z[a] * omega[a];
      }
      if (squared === 0) continue;
      pair.j = j;
      pair.squared = squared;
      pair.alignment = alignment;
      pair.weight = scale * power(squared + soft);
      visit(pair);
    }
  }
}
