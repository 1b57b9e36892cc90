/** @file Timing several things against each other on a machine that may be busy. */

/** Goes one step further and returns a number that says whether it computes the same as its rivals. */
export type Advance = () => Promise<number>;

export interface Timing {
  /** Median over the repeats, in milliseconds a step. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Steps in each repeat. */
  readonly steps: number;
  /** What the third step returned. */
  readonly value: number;
}

/**
 * Times all candidates in turn, again and again, so that a disturbance meets each of them alike. Each repeat
 * takes as many steps as fit into `seconds`, at least one.
 */
export async function interleaved(
  candidates: readonly Advance[],
  options: { readonly repeats: number; readonly seconds: number },
): Promise<Timing[]> {
  const prepared: {
    readonly advance: Advance;
    readonly steps: number;
    readonly value: number;
    readonly times: number[];
  }[] = [];
  for (const advance of candidates) {
    await advance(); // compiles
    await advance();
    const start = performance.now();
    const value = await advance();
    const once = performance.now() - start;
    const steps = Math.max(1, Math.round((1000 * options.seconds) / once));
    prepared.push({ advance, steps, value, times: [] });
  }
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    for (const { advance, steps, times } of prepared) {
      const start = performance.now();
      for (let i = 0; i < steps; i++) await advance();
      times.push((performance.now() - start) / steps);
    }
  }
  return prepared.map(({ steps, value, times }) => {
    const sorted = [...times].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return { median, least: sorted[0], most: sorted[sorted.length - 1], steps, value };
  });
}
