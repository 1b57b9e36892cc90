/** @file Steps by the best affine map, in closed form: the exact JKO step of a Gaussian under a matrix mobility. */

import { check } from "../../check/check.ts";
import { numberOf } from "../../energies/coefficient.ts";
import { quadraticStiffness } from "../../energies/quadraticPotential.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { moveCloud, type Velocity } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import { symmetricFunction } from "../../linalg/eigen.ts";
import { inverse } from "../../linalg/lu.ts";
import { add, identity, type Matrix, matmul, matvec, scale, symmetrize } from "../../linalg/matrix.ts";
import { type AffineMap, applyAffine, pushGaussian } from "../../measures/affineMap.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { GaussianParameters } from "../../measures/gaussian.ts";
import { moments } from "../../metrics/statistics.ts";
import { mobilityMatrix } from "../../mobilities/linear.ts";

/**
 * The affine map `T` that minimises the objective of a step, `(1/2τ) E⟨T−φ, M⁻¹(T−φ)⟩ + ½E⟨T, P T⟩ − D log det ∇T`, from mean `m` and covariance
 * `S`: the exact JKO step where the density is a Gaussian. With `H = (τM)⁻¹ + P`, `K = H^{−½}(τM)⁻¹S^{½}` and `∇T = H^{−½} U S^{−½}` it is
 * stationary where `U − D U⁻ᵀ = K`, which singular values decouple:
 *
 *     ∇T = (I + τMP)⁻¹ S^{½} f(KᵀK) S^{−½},     f(κ) = ½(1 + √(1 + 4D/κ)),     KᵀK = S^{½} (τM + τM P τM)⁻¹ S^{½},     m ↦ (I + τMP)⁻¹ m.
 *
 * @param flow of an entropy `D` and a quadratic potential about the origin, `P`, with a matrix `M` for its mobility.
 */
export function affineStep(flow: GradientFlow, { mean, covariance }: GaussianParameters): AffineMap {
  const { diffusion, stiffness, mobility } = constantsOf(flow);
  const reach = scale(mobility, flow.tau);
  const pull = inverse(add(identity(mean.length), matmul(reach, stiffness)));
  const root = symmetricFunction(covariance, Math.sqrt, "affineStep: covariance");
  const inverseRoot = symmetricFunction(covariance, (s) => 1 / Math.sqrt(s), "affineStep: covariance");
  const metric = inverse(add(reach, matmul(matmul(reach, stiffness), reach)));
  const squares = symmetrize(matmul(matmul(root, metric), root));
  const growth = symmetricFunction(squares, (kappa) => 0.5 * (1 + Math.sqrt(1 + (4 * diffusion) / kappa)));
  const matrix = matmul(pull, matmul(matmul(root, growth), inverseRoot));
  const [image, target] = [matvec(matrix, mean), matvec(pull, mean)];
  return { matrix, offset: target.map((value, k) => value - image[k]) };
}

/** Mean and covariance after a step of {@link affineStep}. */
export function affineStepMoments(flow: GradientFlow, state: GaussianParameters): GaussianParameters {
  return pushGaussian(affineStep(flow, state), state);
}

/** Every step by {@link affineStep}, from the moments of the particles: exact where they are a Gaussian's. */
export function affineFlowSolver(): Solver<null> {
  return {
    name: "closed-form affine JKO",
    async init(flow) {
      constantsOf(flow);
      return null;
    },
    async step(flow, cloud, state) {
      const map = affineStep(flow, moments(cloud.positions, cloud.dimension));
      const velocity = affineVelocity(flow, map, cloud);
      return { ...moveCloud(flow, cloud, { velocity, portion: 1, iterations: 0 }), state };
    },
  };
}

/** `(T(φ) − φ)/τ`, its Jacobian and its action. */
function affineVelocity(flow: GradientFlow, map: AffineMap, cloud: Cloud): Velocity {
  const { dimension: d, count } = cloud;
  const metric = inverse(constantsOf(flow).mobility);
  const positions = Float64Array.from(cloud.positions);
  const value = applyAffine(map, positions).map((x, i) => (x - positions[i]) / flow.tau);
  const block = map.matrix.flatMap((_, k) =>
    map.matrix.map((row, i) => (row[k] - (i === k ? 1 : 0)) / flow.tau),
  );
  return {
    value,
    jacobian: Float64Array.from({ length: count * d * d }, (_, i) => block[i % (d * d)]),
    action: Float64Array.from({ length: count }, (_, i) => {
      const own = value.subarray(i * d, (i + 1) * d);
      return matvec(metric, own).reduce((sum, w, k) => sum + w * own[k], 0);
    }),
  };
}

function constantsOf({ name, energy, mobility }: GradientFlow): {
  readonly diffusion: number;
  readonly stiffness: Matrix;
  readonly mobility: Matrix;
} {
  const quadratic = energy.potential && quadraticStiffness(energy.potential);
  check(
    (quadratic?.centre.every((c) => c === 0) ?? false) &&
      energy.internal?.exponent === 1 &&
      energy.interaction === undefined,
    () =>
      `affineStep: the energy must be an entropy and a quadratic potential about the origin, got ${name}: ${energy.name}`,
  );
  return {
    diffusion: numberOf(energy.internal?.coefficient ?? Number.NaN),
    stiffness: quadratic?.matrix ?? [],
    mobility: mobilityMatrix("affineStep", mobility),
  };
}
