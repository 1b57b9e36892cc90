/** @file Limited-memory BFGS as a sequence of iterates: whoever reads it decides when to stop. */

import { dot, type LineSearchOptions, lineSearch, type Objective, type Trial } from "./lineSearch.ts";

/** A step `s` and the change of gradient `y` along it: what is remembered of the curvature. */
export interface CurvaturePair {
  readonly s: Float64Array;
  readonly y: Float64Array;
}

export interface LbfgsOptions extends Partial<LineSearchOptions> {
  /** Pairs remembered. */
  readonly memory?: number;
  /** Ends when the gradient's norm is at most this. */
  readonly tolerance?: number;
  /** Length of the first trial step, before any curvature is known. */
  readonly firstStep?: number;
}

/** A point of the sequence; the first one is the start. */
export interface LbfgsIterate {
  readonly iteration: number;
  readonly point: Float64Array;
  readonly value: number;
  readonly gradientNorm: number;
  /** Evaluations of the objective so far. */
  readonly evaluations: number;
}

/**
 * Minimises a smooth function of many variables. Yields the start and every iterate; ends by itself when the gradient
 * is small enough or no step decreases the function any more, even along the gradient.
 *
 * @param f value and gradient; sums should be accumulated in Float64.
 * @see Nocedal & Wright (2006), algorithm 7.5, with the two-loop recursion 7.4.
 */
export async function* lbfgs(
  f: Objective,
  start: Float64Array,
  options: LbfgsOptions = {},
): AsyncGenerator<LbfgsIterate, void, void> {
  const { memory = 20, tolerance = 0, firstStep = 0.1 } = options;
  const search = { decrease: 1e-4, curvature: 0.9, noise: 1e-7, evaluations: 20, ...defined(options) };
  let pairs: CurvaturePair[] = [];
  let current: Trial = { point: start, step: 0, slope: 0, ...(await f(start)) };
  let evaluations = 1;
  for (let iteration = 0; ; iteration++) {
    const gradientNorm = Math.sqrt(dot(current.gradient, current.gradient));
    yield { iteration, point: current.point, value: current.value, gradientNorm, evaluations };
    if (!(gradientNorm > tolerance)) return;
    let accepted: Trial | undefined;
    while (accepted === undefined) {
      let direction = quasiNewtonDirection(current.gradient, pairs);
      if (!(dot(direction, current.gradient) < 0)) {
        pairs = [];
        direction = current.gradient.map((g) => -g);
      }
      const origin = { ...current, step: 0, slope: dot(direction, current.gradient) };
      const first = pairs.length === 0 ? firstStep / gradientNorm : 1;
      const result = await lineSearch(f, { origin, direction, firstStep: first }, search);
      evaluations += result.evaluations;
      accepted = result.accepted;
      if (accepted === undefined) {
        if (pairs.length === 0) return;
        pairs = [];
      }
    }
    pairs = remember(pairs, current, accepted).slice(-memory);
    current = accepted;
  }
}

/** `−H g` with the inverse Hessian that the pairs describe. */
export function quasiNewtonDirection(gradient: Float64Array, pairs: readonly CurvaturePair[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y } = pairs[i];
    alphas[i] = dot(s, q) / dot(s, y);
    addTo(q, y, -alphas[i]);
  }
  const newest = pairs.at(-1);
  if (newest !== undefined) {
    const scale = dot(newest.s, newest.y) / dot(newest.y, newest.y);
    for (let j = 0; j < q.length; j++) q[j] *= scale;
  }
  pairs.forEach(({ s, y }, i) => {
    addTo(q, s, alphas[i] - dot(y, q) / dot(s, y));
  });
  return q;
}

/** Keeps the new pair where the function curves upwards along it; another would spoil positive definiteness. */
function remember(pairs: readonly CurvaturePair[], from: Trial, to: Trial): CurvaturePair[] {
  const s = to.point.map((x, i) => x - from.point[i]);
  const y = to.gradient.map((g, i) => g - from.gradient[i]);
  return dot(s, y) > 1e-10 * Math.sqrt(dot(s, s) * dot(y, y)) ? [...pairs, { s, y }] : [...pairs];
}

function addTo(target: Float64Array, vector: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * vector[i];
}

/** The line search's own options, without those that are absent. */
function defined(options: LbfgsOptions): Partial<LineSearchOptions> {
  const { decrease, curvature, noise, evaluations } = options;
  return Object.fromEntries(
    Object.entries({ decrease, curvature, noise, evaluations }).filter(([, value]) => value !== undefined),
  );
}
