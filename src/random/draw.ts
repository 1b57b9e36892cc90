/** @file Draws from the elementary distributions, each a pure function of a key. */

import { check } from "../check/check.ts";
import { type Key, split, threefry } from "./key.ts";

const UNIT = 2 ** -52;

/**
 * `count` uniforms in the open interval (0, 1), on a grid of spacing 2⁻⁵² that leaves out both ends.
 * The first `n` numbers do not depend on `count`; this holds for every draw of this file except gammas and permutations.
 */
export function uniforms(key: Key, count: number): Float64Array {
  const values = allocate("uniforms", count);
  const block = new Uint32Array(2);
  for (let i = 0; i < count; i++) {
    threefry(key, i, 0, block);
    values[i] = unit(block);
  }
  return values;
}

/** `count` independent standard normals, in pairs by the transformation of Box and Muller. */
export function normals(key: Key, count: number): Float64Array {
  const values = allocate("normals", count);
  const block = new Uint32Array(2);
  for (let i = 0; i < count; i += 2) {
    threefry(key, i, 0, block);
    const radius = Math.sqrt(-2 * Math.log(unit(block)));
    threefry(key, i + 1, 0, block);
    const angle = 2 * Math.PI * unit(block);
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** `count` integers uniform in `{0, …, bound − 1}`. */
export function integers(key: Key, bound: number, count: number): Int32Array {
  check(
    Number.isInteger(bound) && bound > 0 && bound <= 2 ** 31,
    () => `integers: bound must be an integer in [1, 2^31], got ${bound}`,
  );
  return integersOf(uniforms(key, count), (u) => Math.floor(u * bound));
}

/** `count` indices `k`, each with probability proportional to `weights[k]`. */
export function categorical(key: Key, weights: ArrayLike<number>, count: number): Int32Array {
  const cumulative = cumulate(weights);
  const total = cumulative[cumulative.length - 1];
  return integersOf(uniforms(key, count), (u) => firstAbove(cumulative, u * total));
}

/** `Int32Array.from` with a function would first make a list of all values, of which there may be more than a list can hold. */
function integersOf(values: Float64Array, integer: (value: number) => number): Int32Array {
  const integers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) integers[i] = integer(values[i]);
  return integers;
}

/** The numbers `0, …, count − 1` in uniformly random order (Fisher and Yates). */
export function permutation(key: Key, count: number): Int32Array {
  const u = uniforms(key, count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(u[i] * (i + 1));
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  return order;
}

/**
 * `count` gamma variates of density `x^{shape−1} e^{−x} / Γ(shape)`.
 *
 * @see Marsaglia & Tsang (2000), "A simple method for generating gamma variables", doi:10.1145/358407.358414.
 */
export function gammas(key: Key, shape: number, count: number): Float64Array {
  check(Number.isFinite(shape) && shape > 0, () => `gammas: shape must be positive, got ${shape}`);
  const values = allocate("gammas", count);
  const next = uniformStream(key);
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (let i = 0; i < count; i++) {
    const boost = shape < 1 ? next() ** (1 / shape) : 1; // Γ(a) = Γ(a+1) U^{1/a} in law
    values[i] = boost * acceptedGamma(next, d, c);
  }
  return values;
}

/** `count` beta variates of density proportional to `x^{a−1} (1−x)^{b−1}` on (0, 1). */
export function betas(key: Key, shapes: readonly [a: number, b: number], count: number): Float64Array {
  const [firstKey, secondKey] = split(key, 2);
  const first = gammas(firstKey, shapes[0], count);
  const second = gammas(secondKey, shapes[1], count);
  return first.map((g, i) => g / (g + second[i]));
}

/** One point of the simplex from the Dirichlet distribution; `[1, …, 1]` is the uniform one. */
export function dirichlet(key: Key, concentration: readonly number[]): number[] {
  check(concentration.length > 0, () => "dirichlet: concentration must have at least one entry, got none");
  const next = uniformStream(key);
  const parts = concentration.map((shape) => {
    check(
      Number.isFinite(shape) && shape > 0,
      () => `dirichlet: concentration must be positive, got ${shape}`,
    );
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    const boost = shape < 1 ? next() ** (1 / shape) : 1;
    return boost * acceptedGamma(next, d, 1 / Math.sqrt(9 * d));
  });
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => part / total);
}

function acceptedGamma(next: () => number, d: number, c: number): number {
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(next()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

function uniformStream(key: Key): () => number {
  const block = new Uint32Array(2);
  let counter = 0;
  return () => {
    threefry(key, counter++, 0, block);
    return unit(block);
  };
}

/** 52 bits and a half unit: every value is exact and neither 0 nor 1 occurs (53 bits would round up to 1). */
function unit(block: Uint32Array): number {
  return ((block[0] >>> 6) * 67108864 + (block[1] >>> 6) + 0.5) * UNIT;
}

function allocate(name: string, count: number): Float64Array {
  check(
    Number.isInteger(count) && count >= 0 && count < 2 ** 32,
    () => `${name}: count must be an integer in [0, 2^32), got ${count}`,
  );
  return new Float64Array(count);
}

function cumulate(weights: ArrayLike<number>): Float64Array {
  check(weights.length > 0, () => "categorical: weights must have at least one entry, got none");
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k];
    check(
      Number.isFinite(weight) && weight >= 0,
      () => `categorical: weights must be finite and not negative, got ${weight} at index ${k}`,
    );
    total += weight;
    cumulative[k] = total;
  }
  check(total > 0, () => "categorical: weights must have a positive sum, got all zeros");
  return cumulative;
}

/** The first index whose cumulative weight exceeds `target`: never one of weight zero. */
function firstAbove(cumulative: Float64Array, target: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
