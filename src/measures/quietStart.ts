/** @file Samples of products that fill space more evenly than chance does. */

import { check } from "../check/check.ts";
import { uniforms } from "../random/draw.ts";
import type { Key } from "../random/key.ts";
import { interleaved, type RotatedProduct, rotate } from "./rotatedProduct.ts";

/** Bases of the radical inverses, one a coordinate after the first. */
const primes = [2, 3, 5, 7, 11, 13];

/**
 * Hammersley's points, shifted at random around the unit cube and carried over by the quantiles of the factors: along the first axis one
 * particle in each of `count` slices of equal mass, along the others the radical inverses of the particle's number. The error of means
 * falls almost as `1/count`, where that of independent samples falls as its root: waves grow from what was put in, and not from noise.
 *
 * @see Birdsall & Langdon (1985), Plasma Physics via Computer Simulation, section 16-3.
 * @see Cranley & Patterson (1976), doi:10.1137/0713071, for the shift.
 */
export function quietStart(product: RotatedProduct, key: Key, count: number): Float64Array {
  const { factors, rotation } = product;
  check(
    factors.length <= primes.length + 1,
    () => `quietStart: the product must have at most ${primes.length + 1} factors, got ${factors.length}`,
  );
  const shifts = uniforms(key, factors.length);
  const axes = factors.map((factor, a) =>
    Float64Array.from({ length: count }, (_, i) =>
      // A shift within the slice, or around the circle.
      factor.quantile(
        a === 0 ? (i + shifts[a]) / count : shifted(radicalInverse(primes[a - 1], i + 1), shifts[a]),
      ),
    ),
  );
  return rotate(interleaved(axes), rotation);
}

/** `(u + s) mod 1`, inside the open interval. */
export function shifted(u: number, s: number): number {
  const sum = u + s;
  return Math.min(1 - 2 ** -53, Math.max(2 ** -53, sum - Math.floor(sum)));
}

/** The digits of `n` in this base, mirrored at the point: van der Corput's sequence. */
function radicalInverse(base: number, n: number): number {
  let result = 0;
  let scale = 1 / base;
  for (let rest = n; rest > 0; rest = Math.floor(rest / base)) {
    result += (rest % base) * scale;
    scale /= base;
  }
  return result;
}
