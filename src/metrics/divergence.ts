/** @file Divergences between measures whose log-densities are known exactly: no density is estimated. */

import { type Estimate, pairedDifference } from "./statistics.ts";

/**
 * `KL(ρ|σ) = E_ρ[log ρ − log σ]` from the log-densities of both at independent samples of `ρ`, with its standard error.
 * Near zero the estimate may be negative within that error.
 */
export function klFromLogDensities(logRho: ArrayLike<number>, logSigma: ArrayLike<number>): Estimate {
  const { mean, standardError } = pairedDifference(logRho, logSigma);
  return { mean, standardError };
}
