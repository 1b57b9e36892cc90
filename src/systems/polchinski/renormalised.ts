/** @file The renormalised potential: by quadrature, and from the log-densities that particles carry. */

import { check } from "../../check/check.ts";
import type { PotentialFunction } from "../../domains/potentialFunction.ts";
import { gaussHermite } from "../../linalg/gaussHermite.ts";
import type { Vector } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { CovarianceSchedule } from "./schedules.ts";

/** More dimensions than this are too many for a product of quadratures. */
const mostDimensions = 3;

/**
 * `V(φ) = −log E e^{−V_0(φ + ξ)}` with `ξ ~ N(0, C)`, `C` diagonal: what is left of `V_0` when the fluctuations `C` are integrated out, here by
 * Gauss and Hermite's quadrature along every mode. With means over the tilted weights `w_j e^{−V_0}`, `∇V = ⟨∇V_0⟩` and
 * `∇²V = ⟨∇²V_0⟩ − Cov(∇V_0)`.
 *
 * @param options.covariance of the modes, one to three.
 * @param options.nodes of the quadrature along each mode; 64 resolve wells that are as wide as the fluctuations.
 */
export function renormalisedPotential(
  potential: PotentialFunction,
  options: { readonly covariance: Vector; readonly nodes: number },
): PotentialFunction {
  const { covariance, nodes } = options;
  const d = covariance.length;
  check(
    d <= mostDimensions,
    () => `renormalisedPotential: at most ${mostDimensions} modes can be integrated by quadrature, got ${d}`,
  );
  const points = productRule(covariance, nodes);
  const slopes = (x: ArrayLike<number>) => {
    const own = tilted(potential, points, x).kept.map((node) => ({
      ...node,
      slope: potential.gradient(node.y),
    }));
    const mean = covariance.map((_, k) => own.reduce((sum, { weight, slope }) => sum + weight * slope[k], 0));
    return { own, mean };
  };
  return {
    value: (x) => tilted(potential, points, x).value,
    gradient: (x) => slopes(x).mean,
    hessian(x) {
      const { own, mean } = slopes(x);
      const matrix = covariance.map(() => covariance.map(() => 0));
      for (const { y, weight, slope } of own) {
        const curvature = potential.hessian(y);
        for (let i = 0; i < d; i++)
          for (let j = 0; j < d; j++)
            matrix[i][j] += weight * (curvature[i][j] - (slope[i] - mean[i]) * (slope[j] - mean[j]));
      }
      return matrix;
    },
  };
}

type Node = { readonly shift: readonly number[]; readonly logWeight: number };

/** `V(x)`, and the nodes about `x` with their tilted weights, of sum one. */
function tilted(potential: PotentialFunction, points: readonly Node[], x: ArrayLike<number>) {
  const at = points.map(({ shift }) => Float64Array.from(shift, (s, k) => x[k] + s));
  const logs = points.map(({ logWeight }, j) => logWeight - potential.value(at[j]));
  const top = Math.max(...logs);
  const heights = logs.map((value) => Math.exp(value - top));
  const total = heights.reduce((sum, h) => sum + h, 0);
  // Where nothing weighs anything, derivatives are not asked for: those of a steep well may overflow.
  const kept = at.flatMap((y, j) => (heights[j] > 1e-20 * total ? [{ y, weight: heights[j] / total }] : []));
  return { value: -(top + Math.log(total)), kept };
}

/** Nodes of a product of quadratures; a mode without fluctuations has one node. */
function productRule(covariance: Vector, nodes: number): readonly Node[] {
  const rule = gaussHermite(nodes);
  return covariance.reduce<Node[]>(
    (points, variance) =>
      variance === 0
        ? points.map(({ shift, logWeight }) => ({ shift: [...shift, 0], logWeight }))
        : points.flatMap(({ shift, logWeight }) =>
            rule.nodes.map((node, j) => ({
              shift: [...shift, Math.sqrt(variance) * node],
              logWeight: logWeight + Math.log(rule.weights[j]),
            })),
          ),
    [{ shift: [], logWeight: 0 }],
  );
}

/** `½Δ_Ċ V − ½(∇V)²_Ċ` of a potential of the modes at a point: `∂_t V`, by Polchinski's equation. */
export function polchinskiRate(schedule: CovarianceSchedule, potential: PotentialFunction, time: number) {
  const rate = schedule.rate(time);
  return (x: Float64Array): number => {
    const [slope, curvature] = [potential.gradient(x), potential.hessian(x)];
    return rate.reduce((sum, c, k) => sum + 0.5 * c * (curvature[k][k] - slope[k] ** 2), 0);
  };
}

/**
 * `log N(φ; 0, R_t) − log σ_t(φ)` at particles, in modes, that carry `log σ_t`: this is `V_t + log Z` with a constant that does not depend on the
 * time, `Z = E e^{−V_0}` over `N(0, C_∞)`, so differences in time are known too. A mode without an end adds nothing.
 *
 * @param time that of the particles, `t`.
 */
export function recoveredPotential(schedule: CovarianceSchedule, cloud: Cloud, time: number): Float64Array {
  const { dimension: d, count, positions, logDensity } = cloud;
  const precision = schedule.precision(time);
  const logs = precision.reduce((sum, p) => sum + (p === 0 ? 0 : Math.log(p / (2 * Math.PI))), 0);
  return Float64Array.from({ length: count }, (_, i) => {
    let value = 0.5 * logs - logDensity[i];
    for (let k = 0; k < d; k++) value -= 0.5 * precision[k] * positions[i * d + k] ** 2;
    return value;
  });
}
