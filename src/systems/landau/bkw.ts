/** @file The solution of Bobylev, Krook and Wu: exact, not a Gaussian, for Maxwell's molecules in any dimension. */

import { check } from "../../check/check.ts";
import { logGamma } from "../../measures/logGamma.ts";
import { type BkwDensity, bkwDensity } from "./bkwDensity.ts";

/**
 * The solution `f_t ∝ (P + Q|v|²) e^{−|v|²/2K}` with `K = 1 − a e^{−2C(d−1)t}`, `P = ((d+2)K − d)/2K` and `Q = (1 − K)/2K²`, of mass 1 and
 * `E|v|² = d`, for `γ = 0`.
 */
export interface BkwSolution {
  readonly dimension: number;
  readonly constant: number;
  /** `log(a(d+2)/2)/(2C(d−1))`: from here on `f ≥ 0`. Minus infinity for `a = 0`, the Maxwellian. */
  readonly start: number;
  /** `K`. */
  spread(time: number): number;
  at(time: number): BkwDensity;
  /** `∫ f log f`, by quadrature to round-off. */
  entropy(time: number): number;
  /** `E|v|⁴ = d(d+2) K(2 − K)`. */
  fourthMoment(time: number): number;
  /** `E|U|²` of the particles' velocity `U = −C(d−1)(∇log f + v)`. */
  squaredSpeed(time: number): number;
  /** What explicit steps of length `tau` with the exact score add to `E|v|²` between two times: `Σ_k τ² E|U(t_k)|²`. */
  energyDrift(span: { readonly tau: number; readonly from: number; readonly to: number }): number;
}

/**
 * @param options.constant `C > 0`, with the mass in it where that is not 1.
 * @param options.amplitude `a ≥ 0`: how far from equilibrium the solution is at time 0.
 * @see Krook & Wu (1977), doi:10.1063/1.861780; Carrillo, Hu, Wang & Wu (2020), doi:10.1016/j.jcpx.2020.100066.
 */
export function bkwSolution(options: {
  readonly dimension: number;
  readonly constant: number;
  readonly amplitude: number;
}): BkwSolution {
  const { dimension: d, constant, amplitude } = options;
  check(
    Number.isInteger(d) && d >= 2,
    () => `bkwSolution: dimension must be an integer of at least 2, got ${d}`,
  );
  check(constant > 0 && constant < Infinity, () => `bkwSolution: constant must be positive, got ${constant}`);
  check(
    amplitude >= 0 && amplitude < Infinity,
    () => `bkwSolution: amplitude must not be negative, got ${amplitude}`,
  );
  const rate = 2 * constant * (d - 1);
  const start = Math.log((amplitude * (d + 2)) / 2) / rate;
  const spread = (time: number) => {
    check(time >= start - 1e-12, () => `bkwSolution: before ${start} it is no density, got the time ${time}`);
    return 1 - amplitude * Math.exp(-rate * time);
  };
  const at = (time: number) => bkwDensity(d, spread(time));
  const squaredSpeed = (time: number) => {
    const { radialScore, radialLogDensity } = at(time);
    const bend = radialMean(d, radialLogDensity, (square) => square * (radialScore(square) + 1) ** 2);
    return (constant * (d - 1)) ** 2 * bend;
  };
  return {
    dimension: d,
    constant,
    start,
    spread,
    at,
    entropy: (time) => {
      const { radialLogDensity } = at(time);
      return radialMean(d, radialLogDensity, radialLogDensity);
    },
    fourthMoment: (time) => d * (d + 2) * spread(time) * (2 - spread(time)),
    squaredSpeed,
    energyDrift: ({ tau, from, to }) => {
      let sum = 0;
      for (let k = 0; k < Math.round((to - from) / tau); k++) sum += tau ** 2 * squaredSpeed(from + k * tau);
      return sum;
    },
  };
}

/** Step and ends of the trapezoidal rule in `log r`, for lengths of order one: what is left out and between is below round-off. */
const [step, low, high] = [1 / 16, -20, 3];

/** `∫ g(|v|²) f dv` by the trapezoidal rule in `log r`, where the integrand falls off exponentially at least on both sides. */
function radialMean(
  d: number,
  logDensity: (square: number) => number,
  g: (square: number) => number,
): number {
  const logSphere = Math.log(2) + 0.5 * d * Math.log(Math.PI) - logGamma(d / 2);
  let sum = 0;
  for (let x = low; x <= high; x += step) {
    const square = Math.exp(2 * x);
    const mass = Math.exp(logSphere + d * x + logDensity(square));
    if (mass > 0) sum += step * mass * g(square);
  }
  return sum;
}
