/** @file Divergences between measures whose log-densities are known exactly: no density is estimated. */

import { type Estimate, estimate, pairedDifference } from "./statistics.ts";

/**
 * `KL(ρ|σ) = E_ρ[log ρ − log σ]` from the log-densities of both at independent samples of `ρ`, with its standard error.
 * Near zero the estimate may be negative within that error.
 */
export function klFromLogDensities(logRho: ArrayLike<number>, logSigma: ArrayLike<number>): Estimate {
  const { mean, standardError } = pairedDifference(logRho, logSigma);
  return { mean, standardError };
}

/**
 * The same with `E_ρ[σ/ρ] = 1` for a control: `x_i = log ρ − log σ` and `y_i = e^{−x_i}` give
 *
 *     KL ≈ mean x + c (mean y − 1),     c = −Cov(x, y)/Var(y).
 *
 * Near `σ`, where `c` is about 1, this is about `½E x²`: it is not negative, and its error is that of the square and not of `x` itself,
 * so small divergences can be told from zero. Far from it, where the sample sees less than half of the mass of `σ` (`mean y < ½`), the
 * identity says nothing about the sample, and `c = 0`.
 *
 * @see Owen (2013), Monte Carlo theory, methods and examples, section 8.9, on control variates.
 */
export function klWithControl(logRho: ArrayLike<number>, logSigma: ArrayLike<number>): Estimate {
  const x = Float64Array.from({ length: logRho.length }, (_, i) => logRho[i] - logSigma[i]);
  const y = x.map((value) => Math.expm1(-value));
  const [meanX, meanY] = [x, y].map(
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  let [covariance, variance] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    covariance += (x[i] - meanX) * (y[i] - meanY);
    variance += (y[i] - meanY) ** 2;
  }
  // y is e^{−x} − 1 here.
  const isNear = meanY > -0.5 && variance > 0 && variance < Infinity;
  const c = isNear ? -covariance / variance : 0;
  return estimate(x.map((value, i) => value + c * y[i]));
}
