/** @file Nearest neighbours among scattered points, by a k-d tree. */

/** Finds the points nearest to any one of them. */
export interface Neighbours {
  /** Indices of the `count` points nearest to point `centre`, itself among them, the farthest first. */
  nearest(centre: number, count: number): Int32Array;
}

/** Points in a leaf, which are looked at one by one. */
const leafSize = 16;

/** A tree over row-major points `[n, d]`: the boxes of its halves are split at the median of their coordinates in turn. */
export function neighbours(positions: ArrayLike<number>, dimension: number): Neighbours {
  const d = dimension;
  const order = Int32Array.from({ length: positions.length / d }, (_, i) => i);
  const splits = new Float64Array(order.length);
  arrange(order, splits, { positions, d, axis: 0 });
  return {
    nearest(centre, count) {
      const found = farthestFirst(Math.min(count, order.length));
      const visit = (low: number, high: number, axis: number): void => {
        if (high - low <= leafSize) {
          for (let k = low; k < high; k++) {
            let squared = 0;
            for (let a = 0; a < d; a++) {
              squared += (positions[order[k] * d + a] - positions[centre * d + a]) ** 2;
            }
            found.offer(order[k], squared);
          }
          return;
        }
        const middle = (low + high) >> 1;
        const side = positions[centre * d + axis] - splits[middle];
        const next = (axis + 1) % d;
        if (side < 0) visit(low, middle, next);
        else visit(middle, high, next);
        if (side ** 2 > found.farthest()) return;
        if (side < 0) visit(middle, high, next);
        else visit(low, middle, next);
      };
      visit(0, order.length, 0);
      return found.indices;
    },
  };
}

/** Arranges indices so that each half of a box holds the smaller or the larger coordinates, and notes between which they lie. */
function arrange(
  order: Int32Array,
  splits: Float64Array,
  at: { readonly positions: ArrayLike<number>; readonly d: number; readonly axis: number },
): void {
  if (order.length <= leafSize) return;
  const { positions, d, axis } = at;
  order.sort((i, j) => positions[i * d + axis] - positions[j * d + axis]);
  const middle = order.length >> 1;
  splits[middle] = positions[order[middle] * d + axis];
  const next = { ...at, axis: (axis + 1) % d };
  arrange(order.subarray(0, middle), splits.subarray(0, middle), next);
  arrange(order.subarray(middle), splits.subarray(middle), next);
}

/** The nearest so far in a binary heap whose root is the farthest of them. */
function farthestFirst(count: number) {
  const indices = new Int32Array(count).fill(-1);
  const squares = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  return {
    indices,
    farthest: () => squares[0],
    offer(index: number, squared: number): void {
      if (squared >= squares[0]) return;
      let hole = 0;
      for (;;) {
        let child = 2 * hole + 1;
        if (child + 1 < count && squares[child + 1] > squares[child]) child++;
        if (child >= count || squares[child] <= squared) break;
        squares[hole] = squares[child];
        indices[hole] = indices[child];
        hole = child;
      }
      squares[hole] = squared;
      indices[hole] = index;
    },
  };
}
