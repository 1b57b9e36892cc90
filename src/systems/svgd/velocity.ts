/** @file The explicit velocity of SVGD: a sum over particles that needs no density, and with the special kernel no gradient. */

import { check } from "../../check/check.ts";
import type { Potential } from "../../energies/energy.ts";
import type { Velocity } from "../../jko/move.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { logWeights, type SpecialWeight, type SteinMobility } from "../../mobilities/stein.ts";
import { pairSums } from "./pairSums.ts";

/** A velocity that stands for `e^{scale}` times its values, which may be beyond what numbers hold. */
export interface ScaledVelocity extends Velocity {
  readonly value: Float64Array;
  readonly jacobian: Float64Array;
  readonly action: Float64Array;
  readonly scale: number;
}

/** Length of the differences by which the density that particles carry sees `∇ log a`, as part of `1 + |x|`. */
const difference = 1e-5;

/**
 * `v(x_i) = (1/n) Σ_j (∇_y K(x_i, x_j) − K(x_i, x_j) ∇V(x_j))`, which is `𝓑[−∇(log ρ + V)]` integrated by parts, its Jacobian with the other particles at
 * rest, and `A_i = ∇·v − v·∇V` at the particles. The mean of `A` is the squared Stein discrepancy `D²` of the particles (its V-statistic), and the rate at which
 * their energy with the densities that they carry falls: the map is exact, but a particle is no independent sample of what it pushes away from itself, so that of few
 * particles this energy falls too far.
 *
 * With the special kernel, `a = e^{V − V₀/2}`, gradients of `V` cancel,
 *
 *     ∇_y K − K ∇V(y) = a(x) a(y) (−∇k(x − y) − ½ k(x − y) ∇V₀(y)),     A = a ∇·(v/a) − ½ v·∇V₀.
 *
 * Only the Jacobian, and so the density that particles carry, knows `∇ log a`; central differences of values provide it. Weights are kept as
 * logarithms: the velocity is scaled by the largest of them.
 *
 * Where `k` has a kink, on the line, the Jacobian holds `k`'s Dirac measure times the density: no sum over particles contains that, and the density
 * that each carries gives it.
 */
export function svgdVelocity(
  mobility: Pick<SteinMobility, "kernel" | "special">,
  potential: Potential,
  cloud: Cloud,
): ScaledVelocity {
  const { kernel, special } = mobility;
  const { dimension: d, count: n } = cloud;
  const logs = logWeights(special, cloud);
  const top = logs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  check(Number.isFinite(top), () => `svgdVelocity: V − V₀/2 must be finite at all particles, got ${top}`);
  const weights = logs.map((value) => Math.exp(value - top));
  const drift = driftOf(special, potential, cloud);
  const { value, jacobian } = pairSums(kernel, { cloud, weights, drift });
  const slopes = special === undefined ? undefined : weightSlopes(special, cloud);
  const action = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const scale = weights[i] / n;
    const contact = d === 1 ? kernel.kink * weights[i] ** 2 * Math.exp(cloud.logDensity[i]) : 0;
    for (let f = 0; f < d; f++) value[i * d + f] *= scale;
    for (let k = 0; k < d; k++) {
      const row = (i * d + k) * d;
      for (let f = 0; f < d; f++) jacobian[row + f] *= scale;
      jacobian[row + k] += contact;
      action[i] += jacobian[row + k] - drift[i * d + k] * value[i * d + k];
      if (slopes !== undefined)
        for (let f = 0; f < d; f++) jacobian[row + f] += slopes[i * d + k] * value[i * d + f];
    }
  }
  return { value, jacobian, action, scale: 2 * top };
}

/** `∇V`, or `½∇V₀` with the special kernel, row-major `[n, d]`. */
function driftOf(special: SpecialWeight | undefined, potential: Potential, cloud: Cloud): Float64Array {
  const { dimension: d, count, positions } = cloud;
  const [source, factor] = special === undefined ? [potential, 1] : [special.reference, 0.5];
  const result = new Float64Array(count * d);
  for (let i = 0; i < count; i++) {
    const slope = source.gradient(positions.subarray(i * d, (i + 1) * d));
    for (let k = 0; k < d; k++) result[i * d + k] = factor * slope[k];
  }
  return result;
}

/** `∇ log a` by central differences of values, row-major `[n, d]`. */
function weightSlopes(special: SpecialWeight, cloud: Cloud): Float64Array {
  const { dimension: d, count, positions } = cloud;
  const result = new Float64Array(count * d);
  for (let k = 0; k < d; k++) {
    const step = new Float64Array(count);
    for (let i = 0; i < count; i++) step[i] = difference * (1 + Math.abs(positions[i * d + k]));
    const shifted = (sign: number) =>
      logWeights(special, {
        ...cloud,
        positions: Float64Array.from(positions, (x, m) =>
          m % d === k ? x + sign * step[Math.floor(m / d)] : x,
        ),
      });
    const [ahead, behind] = [shifted(1), shifted(-1)];
    for (let i = 0; i < count; i++) result[i * d + k] = (ahead[i] - behind[i]) / (2 * step[i]);
  }
  return result;
}
