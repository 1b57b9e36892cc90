/** @file The inner loops of Gaussian mixtures: log-density, score and samples over flat arrays. */

import { check } from "../check/check.ts";
import { categorical, normals } from "../random/draw.ts";
import { type Key, split } from "../random/key.ts";

/** A mixture compiled for evaluation; component `k` has mean `means[k*d …]`. */
export interface CompiledMixture {
  readonly dimension: number;
  readonly weights: Float64Array;
  /** `[K, d]`. */
  readonly means: Float64Array;
  /** `log w_k − ½ log det(2π Σ_k)`. */
  readonly offsets: Float64Array;
  /** Diagonal covariances: standard deviations `[K, d]`. Full ones: Cholesky factors `[K, d, d]`. */
  readonly factors: Float64Array;
  /** The inverses of the factors, in the same layout. */
  readonly inverseFactors: Float64Array;
  readonly shape: "diagonal" | "full";
}

/** Terms this far (in nats) below the largest cannot change a sum of up to 10⁴ of them in double precision. */
const NEGLIGIBLE = 46;

/** `log Σ_k w_k N(x; m_k, Σ_k)` at each point. */
export function mixtureLogDensity(mixture: CompiledMixture, points: Float64Array): Float64Array {
  const count = pointCount("logDensity", points, mixture.dimension);
  const exponents = new Float64Array(mixture.weights.length);
  const result = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const largest = fillExponents(mixture, points, i, exponents);
    result[i] = largest + Math.log(sumOfExponentials(exponents, largest));
  }
  return result;
}

/** `∇ log Σ_k w_k N(x; m_k, Σ_k)` at each point, row-major. */
export function mixtureScore(mixture: CompiledMixture, points: Float64Array): Float64Array {
  const d = mixture.dimension;
  const count = pointCount("score", points, d);
  const shares = new Float64Array(mixture.weights.length);
  const result = new Float64Array(count * d);
  const pull = mixture.shape === "diagonal" ? addDiagonalPull : addFullPull;
  for (let i = 0; i < count; i++) {
    const largest = fillExponents(mixture, points, i, shares);
    let total = 0;
    for (let k = 0; k < shares.length; k++) {
      const below = shares[k] - largest;
      shares[k] = below > -NEGLIGIBLE ? Math.exp(below) : 0;
      total += shares[k];
    }
    pull(mixture, points, i, shares, result);
    for (let a = 0; a < d; a++) result[i * d + a] /= total;
  }
  return result;
}

/** Independent samples: a component by its weight, then a normal variate. */
export function mixtureSample(mixture: CompiledMixture, key: Key, count: number): Float64Array {
  const { dimension: d, means, factors, shape } = mixture;
  const [which, noise] = split(key, 2);
  const single = mixture.weights.length === 1;
  const components = single ? new Int32Array(count) : categorical(which, mixture.weights, count);
  const z = normals(noise, count * d);
  const samples = new Float64Array(count * d);
  for (let i = 0; i < count; i++) {
    const k = components[i];
    for (let a = 0; a < d; a++) {
      let value = means[k * d + a];
      if (shape === "diagonal") value += factors[k * d + a] * z[i * d + a];
      else for (let b = 0; b <= a; b++) value += factors[(k * d + a) * d + b] * z[i * d + b];
      samples[i * d + a] = value;
    }
  }
  return samples;
}

/** The number of points in a row-major array, or an InputError. */
export function pointCount(where: string, points: Float64Array, dimension: number): number {
  check(
    points.length % dimension === 0,
    () => `${where}: points must be a row-major array of rows of ${dimension}, got length ${points.length}`,
  );
  return points.length / dimension;
}

/** Fills `log w_k N(x_i; m_k, Σ_k)` for all k and returns the largest. */
function fillExponents(m: CompiledMixture, points: Float64Array, i: number, exponents: Float64Array): number {
  if (m.shape === "full") return fillFull(m, points, i, exponents);
  const { dimension: d, means, inverseFactors: inverse, offsets } = m;
  let largest = -Infinity;
  if (d === 2) {
    const x = points[2 * i];
    const y = points[2 * i + 1];
    for (let k = 0; k < exponents.length; k++) {
      const a = (x - means[2 * k]) * inverse[2 * k];
      const b = (y - means[2 * k + 1]) * inverse[2 * k + 1];
      const exponent = offsets[k] - 0.5 * (a * a + b * b);
      exponents[k] = exponent;
      if (exponent > largest) largest = exponent;
    }
    return largest;
  }
  for (let k = 0; k < exponents.length; k++) {
    let square = 0;
    for (let a = 0; a < d; a++) {
      const z = (points[i * d + a] - means[k * d + a]) * inverse[k * d + a];
      square += z * z;
    }
    exponents[k] = offsets[k] - 0.5 * square;
    if (exponents[k] > largest) largest = exponents[k];
  }
  return largest;
}

function fillFull(m: CompiledMixture, points: Float64Array, i: number, exponents: Float64Array): number {
  const { dimension: d, means, inverseFactors: inverse, offsets } = m;
  let largest = -Infinity;
  for (let k = 0; k < exponents.length; k++) {
    let square = 0;
    for (let a = 0; a < d; a++) {
      let z = 0;
      const row = (k * d + a) * d;
      for (let b = 0; b <= a; b++) z += inverse[row + b] * (points[i * d + b] - means[k * d + b]);
      square += z * z;
    }
    exponents[k] = offsets[k] - 0.5 * square;
    if (exponents[k] > largest) largest = exponents[k];
  }
  return largest;
}

function sumOfExponentials(exponents: Float64Array, largest: number): number {
  let sum = 0;
  for (let k = 0; k < exponents.length; k++) {
    const below = exponents[k] - largest;
    if (below > -NEGLIGIBLE) sum += Math.exp(below);
  }
  return sum;
}

/** Adds `−Σ_k shares_k Σ_k⁻¹ (x_i − m_k)` to row i of `result`. */
function addDiagonalPull(
  m: CompiledMixture,
  points: Float64Array,
  i: number,
  shares: Float64Array,
  result: Float64Array,
): void {
  const { dimension: d, means, inverseFactors: inverse } = m;
  for (let a = 0; a < d; a++) {
    const x = points[i * d + a];
    let sum = 0;
    for (let k = 0; k < shares.length; k++) {
      const scale = inverse[k * d + a];
      sum += shares[k] * scale * scale * (means[k * d + a] - x);
    }
    result[i * d + a] += sum;
  }
}

function addFullPull(
  m: CompiledMixture,
  points: Float64Array,
  i: number,
  shares: Float64Array,
  result: Float64Array,
): void {
  const { dimension: d, means, inverseFactors: inverse } = m;
  const whitened = new Float64Array(d);
  for (let k = 0; k < shares.length; k++) {
    if (shares[k] === 0) continue;
    for (let a = 0; a < d; a++) {
      whitened[a] = 0;
      const row = (k * d + a) * d;
      for (let b = 0; b <= a; b++) whitened[a] += inverse[row + b] * (points[i * d + b] - means[k * d + b]);
    }
    for (let b = 0; b < d; b++) {
      for (let a = b; a < d; a++) result[i * d + b] -= shares[k] * inverse[(k * d + a) * d + b] * whitened[a];
    }
  }
}
