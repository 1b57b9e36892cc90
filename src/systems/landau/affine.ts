/** @file Steps by the best affine field: the Landau step's oracle, and score matching's to hold against it. */

import type { GradientFlow } from "../../jko/flow.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { landauOf } from "../../mobilities/landau.ts";
import type { FieldArrays } from "../../mobilities/mobility.ts";
import { affineJkoField, affineScoreField } from "./affineFields.ts";
import { type BatchState, checkCloud, mobilityOfStep, stepAlong } from "./fieldStep.ts";

/** Options of the affine solvers. */
export interface AffineOptions {
  /** Particles of a random batch in which particles meet; all of them unless given. */
  readonly batch?: number;
}

/**
 * Every step by the affine field that minimises the JKO objective with the linear log-determinant over the cloud's own particles: no network, no
 * iterations. Where the flow takes the exact log-determinant, particles carry that, but the field is still the minimiser of the linear one.
 */
export function affineJkoSolver(options: AffineOptions = {}): Solver<BatchState> {
  const name = "affine JKO step";
  return affineSolver(name, options, (flow, cloud) =>
    affineJkoField(landauOf(name, flow.mobility).kernel, cloud),
  );
}

/** Every step by the affine field that score matching finds, `w = P⁻¹(v − v̄)`: where `f` is no Gaussian, its covariance goes another way. */
export function affineScoreSolver(options: AffineOptions = {}): Solver<BatchState> {
  return affineSolver("affine score matching", options, (_flow, cloud) => affineScoreField(cloud));
}

/** `w = B(v − v̄)` at the particles of a cloud. */
export function affineField(B: Matrix, cloud: Cloud): FieldArrays {
  const { dimension: d, count, positions } = cloud;
  const { mean } = moments(positions, d);
  const value = new Float64Array(count * d);
  const jacobian = new Float64Array(count * d * d);
  for (let i = 0; i < count; i++) {
    for (let f = 0; f < d; f++) {
      for (let k = 0; k < d; k++) {
        value[i * d + f] += B[f][k] * (positions[i * d + k] - mean[k]);
        jacobian[(i * d + k) * d + f] = B[f][k];
      }
    }
  }
  return { value, jacobian };
}

function affineSolver(
  name: string,
  { batch }: AffineOptions,
  fieldOf: (flow: GradientFlow, cloud: Cloud) => Matrix,
): Solver<BatchState> {
  return {
    name,
    async init(flow, cloud, key) {
      landauOf(name, flow.mobility);
      checkCloud(name, flow, cloud);
      return { key, step: 0 };
    },
    async step(flow, cloud, state) {
      const field = affineField(fieldOf(flow, cloud), cloud);
      const moved = stepAlong(flow, cloud, { field, mobility: mobilityOfStep(flow, state, batch) });
      return { ...moved, state: { ...state, step: state.step + 1 } };
    },
  };
}
