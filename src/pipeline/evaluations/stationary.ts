/** @file Long roll-outs: the steady state is reached, and kept. */

import type { Cloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import { klFromLogDensities } from "../../metrics/divergence.ts";
import { moments } from "../../metrics/statistics.ts";
import { keyFrom } from "../../random/key.ts";
import type { Evaluation, EvaluationContext, Findings } from "../definition.ts";
import { type Conduct, conduct } from "./conduct.ts";
import { familyRollOut, lastOf, operatorOf } from "./familyRollOut.ts";
import { medianAndMax } from "./law.ts";

/** What happened on the way. */
interface Course {
  readonly ends: readonly Cloud[];
  readonly conduct: Conduct;
}

/**
 * Rolls held-out members of the training family out for `evaluation.longSteps` steps and compares where they arrive with the steady
 * state: moments of all particles together, relative entropy of each density, and the farthest particle. Of a mixture with hardly any mass between its
 * components no particle is there, and nothing tells those beside the gap to fill it: what is missed there is relative entropy, and falls with the number of particles.
 *
 * @param options.steady the steady state, sampled with its exact log-density.
 */
export function stationarySuite(options: { readonly steady: Measure }): Evaluation {
  return {
    suite: "stationary",
    async run(context) {
      const course = await rollOut(context);
      return summarise(context, options.steady, course);
    },
  };
}

async function rollOut(context: EvaluationContext): Promise<Course> {
  const {
    longSteps: steps,
    longDensities: densities,
    longParticles: particles,
  } = context.settings.evaluation;
  const operator = operatorOf(context, "the stationary suite");
  const tally = conduct();
  const options = { operator, label: "stationary", densities, particles, steps, tally };
  return { ends: await lastOf(familyRollOut(context, options)), conduct: tally };
}

/** Samples from which the moments and the 0.9999 quantile of the steady state's radius are taken. */
const referenceSamples = 1_000_000;

function summarise(context: EvaluationContext, steady: Measure, course: Course): Findings {
  const { longSteps, longDensities } = context.settings.evaluation;
  const particles = course.ends[0].count;
  const d = steady.dimension;
  const samples = steady.sample(keyFrom(0), referenceSamples);
  const target = moments(samples, d);
  const variance = target.covariance.reduce((sum, row, a) => sum + row[a], 0);
  const all = Float64Array.from(course.ends.flatMap(({ positions }) => Array.from(positions)));
  const reached = moments(all, d);
  const sumOf = (f: (a: number, b: number) => number) =>
    target.covariance.reduce((sum, row, a) => sum + row.reduce((s, _, b) => s + f(a, b) ** 2, 0), 0);
  const count = longDensities * particles;
  const meanSquare = target.mean.reduce((sum, m, a) => sum + (reached.mean[a] - m) ** 2, 0);
  const meanError = beyondNoise(meanSquare / variance, 1 / count);
  const scale = sumOf((a, b) => target.covariance[a][b]);
  const covarianceError = beyondNoise(
    sumOf((a, b) => reached.covariance[a][b] - target.covariance[a][b]) / scale,
    varianceOfProducts(samples, target) / count / scale,
  );
  const quantile = radii(samples, target.mean).sort()[Math.floor(0.9999 * referenceSamples)];
  const farthest = radii(all, target.mean).reduce((most, r) => Math.max(most, r), 0) / quantile;
  const kl = medianAndMax(
    course.ends.map(
      ({ positions, logDensity }) =>
        klFromLogDensities(logDensity, steady.logDensity(Float64Array.from(positions))).mean,
    ),
  );
  return {
    metrics: {
      "stationary.mean": 100 * meanError,
      "stationary.covariance": 100 * covarianceError,
      "stationary.kl.median": kl?.median ?? Number.NaN,
      "stationary.kl.max": kl?.max ?? Number.NaN,
      "stationary.farthest": farthest,
      ...course.conduct.metrics("stationary"),
    },
    sections: [
      {
        title: `After ${longSteps} steps`,
        explanation:
          `${longDensities} held-out members of the training family, ${particles} particles each. Errors of moments are those of all particles ` +
          `together, beyond their sampling error of about ${(100 / Math.sqrt(count)).toPrecision(1)} %. Near the steady state the ` +
          "energy hardly changes, and a paired rise beyond three standard errors happens by chance now and then.",
        tables: [
          {
            title: "Distance to the steady state",
            columns: [{ label: "measured" }],
            rows: [
              { label: "mean, % of the standard deviation", cells: [100 * meanError] },
              { label: "covariance, %", cells: [100 * covarianceError] },
              { label: "relative entropy, median", cells: [kl?.median ?? null] },
              { label: "relative entropy, largest", cells: [kl?.max ?? null] },
              { label: "farthest particle, in units of the 0.9999 quantile", cells: [farthest] },
            ],
          },
          course.conduct.table(),
        ],
      },
    ],
  };
}

/** The root of a square less what sampling contributes to it. */
function beyondNoise(square: number, noise: number): number {
  return Math.sqrt(Math.max(0, square - noise));
}

/** `Σ_ab Var((x_a − m_a)(x_b − m_b))`: so much over `n` is the squared sampling error of a covariance. */
function varianceOfProducts(
  points: Float64Array,
  target: { mean: number[]; covariance: number[][] },
): number {
  const squares = radii(points, target.mean).map((r) => r ** 4);
  const fourth = squares.reduce((sum, value) => sum + value, 0) / squares.length;
  return fourth - target.covariance.flat().reduce((sum, c) => sum + c * c, 0);
}

/** `|x − m|` for every row. */
function radii(points: Float64Array, centre: readonly number[]): Float64Array {
  const d = centre.length;
  return Float64Array.from({ length: points.length / d }, (_, i) =>
    Math.hypot(...centre.map((c, a) => points[i * d + a] - c)),
  );
}
