/** @file The law of Barenblatt: self-similar solutions of the porous medium equation, exact by closed form. */

import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { contextOf, initialOperatorState } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { type BarenblattSystem, barenblattSystem } from "../../systems/porousMedium/barenblatt.ts";
import type { Evaluation } from "../definition.ts";
import { memo } from "./gaussians.ts";
import { contextKey, measureLaw, type SolvedCase } from "./law.ts";

/** Ages `t₀` of the held-out profiles: at the youngest a step is ten times the square of the radius. */
const ages = [0.02, 1] as const;

/** The operator of a porous medium flow on profiles of Barenblatt with random ages and centres. */
export function barenblattLaw(options: { readonly exponent: number }): Evaluation {
  return {
    suite: "barenblatt",
    run(context) {
      const { settings, problem, key } = context;
      const { densities, particles, steps } = settings.evaluation;
      const { dimension, tau } = problem.flow;
      const system = barenblattSystem({ dimension, ...options });
      const cases = Array.from({ length: densities }, (_, i) =>
        barenblattCase(system, {
          tau,
          particles,
          context: settings.evaluation.context,
          key: foldIn(foldIn(key, "barenblatt"), i),
          contextKey: contextKey(key, i),
        }),
      );
      return measureLaw(
        context,
        {
          suite: "barenblatt",
          title: `${densities} profiles of Barenblatt, m = ${options.exponent}`,
          explanation:
            `Held-out profiles of ages between ${ages[0]} and ${ages[1]}, against the closed-form JKO step. The chemical potential of such a ` +
            "profile is a parabola, so the operator is close to exact on them before it has learnt anything: the row " +
            "“before training” says how much. Each entry is the median over densities, then the largest.",
          steps,
        },
        cases,
      );
    },
  };
}

/** A profile of a random age and centre. */
export function heldOutProfile(
  system: BarenblattSystem,
  key: Key,
): { readonly scale: number; readonly centre: readonly number[] } {
  const [u, ...place] = uniforms(key, system.dimension + 1);
  const age = ages[0] * (ages[1] / ages[0]) ** u;
  return { scale: system.scaleOfAge(age), centre: place.map((p) => 4 * p - 2) };
}

/** Points moved away from a centre by a factor, row-major. */
export function dilated(points: Float64Array, about: readonly number[], factor: number): Float64Array {
  const d = about.length;
  return points.map((x, i) => about[i % d] + factor * (x - about[i % d]));
}

export function barenblattCase(
  system: BarenblattSystem,
  options: {
    readonly tau: number;
    readonly particles: number;
    readonly context: number;
    readonly key: Key;
    readonly contextKey: Key;
  },
): SolvedCase {
  const { tau, key, particles } = options;
  const { beta, secondMoment } = system;
  const { scale, centre } = heldOutProfile(system, key);
  const cloud = sampleCloud(system.measure(scale, centre), foldIn(key, "particles"), particles);
  const points = Float64Array.from(cloud.positions);
  const chain = memo((steps): number => (steps === 0 ? scale : system.jkoStep(chain(steps - 1), tau)));
  const euler = memo((steps): number => {
    if (steps === 0) return scale;
    const before = euler(steps - 1);
    return before + tau * beta * before ** (1 - 1 / beta);
  });
  const fitted = fittedScale(
    system,
    contextOf(cloud, initialOperatorState(cloud, options.contextKey), options.context),
  );
  const plugin = memo((steps): number =>
    steps === 0 ? fitted.scale : system.jkoStep(plugin(steps - 1), tau),
  );
  const flowed = (steps: number) => system.flow(scale, steps * tau);
  return {
    cloud,
    initial: system.measure(scale, centre),
    solution: (steps) => system.measure(flowed(steps), centre),
    flowed: memo((steps) => dilated(points, centre, flowed(steps) / scale)),
    exact: memo((steps) => dilated(points, centre, chain(steps) / scale)),
    variance: (steps) => secondMoment * chain(steps) ** 2,
    rivals: {
      euler: (steps) => dilated(points, centre, euler(steps) / scale),
      plugin: (steps) => dilated(points, fitted.centre, plugin(steps) / fitted.scale),
    },
    timeError: (steps) => secondMoment * (chain(steps) - flowed(steps)) ** 2,
    further: (positions, steps) => {
      const exact = radiusOfMass(dilated(points, centre, chain(steps) / scale), centre);
      return { radius99: 100 * Math.abs(radiusOfMass(positions, centre) / exact - 1) };
    },
  };
}

/** Centre and scale of the profile with the mean and the variance of a cloud. */
function fittedScale(
  system: BarenblattSystem,
  cloud: Cloud,
): { readonly centre: number[]; readonly scale: number } {
  const { mean, covariance } = moments(cloud.positions, cloud.dimension);
  const variance = covariance.reduce((sum, row, a) => sum + row[a], 0);
  return { centre: Array.from(mean), scale: Math.sqrt(variance / system.secondMoment) };
}

/** The radius about a centre that holds 99 % of the particles. */
function radiusOfMass(positions: ArrayLike<number>, centre: readonly number[]): number {
  const d = centre.length;
  const squares = Float64Array.from({ length: positions.length / d }, (_, i) =>
    centre.reduce((sum, c, k) => sum + (positions[i * d + k] - c) ** 2, 0),
  ).sort();
  return Math.sqrt(squares[Math.floor(0.99 * (squares.length - 1))]);
}
