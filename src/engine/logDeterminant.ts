/** @file Determinants of batches of small matrices as tensor operations, for changes of variables and their gradients. */
import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";

/**
 * Determinants of square matrices of size at most 16: closed form up to three, an unrolled elimination beyond.
 *
 * @param m Shape [d, d, ...]; the result has shape [...].
 */
export function determinant(m: tf.Tensor): tf.Tensor {
  const d = matrixSize("determinant", m);
  return tf.tidy(() => {
    if (d > 3) return determinantByElimination(m);
    const entry = entriesOf(m);
    if (d === 1) return entry(0, 0);
    const minor = (i: number, j: number, k: number, l: number) =>
      tf.sub(tf.mul(entry(i, j), entry(k, l)), tf.mul(entry(i, l), entry(k, j)));
    if (d === 2) return minor(0, 0, 1, 1);
    return tf.addN([
      tf.mul(entry(0, 0), minor(1, 1, 2, 2)),
      tf.mul(entry(0, 1), minor(1, 2, 2, 0)),
      tf.mul(entry(0, 2), minor(1, 0, 2, 1)),
    ]);
  });
}

/**
 * Determinants and their logarithms, continued linearly below a floor `e`:
 *
 *     log max(det, e) + (min(det, e) − e)/e,
 *
 * so that a fold (det ≤ 0) has a finite penalty whose gradient pushes it back; `log` alone is not defined there, and a
 * logarithm that is cut off would leave folds where they are. With `growth` `g > 0` it is `det^{−g}` that goes on linearly,
 * the logarithm therefore as `log e − log(1 + g(e − det)/e)/g`: the exponential of a linear penalty would overflow.
 *
 * @param m Shape [d, d, ...], d ≤ 16; the results have shape [...].
 * @param options.floor The positive determinant `e` below which the continuation starts.
 * @param options.growth `g ≥ 0`, or positive ones that broadcast against the determinants; no derivative is taken with respect to them.
 */
export function logDeterminant(
  m: tf.Tensor,
  options: { readonly floor: number; readonly growth?: number | tf.Tensor },
): { readonly determinant: tf.Tensor; readonly logDeterminant: tf.Tensor } {
  const { floor, growth = 0 } = options;
  check(floor > 0, () => `logDeterminant: floor must be positive, got ${floor}.`);
  check(
    typeof growth !== "number" || growth >= 0,
    () => `logDeterminant: growth must not be negative, got ${growth}.`,
  );
  const det = determinant(m);
  return { determinant: det, logDeterminant: continuedLogarithm(floor, growth)(det) };
}

/**
 * The continued logarithm of {@link logDeterminant}. It has the slope `1/(max(det, e) + g max(e − det, 0))` on both sides of
 * the floor, which says in a few operations what the derivatives of the maximum and the minimum say in ten.
 */
function continuedLogarithm(floor: number, growth: number | tf.Tensor): (det: tf.Tensor) => tf.Tensor {
  const depth = (det: tf.Tensor) => tf.relu(tf.sub(floor, det));
  return tf.customGrad((...args) => {
    const [det, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([det]);
    const above = tf.log(tf.maximum(det, floor));
    const below =
      growth === 0
        ? tf.sub(tf.div(tf.minimum(det, floor), floor), 1)
        : tf.div(tf.log1p(tf.mul(tf.div(growth, floor), depth(det))), tf.neg(growth));
    return {
      value: tf.add(above, below),
      gradFunc: (slope, saved) => {
        const at = (saved as tf.Tensor[])[0];
        const top = tf.maximum(at, floor);
        return tf.div(slope, growth === 0 ? top : tf.add(top, tf.mul(growth, depth(at))));
      },
    };
  });
}

/**
 * The smallest eigenvalue of the symmetric parts `(m + mᵀ)/2`: exact for d ≤ 3, and for larger matrices Gershgorin's
 * lower bound `min_i (s_ii − Σ_{j≠i} |s_ij|)`, which is never above it. For limiting steps, where a bound is enough.
 *
 * @param m Shape [d, d, ...]; the result has shape [...].
 */
export function smallestSymmetricEigenvalue(m: tf.Tensor): tf.Tensor {
  const d = matrixSize("smallestSymmetricEigenvalue", m);
  return tf.tidy(() => {
    const entry = entriesOf(m);
    if (d === 1) return entry(0, 0);
    const s = (i: number, j: number) =>
      i === j ? entry(i, i) : tf.mul(tf.add(entry(i, j), entry(j, i)), 0.5);
    if (d === 2) {
      const mean = tf.mul(tf.add(s(0, 0), s(1, 1)), 0.5);
      const half = tf.mul(tf.sub(s(0, 0), s(1, 1)), 0.5);
      return tf.sub(mean, tf.sqrt(tf.add(tf.square(half), tf.square(s(0, 1)))));
    }
    return d === 3 ? smallestOfThree(s) : gershgorin(m);
  });
}

type Entry = (row: number, column: number) => tf.Tensor;

/**
 * Trigonometric solution of the characteristic equation of a symmetric 3×3 matrix.
 *
 * @see Smith (1961), Eigenvalues of a symmetric 3 × 3 matrix, doi:10.1145/355578.366316.
 */
function smallestOfThree(s: Entry): tf.Tensor {
  const third = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.div(tf.addN([a, b, c]), 3);
  const mean = third(s(0, 0), s(1, 1), s(2, 2));
  const [a, b, c] = [0, 1, 2].map((i) => tf.sub(s(i, i), mean));
  const [x, y, z] = [s(1, 2), s(0, 2), s(0, 1)];
  const squares = (p: tf.Tensor, q: tf.Tensor, r: tf.Tensor) =>
    tf.addN([tf.square(p), tf.square(q), tf.square(r)]);
  const spread = tf.sqrt(tf.div(tf.add(squares(a, b, c), tf.mul(squares(x, y, z), 2)), 6));
  const det = tf.sub(
    tf.add(tf.mul(a, tf.sub(tf.mul(b, c), tf.square(x))), tf.mul(tf.mul(tf.mul(x, y), z), 2)),
    tf.add(tf.mul(b, tf.square(y)), tf.mul(c, tf.square(z))),
  );
  const scale = tf.maximum(tf.mul(tf.pow(spread, 3), 2), 1e-30); // a multiple of the identity has no spread
  const angle = tf.div(tf.acos(tf.clipByValue(tf.div(det, scale), -1, 1)), 3);
  return tf.add(mean, tf.mul(tf.mul(spread, 2), tf.cos(tf.add(angle, (2 * Math.PI) / 3))));
}

function gershgorin(m: tf.Tensor): tf.Tensor {
  const [d, , ...batch] = m.shape;
  const swapped = tf.transpose(m, [1, 0, ...batch.map((_, axis) => axis + 2)]);
  const symmetric = tf.mul(tf.add(m, swapped), 0.5);
  const identity = tf.reshape(tf.eye(d), [d, d, ...batch.map(() => 1)]);
  const diagonal = tf.sum(tf.mul(symmetric, identity), 1);
  const rows = tf.sum(tf.abs(symmetric), 1);
  return tf.min(tf.sub(tf.add(diagonal, tf.abs(diagonal)), rows), 0);
}

/**
 * Gaussian elimination with partial pivoting, unrolled: column by column down to a closed form of size three. The pivot
 * row is found by its one-hot vector, so that every matrix of the batch has its own.
 */
function determinantByElimination(m: tf.Tensor): tf.Tensor {
  let size = m.shape[0];
  const batch = m.shape.slice(2);
  const count = m.size / (size * size);
  let rest = tf.reshape(m, [size, size, count]);
  let product: tf.Tensor = tf.ones([count]);
  for (; size > 3; size--) {
    const column = tf.reshape(tf.slice(rest, [0, 0, 0], [size, 1, count]), [size, count]);
    const place = tf.oneHot(tf.argMax(tf.abs(column), 0) as tf.Tensor1D, size);
    const hit = tf.reshape(tf.transpose(place), [size, 1, count]);
    const row = tf.sum(tf.mul(tf.cast(hit, "float32"), rest), 0, true); // [1, size, count]: the pivot row
    const pivot = tf.slice(row, [0, 0, 0], [1, 1, count]);
    const top = tf.slice(rest, [0, 0, 0], [1, size, count]);
    // The top row takes the place of the pivot row; a swap changes the sign.
    const swapped = tf.add(rest, tf.mul(hit, tf.sub(top, row)));
    const sign = tf.sub(tf.mul(tf.slice(hit, [0, 0, 0], [1, 1, count]), 2), 1);
    product = tf.mul(product, tf.reshape(tf.mul(pivot, sign), [count]));
    // A pivot of zero means a column of zeros: nothing to eliminate, and a determinant of zero.
    const divisor = tf.add(pivot, tf.cast(tf.equal(pivot, 0), "float32"));
    const factors = tf.div(tf.slice(swapped, [1, 0, 0], [size - 1, 1, count]), divisor);
    const kept = tf.slice(swapped, [1, 1, 0], [size - 1, size - 1, count]);
    rest = tf.sub(kept, tf.mul(factors, tf.slice(row, [0, 1, 0], [1, size - 1, count])));
  }
  return tf.reshape(tf.mul(product, determinant(rest)), batch);
}

/** The size d of a batch of square matrices, checked. */
function matrixSize(caller: string, m: tf.Tensor): number {
  const [rows, columns] = m.shape;
  check(
    m.rank >= 2 && rows === columns && rows >= 1 && rows <= 16,
    () => `${caller}: m must have shape [d, d, ...] with d from 1 to 16, got [${m.shape}].`,
  );
  return rows;
}

/** Cut apart at once: the gradient is then one concatenation, and not a sum of padded slices. */
function entriesOf(m: tf.Tensor): Entry {
  const [d, , ...batch] = m.shape;
  if (d === 1) return () => tf.reshape(m, batch); // tfjs cannot differentiate an unstacking into one
  const entries = tf.unstack(tf.reshape(m, [d * d, ...batch]));
  return (row, column) => entries[row * d + column];
}
