/** @file Where a sample's mass is: shares of modes. */

import { check } from "../check/check.ts";
import type { Matrix } from "../linalg/matrix.ts";

/**
 * The share of the points that are nearer to each centre than to the others.
 *
 * @param points row-major `[n, d]`.
 * @param centres one row of d numbers a mode.
 */
export function modeOccupancy(points: ArrayLike<number>, centres: Matrix): number[] {
  const d = centres[0]?.length ?? 0;
  check(
    d > 0 && points.length > 0 && points.length % d === 0,
    () => `modeOccupancy: centres and points must be rows of as many numbers, got ${d} and ${points.length}`,
  );
  const n = points.length / d;
  const shares = centres.map(() => 0);
  for (let i = 0; i < n; i++) {
    let [nearest, least] = [0, Number.POSITIVE_INFINITY];
    centres.forEach((centre, k) => {
      const squared = centre.reduce((sum, c, a) => sum + (points[i * d + a] - c) ** 2, 0);
      if (squared < least) [nearest, least] = [k, squared];
    });
    shares[nearest] += 1 / n;
  }
  return shares;
}
