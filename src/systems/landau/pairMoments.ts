/** @file Second and fourth moments of the differences of all pairs of particles, weighted by a collision kernel. */

import type { Matrix } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { centred } from "../../metrics/statistics.ts";
import { halfPower, type LandauKernel, strengthOf } from "../../mobilities/landauKernel.ts";

/** With `z = v_i − v_j` over all pairs, each pair with itself included, and `κ = C (|z|² + ε²)^{γ/2}`. */
export interface PairMoments {
  /** `E[κ z_a z_b]`. */
  readonly second: Matrix;
  /** `E[κ |z|² z_a z_b]`. */
  readonly weighted: Matrix;
  /** `E[κ z_a z_b z_c z_d]` at `[ab, cd]`. */
  readonly fourth: Matrix;
}

/** By moments of single particles, `O(n d⁴)`, for `γ = 0`; else pair by pair, `O(n² d⁴)`. */
export function pairMoments(kernel: LandauKernel, cloud: Cloud): PairMoments {
  const { dimension: d, count: n } = cloud;
  const sums = productSums(d);
  if (kernel.exponent !== 0) {
    const power = halfPower(kernel.exponent);
    const z = new Float64Array(d);
    const scale = (2 * strengthOf(kernel)) / n ** 2;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        let squared = 0;
        for (let a = 0; a < d; a++) {
          z[a] = cloud.positions[i * d + a] - cloud.positions[j * d + a];
          squared += z[a] ** 2;
        }
        if (squared > 0) sums.add(z, scale * power(squared + kernel.softening ** 2));
      }
    }
    return sums.moments();
  }
  const v = centred(cloud.positions, d);
  for (let i = 0; i < n; i++) sums.add(v.subarray(i * d, (i + 1) * d), (2 * strengthOf(kernel)) / n);
  return differenceMoments(sums.moments(), strengthOf(kernel));
}

/**
 * From twice the moments `P` and `T` of centred particles to those of their differences: `E z_a z_b = 2P_ab` and
 * `E z_a z_b z_c z_d = 2T_abcd + 2(P_ab P_cd + P_ac P_bd + P_ad P_bc)`.
 */
function differenceMoments({ second, fourth }: PairMoments, strength: number): PairMoments {
  const d = second.length;
  const pairing = (a: number, b: number, c: number, e: number) =>
    (second[a][b] * second[c][e] + second[a][c] * second[b][e] + second[a][e] * second[b][c]) /
    (2 * strength);
  const whole = fourth.map((row, ab) =>
    row.map((value, ce) => value + pairing(Math.floor(ab / d), ab % d, Math.floor(ce / d), ce % d)),
  );
  return { second, fourth: whole, weighted: contracted(whole, d) };
}

/** Weighted sums of `z⊗z` and of its products, the different ones of each only. */
function productSums(d: number) {
  const pairs = Array.from({ length: d }, (_, a) =>
    Array.from({ length: d - a }, (_, k) => [a, a + k]),
  ).flat();
  const index = Array.from({ length: d * d }, (_, ab) => {
    const [low, high] = [Math.floor(ab / d), ab % d].sort((x, y) => x - y);
    return pairs.findIndex(([a, b]) => a === low && b === high);
  });
  const m = pairs.length;
  const [left, right] = [0, 1].map((side) => Int32Array.from(pairs, (pair) => pair[side]));
  const products = new Float64Array(m);
  const second = new Float64Array(m);
  const fourth = new Float64Array(m * m);
  return {
    add(z: Float64Array, weight: number): void {
      for (let p = 0; p < m; p++) products[p] = z[left[p]] * z[right[p]];
      for (let p = 0; p < m; p++) {
        const scaled = weight * products[p];
        second[p] += scaled;
        for (let q = 0; q <= p; q++) fourth[p * m + q] += scaled * products[q];
      }
    },
    moments(): PairMoments {
      const at = (p: number, q: number) => fourth[Math.max(p, q) * m + Math.min(p, q)];
      const whole = index.map((p) => index.map((q) => at(p, q)));
      return {
        second: Array.from({ length: d }, (_, a) =>
          Array.from({ length: d }, (_, b) => second[index[a * d + b]]),
        ),
        fourth: whole,
        weighted: contracted(whole, d),
      };
    },
  };
}

/** `Σ_a m_aabc`. */
function contracted(fourth: Matrix, d: number): Matrix {
  return Array.from({ length: d }, (_, b) =>
    Array.from({ length: d }, (_, c) => {
      let sum = 0;
      for (let a = 0; a < d; a++) sum += fourth[a * d + a][b * d + c];
      return sum;
    }),
  );
}
