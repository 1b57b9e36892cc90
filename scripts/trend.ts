/** @file The slope of a noisy series and how well it is known. */

/** Change a unit of `x`, with its standard error. */
export interface Trend {
  readonly slope: number;
  readonly error: number;
}

/**
 * The line of least squares through the means of up to `blocks` equal parts of a series, in the order of `x`. Neighbouring samples of memory or
 * of a loss resemble each other; the means of long parts hardly do, so that the scatter about the line says how well its slope is known.
 *
 * @returns not-a-number where there are fewer than three samples.
 */
export function trend(points: readonly (readonly [x: number, y: number])[], blocks = 24): Trend {
  const size = Math.max(1, Math.ceil(points.length / blocks));
  const means: [number, number][] = [];
  for (let begin = 0; begin + size <= points.length; begin += size) {
    const block = points.slice(begin, begin + size);
    means.push([mean(block.map(([x]) => x)), mean(block.map(([, y]) => y))]);
  }
  const [centre, level] = [mean(means.map(([x]) => x)), mean(means.map(([, y]) => y))];
  const spread = means.reduce((sum, [x]) => sum + (x - centre) ** 2, 0);
  const slope = means.reduce((sum, [x, y]) => sum + (x - centre) * (y - level), 0) / spread;
  const left = means.reduce((sum, [x, y]) => sum + (y - level - slope * (x - centre)) ** 2, 0);
  return means.length < 3
    ? { slope: Number.NaN, error: Number.NaN }
    : { slope, error: Math.sqrt(left / (means.length - 2) / spread) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
