/** @file Densities on a grid or a line from particles, and the window that shows them. */
import { check } from "../check/check.ts";

export type Point = readonly [number, number];

/** The window of a figure, in data units. */
export interface Extent {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** `values[j * columns + i]` is the density at the centre of cell (i, j) of the figure's extent; row j = 0 is the lowest y. */
export interface DensityGrid {
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly rows: number;
}

/** A square grid from cells whose last axis is fastest, as the cells of `domains/grid` are. */
export function pictureOf(cells: ArrayLike<number>): DensityGrid {
  const n = Math.round(Math.sqrt(cells.length));
  const values = Float64Array.from(cells, (_, at) => cells[(at % n) * n + Math.floor(at / n)]);
  return { values, columns: n, rows: n };
}

/**
 * Kernel density estimate of a plane cloud on a grid: mass shared linearly between the four nearest cells, then a Gaussian blur.
 *
 * @param positions `[count, 2]`, row-major. What lies outside the extent counts as mass but is not drawn.
 * @param options.bandwidth Standard deviation of the kernel in data units, for both axes; default: a share of Scott's rule
 *   `σ count^(-1/6)` on each axis, chosen by least-squares cross-validation, since Scott's own blurs clouds of several modes.
 * @returns Density per unit area, `columns × columns`.
 */
export function densityGrid(
  positions: ArrayLike<number>,
  options: { readonly extent: Extent; readonly columns?: number; readonly bandwidth?: number },
): DensityGrid {
  const { extent, columns = 128, bandwidth } = options;
  check(
    positions.length >= 2 && positions.length % 2 === 0,
    () => `densityGrid: positions must be [count, 2] and not empty, got ${positions.length} values.`,
  );
  const count = positions.length / 2;
  const cells = [span(extent.x) / columns, span(extent.y) / columns];
  const mass = new Float64Array(columns * columns);
  for (let k = 0; k < count; k++) {
    const u = (positions[2 * k] - extent.x[0]) / cells[0] - 0.5;
    const v = (positions[2 * k + 1] - extent.y[0]) / cells[1] - 0.5;
    for (let corner = 0; corner < 4; corner++) {
      const a = Math.floor(u) + (corner & 1);
      const b = Math.floor(v) + (corner >> 1);
      if (!(a >= 0 && b >= 0 && a < columns && b < columns)) continue;
      mass[b * columns + a] += (1 - Math.abs(u - a)) * (1 - Math.abs(v - b));
    }
  }
  const scott = [0, 1].map((axis) => deviation(positions, { stride: 2, axis }) * count ** (-1 / 6));
  const widths =
    bandwidth === undefined ? scott.map((h, a) => h / cells[a]) : cells.map((cell) => bandwidth / cell);
  const values = smoothed({ mass, columns, rows: columns, count }, widths, bandwidth === undefined);
  return { values: values.map((m) => m / (count * cells[0] * cells[1])), columns, rows: columns };
}

/**
 * Kernel density estimate of a cloud on the line, as a curve of `count` points over the extent, in the manner of {@link densityGrid}.
 *
 * @param positions `[n]`.
 * @param options.bandwidth Standard deviation of the Gaussian kernel; default a share of Scott's rule `σ n^(-1/5)`.
 */
export function densityCurve(
  positions: ArrayLike<number>,
  options: {
    readonly extent: readonly [number, number];
    readonly count?: number;
    readonly bandwidth?: number;
  },
): Point[] {
  const { extent, count = 256, bandwidth } = options;
  const n = positions.length;
  check(n >= 1, () => "densityCurve: positions must not be empty.");
  const step = span(extent) / (count - 1);
  const mass = new Float64Array(count);
  for (let k = 0; k < n; k++) {
    const u = (positions[k] - extent[0]) / step;
    for (const i of [Math.floor(u), Math.floor(u) + 1])
      if (i >= 0 && i < count) mass[i] += 1 - Math.abs(u - i);
  }
  const width = bandwidth ?? deviation(positions, { stride: 1, axis: 0 }) * n ** (-1 / 5);
  const values = smoothed(
    { mass, columns: count, rows: 1, count: n },
    [width / step],
    bandwidth === undefined,
  );
  return Array.from(values, (value, i) => [extent[0] + i * step, value / (n * step)] as const);
}

interface Histogram {
  readonly mass: Float64Array;
  readonly columns: number;
  readonly rows: number;
  /** Particles, also those outside the window. */
  readonly count: number;
}

/** Shares of Scott's bandwidth among which cross-validation chooses. */
const SHARES = [1.1, 0.9, 0.75, 0.6, 0.45, 0.35, 0.25];

/** The histogram under a Gaussian kernel of `widths` cells an axis; of a cross-validated share of them where `choose` says so. */
function smoothed(histogram: Histogram, widths: readonly number[], choose: boolean): Float64Array {
  const blur = (share: number): { values: Float64Array; risk: number } => {
    const kernels = widths.map((width) => gaussianKernel(Math.max(share * width, choose ? 0.7 : 1e-3)));
    const values = kernels.reduce(
      (mass, kernel, axis) => convolved(mass, { ...histogram, axis, kernel }),
      histogram.mass,
    );
    const own = kernels.reduce((product, kernel) => product * kernel[(kernel.length - 1) / 2], 1);
    let squares = 0;
    let overlap = 0;
    for (let i = 0; i < values.length; i++) {
      squares += values[i] ** 2;
      overlap += histogram.mass[i] * values[i];
    }
    const n = histogram.count;
    return { values, risk: squares / n ** 2 - (2 * (overlap - n * own)) / (n * Math.max(1, n - 1)) };
  };
  if (!choose) return blur(1).values;
  return SHARES.map(blur).reduce((best, candidate) => (candidate.risk < best.risk ? candidate : best)).values;
}

/**
 * A window that holds the clouds: quantiles 0.001 to 0.999 of each coordinate, with a margin of 6 %.
 *
 * @param clouds Positions, `[n, dimension]` each. On the line `y` comes back as [0, 1].
 * @param options.equal Gives both axes the longer span, so that shapes are not distorted: for coordinates of one unit. Default true.
 */
export function extentOf(
  clouds: readonly ArrayLike<number>[],
  dimension: 1 | 2,
  options: { readonly equal?: boolean } = {},
): Extent {
  const range = (axis: number): [number, number] => {
    const values = clouds.flatMap((cloud) =>
      Array.from({ length: cloud.length / dimension }, (_, k) => cloud[k * dimension + axis]),
    );
    const sorted = Float64Array.from(values.filter(Number.isFinite)).sort();
    check(sorted.length > 0, () => "extentOf: the clouds hold no finite position.");
    const low = sorted[Math.floor(0.001 * (sorted.length - 1))];
    const high = sorted[Math.ceil(0.999 * (sorted.length - 1))];
    const margin = high > low ? 0.06 * (high - low) : Math.max(1e-3, Math.abs(low) * 0.1);
    return [low - margin, high + margin];
  };
  const x = range(0);
  if (dimension === 1) return { x, y: [0, 1] };
  const y = range(1);
  if (options.equal === false) return { x, y };
  const longest = Math.max(span(x), span(y));
  return { x: widened(x, longest), y: widened(y, longest) };
}

function widened(range: readonly [number, number], span: number): [number, number] {
  const middle = (range[0] + range[1]) / 2;
  return [middle - span / 2, middle + span / 2];
}

function deviation(
  positions: ArrayLike<number>,
  options: { readonly stride: number; readonly axis: number },
): number {
  const { stride, axis } = options;
  const count = positions.length / stride;
  let mean = 0;
  let squares = 0;
  for (let k = 0; k < count; k++) mean += positions[k * stride + axis] / count;
  for (let k = 0; k < count; k++) squares += (positions[k * stride + axis] - mean) ** 2 / count;
  return Math.sqrt(squares);
}

function span(range: readonly [number, number]): number {
  return range[1] - range[0];
}

function gaussianKernel(width: number): Float64Array {
  const reach = Math.ceil(4 * width);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, k) =>
    Math.exp(-0.5 * ((k - reach) / width) ** 2),
  );
  const total = kernel.reduce((sum, value) => sum + value, 0);
  return kernel.map((value) => value / total);
}

/** Convolution along one axis; mass that leaves the window is lost, as it is not shown. */
function convolved(
  mass: Float64Array,
  options: Omit<Histogram, "mass"> & { axis: number; kernel: Float64Array },
): Float64Array {
  const { columns, rows, axis, kernel } = options;
  const reach = (kernel.length - 1) / 2;
  const [along, across, length, lines] =
    axis === 0 ? [1, columns, columns, rows] : [columns, 1, rows, columns];
  const result = new Float64Array(mass.length);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < length; i++) {
      const value = mass[line * across + i * along];
      if (value === 0) continue;
      const last = Math.min(length - 1, i + reach);
      for (let k = Math.max(0, i - reach); k <= last; k++)
        result[line * across + k * along] += value * kernel[k - i + reach];
    }
  }
  return result;
}
