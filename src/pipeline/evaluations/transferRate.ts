/** @file How fast mass crosses a barrier: the rate of the slowest mode, from the mass on one side. */

/** The mass right of a barrier, less its limit, at the two times of a window. */
export interface Transfer {
  readonly start: number;
  readonly end: number;
}

/**
 * `λ` of `m(t) − m_∞ ∝ e^{−λt}` between two times, in units of 1/time, from the masses of many densities together: all imbalances,
 * each counted with the sign of its start, so that those which begin almost in balance do not matter.
 *
 * @param signs of the imbalances at the start of the window, the same for all methods that are compared.
 */
export function transferRate(
  transfers: readonly Transfer[],
  options: { readonly duration: number; readonly signs: readonly number[] },
): number {
  const { duration, signs } = options;
  const sum = (pick: (transfer: Transfer) => number) =>
    transfers.reduce((total, transfer, i) => total + signs[i] * pick(transfer), 0);
  return Math.log(sum(({ start }) => start) / sum(({ end }) => end)) / duration;
}
