/** @file Immutable random keys: a counter-based generator whose streams are split, never advanced. */

import { check } from "../check/check.ts";

/**
 * A 64-bit random key. Every draw is a pure function of its key, so the same key always gives the same numbers, on
 * every machine and in any order of calls. Use one key for one purpose: two different draws from one key read the same bits.
 * Keys made by {@link split} and {@link foldIn} never collide with the numbers drawn from their parent.
 */
export interface Key {
  /** Two unsigned 32-bit words. */
  readonly words: readonly [number, number];
}

/** Disjoint ranges of the second counter word: what a key is used for. */
const SPLIT = 0x2000_0000;
const NUMBER = 0x4000_0000;
const TEXT = 0x6000_0000;

/** The key of a seed, a non-negative safe integer. */
export function keyFrom(seed: number): Key {
  check(
    Number.isSafeInteger(seed) && seed >= 0,
    () => `keyFrom: seed must be a non-negative integer, got ${seed}`,
  );
  return { words: [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0] };
}

/** `count` statistically independent keys, from number `first` on; each depends on its number alone, not on `count`. */
export function split(key: Key, count: number, first = 0): readonly Key[] {
  check(
    Number.isInteger(count) && count >= 0,
    () => `split: count must be a non-negative integer, got ${count}`,
  );
  return Array.from({ length: count }, (_, i) => derive(key, first + i, SPLIT));
}

/** The key of a named or numbered part of the work, e.g. `foldIn(foldIn(key, "validation"), round)`. */
export function foldIn(key: Key, label: string | number): Key {
  if (typeof label === "number") {
    check(
      Number.isSafeInteger(label) && label >= 0,
      () => `foldIn: label must be a string or a non-negative integer, got ${label}`,
    );
    return derive(key, label >>> 0, NUMBER | Math.floor(label / 2 ** 32));
  }
  let folded = derive(key, label.length, TEXT);
  for (let i = 0; i < label.length; i += 2) {
    folded = derive(folded, (label.charCodeAt(i) << 16) | (label.charCodeAt(i + 1) || 0), TEXT);
  }
  return folded;
}

function derive(key: Key, low: number, high: number): Key {
  const block = new Uint32Array(2);
  threefry(key, low, high, block);
  return { words: [block[0], block[1]] };
}

/**
 * Threefry-2x32 with 20 rounds: a block cipher of the counter `(low, high)` under the key, passing the BigCrush
 * battery. Writes two words of 32 random bits into `block`.
 *
 * @see Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", doi:10.1145/2063384.2063405.
 */
export function threefry(key: Key, low: number, high: number, block: Uint32Array): void {
  const [k0, k1] = key.words;
  const k2 = k0 ^ k1 ^ 0x1bd11bda; // the parity constant of the published cipher
  let a = (low + k0) | 0;
  let b = (high + k1) | 0;
  // Four rounds with the rotations 13, 15, 26, 6 or 17, 29, 16, 24, then a key injection: five times, written out
  // because this loop is what every random number costs.
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k1) | 0;
  b = (b + k2 + 1) | 0;
  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k2) | 0;
  b = (b + k0 + 2) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k0) | 0;
  b = (b + k1 + 3) | 0;
  a = (a + b) | 0;
  b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0;
  b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0;
  b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0;
  b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k1) | 0;
  b = (b + k2 + 4) | 0;
  a = (a + b) | 0;
  b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0;
  b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0;
  b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0;
  b = ((b << 6) | (b >>> 26)) ^ a;
  block[0] = a + k2;
  block[1] = b + k0 + 5;
}
