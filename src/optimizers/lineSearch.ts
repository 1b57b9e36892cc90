/** @file A line search for the Wolfe conditions that also works at the rounding floor of the objective. */

/** A value and a gradient, computed in whatever precision. */
export interface Evaluation {
  readonly value: number;
  readonly gradient: Float64Array;
}

export type Objective = (point: Float64Array) => Promise<Evaluation>;

export interface LineSearchOptions {
  /** Sufficient decrease, `c₁`. */
  readonly decrease: number;
  /** Curvature, `c₂`: the slope must shrink to this fraction. */
  readonly curvature: number;
  /** Relative size of rounding errors in the objective. */
  readonly noise: number;
  /** Most evaluations of one search. */
  readonly evaluations: number;
}

/** A point on the line, with what was computed there. */
export interface Trial extends Evaluation {
  readonly step: number;
  readonly slope: number;
  readonly point: Float64Array;
}

export interface LineSearchResult {
  /** The accepted trial; undefined when none was found. */
  readonly accepted: Trial | undefined;
  readonly evaluations: number;
}

/**
 * Finds a step `α` with `φ(α) ≤ φ(0) + c₁αφ'(0)` and `|φ'(α)| ≤ c₂|φ'(0)|`, where `φ(α) = f(x + αp)`. Where values differ
 * by no more than their rounding errors, slopes alone decide: `(2c₁ − 1)φ'(0) ≥ φ'(α) ≥ c₂φ'(0)`.
 *
 * Brackets by expansion, then narrows by safeguarded cubic interpolation.
 *
 * @see Nocedal & Wright (2006), algorithms 3.5 and 3.6; Hager & Zhang (2005), doi:10.1137/030601880, for the second test.
 */
export async function lineSearch(
  f: Objective,
  from: { readonly origin: Trial; readonly direction: Float64Array; readonly firstStep: number },
  options: LineSearchOptions,
): Promise<LineSearchResult> {
  const { origin, direction } = from;
  const slack = options.noise * Math.abs(origin.value);
  const decreases = (trial: Trial) =>
    trial.value <= origin.value + options.decrease * trial.step * origin.slope;
  const accepts = (trial: Trial) =>
    (decreases(trial) && Math.abs(trial.slope) <= -options.curvature * origin.slope) ||
    (Math.abs(trial.value - origin.value) <= slack &&
      trial.slope <= (2 * options.decrease - 1) * origin.slope &&
      trial.slope >= options.curvature * origin.slope);
  let low = origin;
  let high: Trial | undefined;
  let step = from.firstStep;
  for (let count = 1; count <= options.evaluations; count++) {
    const trial = await evaluateAt(f, origin.point, direction, step);
    if (accepts(trial)) return { accepted: trial, evaluations: count };
    // Not finite counts as too far; at the rounding floor the sign of the slope says which side the minimum is on.
    const tooFar = !Number.isFinite(trial.value) || trial.value > low.value + slack;
    if (tooFar || !(decreases(trial) || trial.value <= origin.value + slack) || trial.slope > 0) {
      high = trial;
    } else low = trial;
    step = high === undefined ? expansion(low, origin) : interpolation(low, high);
  }
  // A decrease is worth taking even if the slope is still steep.
  return {
    accepted: low !== origin && low.value < origin.value ? low : undefined,
    evaluations: options.evaluations,
  };
}

/** `Σ a_i b_i`. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

async function evaluateAt(
  f: Objective,
  origin: Float64Array,
  direction: Float64Array,
  step: number,
): Promise<Trial> {
  const point = origin.map((x, i) => x + step * direction[i]);
  const { value, gradient } = await f(point);
  return { step, point, value, gradient, slope: dot(gradient, direction) };
}

/** The zero of the slope extrapolated linearly, between twice and ten times the step. */
function expansion(low: Trial, origin: Trial): number {
  const secant =
    low.slope > origin.slope
      ? (low.step * origin.slope) / (origin.slope - low.slope)
      : Number.POSITIVE_INFINITY;
  return Math.min(10 * low.step, Math.max(2 * low.step, secant));
}

/** The minimum of the cubic through both ends, kept away from them by a tenth of their distance. */
function interpolation(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  if (!Number.isFinite(high.value) || !Number.isFinite(high.slope)) return low.step + 0.2 * width;
  const d1 = low.slope + high.slope - (3 * (low.value - high.value)) / (low.step - high.step);
  const d2 = Math.sqrt(Math.max(0, d1 * d1 - low.slope * high.slope));
  const position = 1 - (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2);
  const safe = Number.isFinite(position) ? Math.min(0.9, Math.max(0.1, position)) : 0.5;
  return low.step + safe * width;
}
