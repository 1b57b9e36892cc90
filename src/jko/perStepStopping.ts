/** @file When a per-step solver stops. */

/** The rule: a greatest number of iterations, and hold-out particles that say when there is nothing left to learn. */
export interface StoppingOptions {
  /** Most iterations a step. */
  readonly maximum: number;
  /** Iterations between two looks at the hold-out particles. */
  readonly checkEvery: number;
  /** Looks without improvement after which to stop. */
  readonly patience: number;
  /** Relative decrease of the objective that counts as an improvement. */
  readonly improvement?: number;
}

export interface StoppingRule {
  isDue(iteration: number): boolean;
  /** Whether to stop, after the hold-out objective of a due iteration. */
  stopsAt(iteration: number, objective: number): boolean;
}

/**
 * @param goal an objective at which to stop at once, if there is one; patience then does not apply.
 */
export function stoppingRule(options: StoppingOptions, goal?: number): StoppingRule {
  const { maximum, checkEvery, patience, improvement = 0 } = options;
  let best = Number.POSITIVE_INFINITY;
  let stale = 0;
  return {
    isDue: (iteration) => iteration % checkEvery === 0 || iteration >= maximum,
    stopsAt(iteration, objective) {
      const improved = objective < best - improvement * Math.abs(best) || best === Number.POSITIVE_INFINITY;
      stale = improved ? 0 : stale + 1;
      best = Math.min(best, objective);
      if (goal !== undefined && objective <= goal) return true;
      return iteration >= maximum || stale >= patience;
    },
  };
}
