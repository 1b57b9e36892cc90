/** @file The renormalised potential that the particles of one site know of, against quadrature and against Polchinski's equation. */

import { solve } from "../../../linalg/lu.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { type LatticeField, logNormaliser } from "../../../systems/polchinski/phi4.ts";
import {
  polchinskiRate,
  recoveredPotential,
  renormalisedPotential,
} from "../../../systems/polchinski/renormalised.ts";
import type { CovarianceSchedule } from "../../../systems/polchinski/schedules.ts";

/** What is found at one time. */
export interface PotentialCheck {
  readonly time: number;
  /** Recovered and by quadrature at places from left to right through the bulk. */
  readonly places: readonly { readonly x: number; readonly recovered: number; readonly exact: number }[];
  /** Largest difference over the bulk. */
  readonly difference: number;
  /** Largest `|V_t|` there. */
  readonly largest: number;
  /** RMS of the residual of `∂_t V = ½ĊV'' − ½ĊV'²`, as a part of the RMS of its right hand's two terms. */
  readonly residual: number;
}

/** Mass that counts as a tail on either side. */
const tail = 0.05;
const nodes = 64;
const places = 101;
/** Of the polynomial through the recovered values, whose derivatives enter the residual; even, as the field is. */
const degree = 8;

/**
 * Compares the potential that `log N(φ; 0, R_t) − log σ_t` gives, with the constant `log Z` known by quadrature, to the quadrature of `e^{−V_0}`.
 *
 * @param at.samples of each, the clouds at the time before, at it, and after it, `spacing` apart; what they know is averaged over them, and over `φ` and
 *   `−φ`, between which the field does not distinguish.
 */
export function potentialCheck(
  { field, schedule }: { readonly field: LatticeField; readonly schedule: CovarianceSchedule },
  at: { readonly time: number; readonly spacing: number; readonly samples: readonly (readonly Cloud[])[] },
): PotentialCheck {
  const { time, spacing, samples } = at;
  const exact = renormalisedPotential(field.potential, { covariance: schedule.covariance(time), nodes });
  const constant = logNormaliser(field, nodes) - 0.5 * Math.log((2 * Math.PI) / field.eigenvalues[0]);
  const grid = bulkGrid(samples.map(([, now]) => now));
  const values = [-1, 0, 1].map((k) => {
    const curves = samples.map((clouds) => {
      const cloud = clouds[1 + k];
      return interpolated(cloud, recoveredPotential(schedule, cloud, time + k * spacing), grid);
    });
    const means = grid.map((_, i) => curves.reduce((sum, curve) => sum + curve[i] / curves.length, 0));
    return means.map((value, i) => 0.5 * (value + means[places - 1 - i]) - constant);
  });
  const found = grid.map((x, i) => ({ x, recovered: values[1][i], exact: exact.value([x]) }));
  return {
    time,
    places: found,
    difference: Math.max(...found.map(({ recovered, exact: own }) => Math.abs(recovered - own))),
    largest: Math.max(...found.map(({ exact: own }) => Math.abs(own))),
    residual: residualOf(
      schedule,
      values.map((row) => evenFit(grid, row)),
      { grid, time, spacing },
    ),
  };
}

/** Places from the lower to the upper tail, evenly and as far to the left as to the right. */
function bulkGrid(clouds: readonly Cloud[]): number[] {
  const sorted = clouds.map(({ positions }) => Float64Array.from(positions).sort());
  const mean = (u: number) =>
    sorted.reduce((sum, x) => sum + x[Math.floor(u * (x.length - 1))], 0) / sorted.length;
  const reach = 0.5 * (mean(1 - tail) - mean(tail));
  return Array.from({ length: places }, (_, i) => reach * ((2 * i) / (places - 1) - 1));
}

/** Values at the particles, linearly between neighbours. */
function interpolated({ positions, count }: Cloud, values: Float64Array, grid: readonly number[]): number[] {
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => positions[i] - positions[j]);
  let right = 1;
  return grid.map((x) => {
    while (right < count - 1 && positions[order[right]] < x) right++;
    const [i, j] = [order[right - 1], order[right]];
    const part = (x - positions[i]) / (positions[j] - positions[i]);
    return (1 - part) * values[i] + part * values[j];
  });
}

type Fit = ReturnType<typeof evenFit>;

function residualOf(
  schedule: CovarianceSchedule,
  [before, now, after]: readonly Fit[],
  at: { readonly grid: readonly number[]; readonly time: number; readonly spacing: number },
): number {
  const { grid, time, spacing } = at;
  const rate = polchinskiRate(schedule, now, time);
  const c = schedule.rate(time)[0];
  let [residuals, terms] = [0, 0];
  for (const x of grid) {
    const point = Float64Array.of(x);
    const change = (after.value(point) - before.value(point)) / (2 * spacing);
    residuals += (change - rate(point)) ** 2;
    terms += (0.5 * c * now.hessian(point)[0][0]) ** 2 + (0.5 * c * now.gradient(point)[0] ** 2) ** 2;
  }
  return Math.sqrt(residuals / terms);
}

/** The even polynomial that is closest to the values in mean squares, as a function with its derivatives. */
function evenFit(grid: readonly number[], values: readonly number[]) {
  const reach = Math.max(...grid.map(Math.abs));
  const powers = Array.from({ length: degree / 2 + 1 }, (_, k) => 2 * k);
  const rows = grid.map((x) => powers.map((k) => (x / reach) ** k));
  const normal = powers.map((_, i) =>
    powers.map((__, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
  );
  const right = powers.map((_, i) => rows.reduce((sum, row, n) => sum + row[i] * values[n], 0));
  const coefficients = solve(normal, right);
  const sumOf = (term: (power: number) => number) =>
    coefficients.reduce((sum, c, k) => sum + c * term(powers[k]), 0);
  return {
    value: (x: ArrayLike<number>) => sumOf((k) => (x[0] / reach) ** k),
    gradient: (x: ArrayLike<number>) => [
      sumOf((k) => (k === 0 ? 0 : (k * (x[0] / reach) ** (k - 1)) / reach)),
    ],
    hessian: (x: ArrayLike<number>) => [
      [sumOf((k) => (k === 0 ? 0 : (k * (k - 1) * (x[0] / reach) ** (k - 2)) / reach ** 2))],
    ],
  };
}
