/** @file The mobility of Stein variational gradient descent: a force is smoothed by a kernel before it moves anything. */

import { check } from "../check/check.ts";
import type { RadialKernel } from "../domains/radialKernel.ts";
import type { Potential } from "../energies/energy.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { FieldArrays, Mobility } from "./mobility.ts";
import { steinTensors } from "./steinTensors.ts";

/** What makes `K = a(x) k(x − y) a(y)` of a kernel `k`: `a = e^{V − V₀/2}`. */
export interface SpecialWeight {
  readonly potential: Potential;
  readonly reference: Potential;
}

/** The mobility of SVGD, with the kernel that it is made of. */
export interface SteinMobility extends Mobility {
  readonly kernel: RadialKernel;
  /** Undefined where `K = k(x − y)`. */
  readonly special: SpecialWeight | undefined;
  velocities(field: ArrayLike<number>, cloud: Cloud): ArrayLike<number>;
}

/** All of `K` and `∇ₓK` over the particles of a cloud. */
export interface SteinGram {
  /** `K(x_i, x_j)`, row-major `[n, n]`. */
  readonly values: Float64Array;
  /** `∂K(x_i, x_j)/∂x_i` along coordinate `k` at `[i, j, k]`. */
  readonly slopes: Float64Array;
}

/**
 * `𝓑_f[w](x) = ∫ K(x, y) w(y) f(y) dy` with `K = k(x − y)`, or `K = e^{V − V₀/2}(x) k(x − y) e^{V − V₀/2}(y)` where a special weight is given.
 * With the relative entropy, `w = −∇(log f + V)`, it is Stein variational gradient descent, `∂_t f = ∇·(f ∫ K(x, y) (∇f + f∇V)(y) dy)`.
 *
 * The integral is the mean over the particles of the cloud, in `O(n²)` operations and, in Float64, `O(n)` memory. Jacobians are those in `x` with the
 * particles at rest and do not depend on that of `w`.
 *
 * @see Liu (2017), Stein variational gradient descent as gradient flow, arXiv:1704.07520.
 */
export function steinMobility(options: {
  readonly kernel: RadialKernel;
  readonly special?: SpecialWeight;
}): SteinMobility {
  const { kernel, special } = options;
  return {
    name: "stein",
    kernel,
    special,
    apply: (field, cloud) => steinTensors({ kernel, special }, field, cloud.positions),
    applyArrays: (field, cloud) => applyRows({ kernel, special }, field.value, cloud),
    velocities: (field, cloud) => applyRows({ kernel, special }, field, cloud).value,
  };
}

/** A flow's mobility as Stein's. @throws InputError where it is another; `where` names the caller. */
export function steinOf(where: string, mobility: Mobility): SteinMobility {
  check(
    mobility.name === "stein" && "kernel" in mobility,
    () => `${where}: the mobility must be that of Stein, got ${mobility.name}`,
  );
  return mobility as SteinMobility;
}

/** `log a = V − V₀/2` at the particles, by values alone, `[n]`; zero where `K = k(x − y)`. */
export function logWeights(special: SpecialWeight | undefined, cloud: Cloud): Float64Array {
  const { dimension: d, count, positions } = cloud;
  const result = new Float64Array(count);
  if (special === undefined) return result;
  const { potential, reference } = special;
  for (let i = 0; i < count; i++) {
    const x = positions.subarray(i * d, (i + 1) * d);
    result[i] = potential.value(x) - 0.5 * reference.value(x);
  }
  return result;
}

/** `K` and `∇ₓK` as arrays of `n²(1 + d)` numbers. */
export function steinGram(
  { kernel, special }: Pick<SteinMobility, "kernel" | "special">,
  cloud: Cloud,
): SteinGram {
  const { dimension: d, count: n, positions } = cloud;
  const values = new Float64Array(n * n);
  const slopes = new Float64Array(n * n * d);
  const weights = logWeights(special, cloud).map(Math.exp);
  const pulls = weightSlopes(special, cloud);
  const jet = new Float64Array(3);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      kernel.evaluate(squaredDistance(positions, d, i, j), jet);
      const weight = weights[i] * weights[j];
      values[i * n + j] = weight * jet[0];
      for (let k = 0; k < d; k++)
        slopes[(i * n + j) * d + k] =
          weight * (2 * jet[1] * (positions[i * d + k] - positions[j * d + k]) + jet[0] * pulls[i * d + k]);
    }
  }
  return { values, slopes };
}

function squaredDistance(positions: ArrayLike<number>, d: number, i: number, j: number): number {
  let squared = 0;
  for (let k = 0; k < d; k++) squared += (positions[i * d + k] - positions[j * d + k]) ** 2;
  return squared;
}

/** `∇ log a` at the particles, row-major `[n, d]`. */
function weightSlopes(special: SpecialWeight | undefined, cloud: Cloud): Float64Array {
  const { dimension: d, count, positions } = cloud;
  const result = new Float64Array(count * d);
  if (special === undefined) return result;
  const { potential, reference } = special;
  for (let i = 0; i < count; i++) {
    const x = positions.subarray(i * d, (i + 1) * d);
    const [slope, other] = [potential.gradient(x), reference.gradient(x)];
    for (let k = 0; k < d; k++) result[i * d + k] = slope[k] - 0.5 * other[k];
  }
  return result;
}

/** Values and Jacobians by one pass over the pairs, without an array of them. */
function applyRows(
  { kernel, special }: Pick<SteinMobility, "kernel" | "special">,
  field: ArrayLike<number>,
  cloud: Cloud,
): FieldArrays & { readonly value: Float64Array } {
  const { dimension: d, count: n, positions } = cloud;
  check(
    field.length === n * d,
    () => `steinMobility: a field on ${n} particles in R^${d} must have ${n * d} values, got ${field.length}`,
  );
  const weights = logWeights(special, cloud).map(Math.exp);
  const pulls = weightSlopes(special, cloud);
  const value = new Float64Array(n * d);
  const jacobian = new Float64Array(n * d * d);
  const jet = new Float64Array(3);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      kernel.evaluate(squaredDistance(positions, d, i, j), jet);
      const scale = (weights[i] * weights[j]) / n;
      for (let f = 0; f < d; f++) value[i * d + f] += scale * jet[0] * field[j * d + f];
      for (let k = 0; k < d; k++) {
        const slope = 2 * jet[1] * (positions[i * d + k] - positions[j * d + k]) + jet[0] * pulls[i * d + k];
        for (let f = 0; f < d; f++) jacobian[(i * d + k) * d + f] += scale * slope * field[j * d + f];
      }
    }
  }
  return { value, jacobian };
}
