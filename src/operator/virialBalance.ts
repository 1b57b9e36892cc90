/** @file The affine part of a step that keeps energy, from an identity that the exact step obeys. */

import { numberOf } from "../energies/coefficient.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { symmetricEigen } from "../linalg/eigen.ts";
import { add, identity, type Matrix, matmul, scale, symmetrize, trace, transpose } from "../linalg/matrix.ts";
import type { Cloud } from "../measures/cloud.ts";
import { centred } from "../metrics/statistics.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";

/** Standard errors of a sample below which an anisotropy is taken for noise. */
const noise = 3;

/**
 * Whether {@link balanceVirial} knows the identity of a flow's steps: the mobility keeps energy, so that the identity decides nothing but the
 * anisotropy, and the energy is an entropy alone, so that it is in closed form.
 */
export function hasVirialBalance({ mobility, energy }: GradientFlow): boolean {
  const { internal, potential, interaction } = energy;
  const isEntropy = internal?.exponent === 1 && potential === undefined && interaction === undefined;
  return mobility.keepsEnergy === true && isEntropy;
}

/**
 * A field with an affine part `A(x − m)` added, `A` symmetric and without trace, so that its step obeys the tensor virial identity.
 *
 * The field of the exact step is `w = −D∇log f₁∘T`, up to what moves nothing, where `f₁` is the density that `T = id + τ𝓑[w]` leads to. Hence
 * `E[w ⊗ T] = D I`. It follows that covariances go the way of the law for the step's length: errors of the score, which every
 * estimate by neighbours has, no longer add up in them. The operator's `w` fails the symmetric part of the identity by `R`, and `A` is the part without
 * trace of the solution of `½(AQ + QA) = R` with `Q` the symmetric part of `E[(x − m) ⊗ T]`; what `A` changes in `T` is left out.
 *
 * `A` is scaled by `s²/(s² + 9/n)`, with `s` the norm of the part of `E[w ⊗ T]/D` that is symmetric and without trace: an anisotropy that is within the error of a sample says
 * nothing of the density. A Maxwellian, where `w = 0`, stays as it is.
 *
 * @param field at all particles of the cloud.
 * @param cloud all particles of the density.
 */
export function balanceVirial(flow: GradientFlow, field: FieldArrays, cloud: Cloud): FieldArrays {
  const { dimension: d, count: n, positions } = cloud;
  const { mobility, tau, energy } = flow;
  const diffusion = numberOf(energy.internal?.coefficient ?? 1);
  const velocity = mobility.velocities?.(field.value, cloud) ?? mobility.applyArrays(field, cloud).value;
  // With the linear log-determinant the field is that of an explicit step.
  const h = flow.logDeterminant === "linear" ? 0 : tau;
  const image = new Float64Array(positions);
  for (let i = 0; i < image.length; i++) image[i] += h * velocity[i];
  const about = centred(positions, d);
  const fieldByImage = meanProduct(centred(field.value, d), image, d);
  const positionByImage = meanProduct(about, image, d);
  const missing = add(scale(identity(d), diffusion), symmetrize(fieldByImage), -1);
  const affine = withoutTrace(lyapunov(symmetrize(positionByImage), scale(missing, 2)));
  const anisotropy = withoutTrace(fieldByImage).flat();
  const squared = anisotropy.reduce((sum, x) => sum + x * x, 0) / diffusion ** 2;
  const share = squared / (squared + noise ** 2 / n);
  const slopes = Float64Array.from(affine.flat(), (entry) => share * entry);
  const value = new Float64Array(field.value);
  const jacobian = new Float64Array(field.jacobian);
  for (let i = 0; i < n; i++) {
    for (let b = 0; b < d; b++) {
      for (let a = 0; a < d; a++) {
        value[i * d + a] += slopes[b * d + a] * about[i * d + b];
        jacobian[(i * d + b) * d + a] += slopes[b * d + a];
      }
    }
  }
  return { value, jacobian };
}

/** The symmetric part of a matrix, less the multiple of the identity in it. */
function withoutTrace(matrix: Matrix): number[][] {
  const mean = trace(matrix) / matrix.length;
  return symmetrize(matrix).map((row, a) => row.map((entry, b) => (a === b ? entry - mean : entry)));
}

/** The symmetric solution `X` of `XQ + QX = R`, for a symmetric `R` and a `Q` that is positive definite too. */
function lyapunov(Q: Matrix, R: Matrix): number[][] {
  const { values, vectors } = symmetricEigen(Q, "balanceVirial");
  const inFrame = matmul(transpose(vectors), matmul(R, vectors));
  const solution = inFrame.map((row, a) => row.map((entry, b) => entry / (values[a] + values[b])));
  return symmetrize(matmul(vectors, matmul(solution, transpose(vectors))));
}

/** `E[x ⊗ y]` over rows. */
function meanProduct(x: Float64Array, y: Float64Array, d: number): number[][] {
  const sums = new Float64Array(d * d);
  for (let i = 0; i < y.length; i += d)
    for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) sums[a * d + b] += x[i + a] * y[i + b];
  const n = y.length / d;
  return Array.from({ length: d }, (_, a) => Array.from(sums.subarray(a * d, (a + 1) * d), (sum) => sum / n));
}
