/** @file Densities that an implicit step has left negative by round-off. */

/**
 * True if the line has no negative entry, after entries at the level of round-off are set to zero and the sum is
 * restored to that of `old`; false, with the line unchanged, if an entry is truly negative.
 */
export function keepPositive(line: Float64Array, old: Float64Array): boolean {
  let lowest = 0;
  let largest = 0;
  let total = 0;
  for (let c = 0; c < line.length; c++) {
    lowest = Math.min(lowest, line[c]);
    largest = Math.max(largest, line[c]);
    total += old[c];
  }
  if (lowest === 0) return true;
  if (lowest < -1e-13 * largest) return false;
  let positive = 0;
  for (let c = 0; c < line.length; c++) {
    if (line[c] < 0) line[c] = 0;
    positive += line[c];
  }
  for (let c = 0; c < line.length; c++) line[c] *= total / positive;
  return true;
}
