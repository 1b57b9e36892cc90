/** @file What all tests of trackers open their runs with. */

/** A clock that ticks one millisecond a look. */
export function tickingClock(start = 1_700_000_000_000): () => number {
  let now = start;
  return () => now++;
}

export const runOptions = () => ({
  experiment: "tests",
  runName: "first",
  user: "me",
  clock: tickingClock(),
});
