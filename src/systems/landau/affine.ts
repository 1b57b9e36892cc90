/** @file Steps by the best affine field: the Landau step's oracle, and score matching's to hold against it. */

import type { GradientFlow } from "../../jko/flow.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { landauOf } from "../../mobilities/landau.ts";
import type { FieldArrays } from "../../mobilities/mobility.ts";
import { landauAffineJkoField, landauAffineScoreField } from "./affineFields.ts";
import { checkCloud, stepAlong } from "./fieldStep.ts";

/**
 * Every step by the affine field that minimises the JKO objective with the linear log-determinant over the cloud's own particles: no network, no
 * iterations. Where the flow takes the exact log-determinant, particles carry that, but the field is still the minimiser of the linear one.
 */
export function landauAffineJkoSolver(): Solver<null> {
  const name = "affine JKO step";
  return affineSolver(name, (flow, cloud) =>
    landauAffineJkoField(landauOf(name, flow.mobility).kernel, cloud),
  );
}

/** Every step by the affine field that score matching finds, `w = P⁻¹(v − v̄)`: where `f` is no Gaussian, its covariance goes another way. */
export function landauAffineScoreSolver(): Solver<null> {
  return affineSolver("affine score matching", (_flow, cloud) => landauAffineScoreField(cloud));
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

function affineSolver(name: string, fieldOf: (flow: GradientFlow, cloud: Cloud) => Matrix): Solver<null> {
  return {
    name,
    async init(flow, cloud) {
      landauOf(name, flow.mobility);
      checkCloud(name, flow, cloud);
      return null;
    },
    async step(flow, cloud, state) {
      return { ...stepAlong(flow, cloud, affineField(fieldOf(flow, cloud), cloud)), state };
    },
  };
}
