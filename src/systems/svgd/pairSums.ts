/** @file Sums over all pairs of particles of SVGD, each pair visited once: memory of `O(n)`, whatever the number of pairs. */

import type { RadialKernel } from "../../domains/radialKernel.ts";
import type { Cloud } from "../../measures/cloud.ts";

/** What the sums are made of: weights `a`, `[n]`, and a drift `b`, row-major `[n, d]`. */
export interface PairSources {
  readonly cloud: Cloud;
  readonly weights: Float64Array;
  readonly drift: Float64Array;
}

/** Row-major `[n, d]`, and `∂u_f/∂x_k` at `[n, k, f]`. */
export interface PairSums {
  readonly value: Float64Array;
  readonly jacobian: Float64Array;
}

/**
 * `u_i = Σ_j a_j (−2φ' z − φ b_j)` with `z = x_i − x_j`, and `∂_k u_f = Σ_j a_j (−2φ' δ_fk − 4φ'' z_f z_k − 2φ' z_k b_jf)`, the particle itself
 * included.
 */
export function pairSums(kernel: RadialKernel, { cloud, weights, drift }: PairSources): PairSums {
  const { dimension: d, count: n } = cloud;
  const x = Float64Array.from(cloud.positions);
  const value = new Float64Array(n * d);
  const jacobian = new Float64Array(n * d * d);
  const jet = new Float64Array(3);
  const z = new Float64Array(d);
  // No arrays and no calls but the kernel's inside: there are hundreds of millions of pairs.
  for (let i = 0; i < n; i++) {
    const ai = weights[i];
    for (let j = 0; j < i; j++) {
      const aj = weights[j];
      let squared = 0;
      for (let k = 0; k < d; k++) {
        const difference = x[i * d + k] - x[j * d + k];
        z[k] = difference;
        squared += difference * difference;
      }
      kernel.evaluate(squared, jet);
      const phi = jet[0];
      const first = -2 * jet[1];
      const second = -4 * jet[2];
      for (let k = 0; k < d; k++) {
        const push = first * z[k];
        const bend = second * z[k];
        value[i * d + k] += aj * (push - phi * drift[j * d + k]);
        value[j * d + k] -= ai * (push + phi * drift[i * d + k]);
        const ik = (i * d + k) * d;
        const jk = (j * d + k) * d;
        for (let f = 0; f < d; f++) {
          jacobian[ik + f] += aj * (bend * z[f] + push * drift[j * d + f]);
          jacobian[jk + f] += ai * (bend * z[f] - push * drift[i * d + f]);
        }
        jacobian[ik + k] += aj * first;
        jacobian[jk + k] += ai * first;
      }
    }
  }
  addOwn(kernel, { cloud, weights, drift }, { value, jacobian });
  return { value, jacobian };
}

/** What each particle adds to its own sums, `z = 0`. */
function addOwn(kernel: RadialKernel, sources: PairSources, { value, jacobian }: PairSums): void {
  const { weights, drift } = sources;
  const { dimension: d, count: n } = sources.cloud;
  const jet = new Float64Array(3);
  kernel.evaluate(0, jet);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < d; k++) {
      value[i * d + k] -= weights[i] * jet[0] * drift[i * d + k];
      jacobian[(i * d + k) * d + k] -= 2 * jet[1] * weights[i];
    }
  }
}
