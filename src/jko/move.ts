/** @file Carries out a step in Float64: moves particles, updates their log-densities, reports what happened. */

import { determinant } from "../linalg/lu.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { GradientFlow } from "./flow.ts";
import type { StepInfo } from "./solver.ts";

/** A velocity field at the particles of a cloud, as plain arrays. */
export interface Velocity {
  /** `v = 𝓑[w]`, row-major `[n, d]`. */
  readonly value: ArrayLike<number>;
  /** `∂v_i/∂x_k` at `[n, k, i]`. */
  readonly jacobian: ArrayLike<number>;
  /** `w·𝓑[w]`, `[n]`. */
  readonly action: ArrayLike<number>;
}

/**
 * Moves a cloud by `T = id + ητ v`: `log ρ ← log ρ − log|det(I + ητ∇v)|`, in Float64 whatever computed `v`.
 *
 * @param options.limiter `η ≤ 1`. It scales the whole step of the density, so the result is a true map with an
 *   exact Jacobian.
 */
export function moveCloud(
  flow: GradientFlow,
  cloud: Cloud,
  step: { readonly velocity: Velocity; readonly limiter: number; readonly iterations: number },
): { readonly cloud: Cloud; readonly info: StepInfo; readonly determinants: Float64Array } {
  const { dimension: d, count } = cloud;
  const { velocity, limiter } = step;
  const h = limiter * flow.tau;
  const positions = Float64Array.from(cloud.positions, (x, i) => x + h * velocity.value[i]);
  const determinants = Float64Array.from({ length: count }, (_, i) =>
    mapDeterminant(velocity.jacobian, i * d * d, d, h),
  );
  const logDensity = Float64Array.from(
    cloud.logDensity,
    (value, i) => value - Math.log(Math.abs(determinants[i])),
  );
  const moved: Cloud = { dimension: d, count, positions, logDensity };
  const before = flow.energy.integrand(cloud);
  const after = flow.energy.integrand(moved);
  const change = after.map((value, i) => value - before[i]);
  const objective = change.map((value, i) => value + 0.5 * flow.tau * limiter ** 2 * velocity.action[i]);
  const [energyStatistics, objectiveStatistics] = [meanAndError(change), meanAndError(objective)];
  return {
    cloud: moved,
    determinants,
    info: {
      objective: objectiveStatistics.mean,
      standardError: objectiveStatistics.error,
      energy: after.reduce((sum, value) => sum + value, 0) / count,
      energyChange: energyStatistics.mean,
      energyChangeError: energyStatistics.error,
      smallestDeterminant: determinants.reduce(
        (least, value) => Math.min(least, value),
        Number.POSITIVE_INFINITY,
      ),
      folded: determinants.reduce((total, value) => total + (value > 0 ? 0 : 1), 0),
      limiter,
      iterations: step.iterations,
    },
  };
}

/** `det(I + hJ)` for the `d × d` block of `jacobian` at `offset`. */
export function mapDeterminant(jacobian: ArrayLike<number>, offset: number, d: number, h: number): number {
  if (d === 1) return 1 + h * jacobian[offset];
  if (d === 2) {
    const [a, b, c, e] = [jacobian[offset], jacobian[offset + 1], jacobian[offset + 2], jacobian[offset + 3]];
    return (1 + h * a) * (1 + h * e) - h * b * h * c;
  }
  return determinant(
    Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_, j) => (i === j ? 1 : 0) + h * jacobian[offset + i * d + j]),
    ),
  );
}

function meanAndError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, error: Math.sqrt(variance / n) };
}
