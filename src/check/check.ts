/** @file The one way to reject input: every public function says here what it expected and what it got. */

/**
 * Input that the caller can mend: a wrong argument, file or setting. The command line prints the message
 * alone and exits with code 2; anything else that is thrown is a failure of ours and exits with code 1.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Throws {@link InputError} unless the condition holds. The message is built only when it is needed.
 *
 * House form: `<where>: <what> must <rule>, got <value>. <What to do>.`
 */
export function check(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new InputError(message());
}

/**
 * Reads one item after another. Unlike `Promise.all`, which rejects with whichever item fails soonest, the fault that
 * is told of is the first in the order given, the same on every run.
 */
export async function inTurn<T, R>(
  items: readonly T[],
  read: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await read(item, index));
  return results;
}

/** The candidate nearest to `name` in edit distance, or undefined when none is close enough to be meant. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}

/** ` Did you mean "x"?`, or nothing where no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const candidate = nearest(name, candidates);
  return candidate === undefined ? "" : ` Did you mean "${candidate}"?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
