/** @file The rate at which a wave grows, from its course in time. */

import { check } from "../../../check/check.ts";

/**
 * The slope of `log A(t)` by least squares between the last time before the greatest amplitude at which `A` is below `from` of it, and the
 * first time after that at which it is above `to`: there the wave has left the other modes behind, and particles are not trapped yet.
 *
 * @returns the rate, and the first and last point of the fitted line.
 */
export function growthRate(
  course: readonly (readonly [time: number, amplitude: number])[],
  { from, to }: { readonly from: number; readonly to: number },
): { readonly rate: number; readonly line: readonly (readonly [number, number])[] } {
  const peak = course.reduce((best, [, amplitude], i) => (amplitude > course[best][1] ? i : best), 0);
  const top = course[peak][1];
  let first = peak;
  while (first > 0 && course[first][1] > from * top) first--;
  let last = first + 1;
  while (last < peak && course[last][1] < to * top) last++;
  check(
    last - first >= 2,
    () => `growthRate: the wave must grow over three points or more, from ${from} to ${to} of its peak`,
  );
  const part = course.slice(first, last + 1);
  const mean = (pick: (point: readonly [number, number]) => number) =>
    part.reduce((sum, point) => sum + pick(point), 0) / part.length;
  const time = mean(([t]) => t);
  const level = mean(([, a]) => Math.log(a));
  const rate = mean(([t, a]) => (t - time) * (Math.log(a) - level)) / mean(([t]) => (t - time) ** 2);
  const at = (t: number) => [t, Math.exp(level + rate * (t - time))] as const;
  return { rate, line: [at(part[0][0]), at((part.at(-1) as readonly [number, number])[0])] };
}
