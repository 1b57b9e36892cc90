/** @file Whether Markov chains have forgotten where they began, and how many independent draws they are worth. */

import { check } from "../check/check.ts";

/**
 * Gelman and Rubin's `R̂` of a quantity on chains that are cut in halves: the root of its variance over all draws, against that within the halves.
 * Near one chains have met; above 1.01 they should run longer.
 *
 * @param values one a draw, `[chains · draws]`, one chain after the other.
 * @see Gelman et al. (2013), Bayesian Data Analysis, section 11.4.
 */
export function splitRhat(values: ArrayLike<number>, chains: number): number {
  const draws = values.length / chains;
  check(
    Number.isInteger(draws) && draws >= 4,
    () => `splitRhat: every one of ${chains} chains needs at least 4 draws, got ${values.length} values`,
  );
  const half = Math.floor(draws / 2);
  const starts = Array.from({ length: chains }, (_, c) => [c * draws, c * draws + draws - half]).flat();
  const { within, pooled } = variances(values, { starts, length: half });
  return Math.sqrt(pooled / within);
}

/**
 * The number of independent draws with the same error of the mean, `MN/(1 + 2 Σ_t ρ_t)`: autocorrelations from all chains, summed in pairs until one
 * is negative, which for reversible chains none is.
 *
 * @see Geyer (1992), Practical Markov chain Monte Carlo, doi:10.1214/ss/1177011137.
 */
export function effectiveSampleSize(values: ArrayLike<number>, chains: number): number {
  const draws = values.length / chains;
  check(
    Number.isInteger(draws) && draws >= 4,
    () =>
      `effectiveSampleSize: every one of ${chains} chains needs at least 4 draws, got ${values.length} values`,
  );
  const starts = Array.from({ length: chains }, (_, c) => c * draws);
  const { means, within, pooled } = variances(values, { starts, length: draws });
  const correlation = (lag: number) => {
    let sum = 0;
    starts.forEach((start, c) => {
      for (let i = start; i < start + draws - lag; i++)
        sum += (values[i] - means[c]) * (values[i + lag] - means[c]);
    });
    // Variograms: the spread between chains counts as correlation that does not decay.
    return 1 - (within - sum / (chains * (draws - 1))) / pooled;
  };
  let [total, smallest] = [-1, Number.POSITIVE_INFINITY];
  for (let lag = 0; lag + 1 < draws; lag += 2) {
    const pair = (lag === 0 ? 1 : correlation(lag)) + correlation(lag + 1);
    if (pair < 0) break;
    smallest = Math.min(smallest, pair);
    total += 2 * smallest;
  }
  return values.length / Math.max(total, 1 / Math.log10(values.length));
}

/** Variance within stretches, and the estimate of that of the whole from within and between. */
function variances(
  values: ArrayLike<number>,
  { starts, length }: { readonly starts: readonly number[]; readonly length: number },
) {
  const own = starts.map((start) => Array.from({ length }, (_, i) => values[start + i]));
  const means = own.map((part) => part.reduce((sum, x) => sum + x, 0) / length);
  const within =
    own.reduce((sum, part, c) => sum + part.reduce((s, x) => s + (x - means[c]) ** 2, 0) / (length - 1), 0) /
    own.length;
  const centre = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const between =
    means.length === 1 ? 0 : means.reduce((sum, mean) => sum + (mean - centre) ** 2, 0) / (means.length - 1);
  return { means, within, pooled: ((length - 1) / length) * within + between };
}
