/** @file The transport map and the density of a quantile state, at any point of the initial measure. */

import type { LineMeasure } from "../measures/measure.ts";
import type { QuantileState } from "./quantile.ts";
import { derivative } from "./quantileEnergy.ts";
import type { QuantileLabels } from "./quantileLabels.ts";

/**
 * The label of each point: the `y` with the same mass on its left under the labels' reference as the point has under
 * `measure`, by Newton's iteration on the smaller tail inside the interval of the grid that contains it.
 */
export function labelsOf(points: Float64Array, measure: LineMeasure, initial: QuantileState): Float64Array {
  return points.map((x) => labelOf(x, measure, initial));
}

function labelOf(x: number, measure: LineMeasure, { labels, nodes }: QuantileState): number {
  const y = labels.coordinates;
  const last = y.length - 1;
  // Beyond the cuts, where the mass is negligible, maps are continued linearly: so are labels.
  if (x <= nodes[0]) return y[0] + ((x - nodes[0]) * labels.spacing) / (nodes[1] - nodes[0]);
  if (x >= nodes[last])
    return y[last] + ((x - nodes[last]) * labels.spacing) / (nodes[last] - nodes[last - 1]);
  const i = intervalOf(x, nodes);
  let low = y[i];
  let high = y[i + 1];
  const left = measure.cdf(x);
  const side = left <= 0.5 ? "left" : "right";
  const sign = side === "left" ? 1 : -1;
  const mass = side === "left" ? left : measure.survival(x);
  let label = low + ((high - low) * (x - nodes[i])) / (nodes[i + 1] - nodes[i]);
  for (let iteration = 0; iteration < 60; iteration++) {
    const value = labels.tail(label, side);
    if (value > mass === (sign === 1)) high = label;
    else low = label;
    const step = (sign * value * Math.log(value / mass)) / Math.exp(labels.logDensity(label));
    const next = label - step;
    const inside = next > low && next < high;
    if (inside && Math.abs(step) < 1e-9 * labels.spacing) return next; // quadratic: the error left is round-off
    label = inside ? next : 0.5 * (low + high);
    if (high - low < 1e-13 * labels.spacing) break;
  }
  return label;
}

/** Position and log-density of each label under a state, `log r(y) − log X'(y)`, by cubic Hermite interpolation of `X`. */
export function interpolate(
  labelled: Float64Array,
  state: QuantileState,
): { readonly positions: Float64Array; readonly logDensity: Float64Array } {
  const { labels, nodes } = state;
  const slopes = derivative(nodes, labels.spacing);
  const positions = new Float64Array(labelled.length);
  const logDensity = new Float64Array(labelled.length);
  labelled.forEach((y, k) => {
    const [position, slope] = hermite(y, labels, nodes, slopes);
    positions[k] = position;
    logDensity[k] = labels.logDensity(y) - Math.log(slope);
  });
  return { positions, logDensity };
}

function hermite(
  y: number,
  { coordinates, spacing: h }: QuantileLabels,
  nodes: Float64Array,
  slopes: Float64Array,
): readonly [value: number, slope: number] {
  const last = nodes.length - 1;
  if (y <= coordinates[0]) return [nodes[0] + slopes[0] * (y - coordinates[0]), slopes[0]];
  if (y >= coordinates[last]) return [nodes[last] + slopes[last] * (y - coordinates[last]), slopes[last]];
  const i = Math.min(last - 1, Math.floor((y - coordinates[0]) / h));
  const t = (y - coordinates[i]) / h;
  const rise = (nodes[i + 1] - nodes[i]) / h;
  const a = slopes[i] - rise;
  const b = slopes[i + 1] - rise;
  // X = (1−t) X_i + t X_{i+1} + h t(1−t) ((1−t) a − t b)
  const value = nodes[i] + h * (t * rise + t * (1 - t) * ((1 - t) * a - t * b));
  return [value, rise + (1 - 2 * t) * ((1 - t) * a - t * b) - t * (1 - t) * (a + b)];
}

/** The `i` with `nodes[i] ≤ x < nodes[i+1]`. */
function intervalOf(x: number, nodes: Float64Array): number {
  let low = 0;
  let high = nodes.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (nodes[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}
