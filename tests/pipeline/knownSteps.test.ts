import { expect, test } from "vitest";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { solve } from "../../src/linalg/lu.ts";
import { type Cloud, sampleCloud } from "../../src/measures/cloud.ts";
import {
  barenblattSteps,
  ellipseSteps,
  gaussianSteps,
  type KnownStep,
  productSteps,
} from "../../src/pipeline/evaluations/knownSteps.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

const key = keyFrom(5);
const tau = 0.1;
const at = (dimension: number) => ({ dimension, tau }) as GradientFlow;

/** The density before at other points, as a cloud. */
const cloudAt = ({ rho }: KnownStep, positions: Float64Array): Cloud => ({
  dimension: rho.dimension,
  count: positions.length / rho.dimension,
  positions,
  logDensity: rho.logDensity(positions),
});

/** `∇T` and `∇_x log ρ'(T(x))` of one particle, by central differences. */
function differences(known: KnownStep, x: readonly number[]) {
  const h = 1e-4;
  const columns = x.map((_, b) => {
    const [ahead, behind] = [h, -h].map((shift) =>
      known.step(
        cloudAt(
          known,
          Float64Array.from(x, (value, a) => value + (a === b ? shift : 0)),
        ),
      ),
    );
    return {
      map: x.map((_, a) => (ahead.positions[a] - behind.positions[a]) / (2 * h)),
      logDensity: (ahead.logDensity[0] - behind.logDensity[0]) / (2 * h),
    };
  });
  const jacobian = x.map((_, a) => columns.map(({ map }) => map[a]));
  return { jacobian, slope: columns.map(({ logDensity }) => logDensity) };
}

const determinant = ([[a, b], [c, d]]: number[][]) => a * d - b * c;
const transposed = (matrix: number[][]) => matrix[0].map((_, b) => matrix.map((row) => row[b]));

/** Energies with `μ(x, ρ) = V(x) + U'(ρ)`: `∇V` and the factor that turns `∇ log ρ` into `∇U'(ρ)`. */
const cases = [
  { known: gaussianSteps({ stiffness: 2, diffusion: 0.5 }), k: 2, factor: () => 0.5 },
  { known: productSteps({ stiffness: 2, diffusion: 0.5 }), k: 2, factor: () => 0.5 },
  { known: barenblattSteps({ exponent: 3 }), k: 0, factor: (rho: number) => 3 * rho ** 2 },
];

test.each(cases)("the map of $known.name is the JKO step", ({ known: { draw }, k, factor }) => {
  const known = draw(key, at(2));
  const cloud = sampleCloud(known.rho, foldIn(key, "particles"), 20);
  const after = known.step(cloud);
  for (let i = 0; i < cloud.count; i++) {
    const [x, y] = [cloud, after].map(({ positions }) => Array.from(positions.slice(2 * i, 2 * i + 2)));
    const { jacobian, slope } = differences(known, x);
    // The density is carried along by the map.
    expect(cloud.logDensity[i] - after.logDensity[i]).toBeCloseTo(Math.log(determinant(jacobian)), 4);
    // y + τ∇μ(y) = x, with ∇ log ρ'(y) = ∇T⁻ᵀ ∇_x log ρ'(T(x)).
    const score = solve(transposed(jacobian), slope);
    const strength = factor(Math.exp(after.logDensity[i]));
    y.forEach((value, a) => {
      expect(value + tau * (k * value + strength * score[a])).toBeCloseTo(x[a], 3);
    });
  }
});

test("ellipses fill the ellipse of the step, evenly", () => {
  const known = ellipseSteps().draw(key, at(2));
  const cloud = sampleCloud(known.rho, foldIn(key, "particles"), 20);
  const after = known.step(cloud);
  const { jacobian } = differences(known, [cloud.positions[0], cloud.positions[1]]);
  for (let i = 0; i < cloud.count; i++) {
    expect(cloud.logDensity[i] - after.logDensity[i]).toBeCloseTo(Math.log(determinant(jacobian)), 6);
  }
});
