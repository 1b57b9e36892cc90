/** @file How far a score is from the exact one, where collisions can tell. */

import { solve } from "../../../linalg/lu.ts";

/**
 * `min_{a, β} mean |s + a + βv − s*|² / mean |s*|²`. Collisions do not see `a + βv`, so nothing in the JKO objective fixes it.
 *
 * @param options.positions the particles `v`, `[n, d]`, like the scores.
 */
export function projectedScoreError(
  score: ArrayLike<number>,
  exact: ArrayLike<number>,
  options: { readonly positions: ArrayLike<number>; readonly dimension: number },
): number {
  const { positions, dimension: d } = options;
  // Normal equations of the least squares in (a₁, …, a_d, β).
  const normal = Array.from({ length: d + 1 }, () => new Array<number>(d + 1).fill(0));
  const right = new Array<number>(d + 1).fill(0);
  let [squares, size] = [0, 0];
  for (let k = 0; k < exact.length; k++) {
    const axis = k % d;
    const [v, gap] = [positions[k], exact[k] - score[k]];
    normal[axis][axis] += 1;
    normal[axis][d] += v;
    normal[d][axis] += v;
    normal[d][d] += v * v;
    right[axis] += gap;
    right[d] += gap * v;
    squares += gap * gap;
    size += exact[k] ** 2;
  }
  const explained = solve(normal, right).reduce((sum, x, i) => sum + x * right[i], 0);
  return Math.max(0, squares - explained) / size;
}
