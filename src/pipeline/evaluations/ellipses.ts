/** @file The law of ellipses: uniform densities under Newtonian repulsion and quadratic attraction, exact by closed form. */

import { symmetricEigen } from "../../linalg/eigen.ts";
import { matmul, transpose } from "../../linalg/matrix.ts";
import { affineMapBetween, applyAffine } from "../../measures/affineMap.ts";
import { sampleCloud } from "../../measures/cloud.ts";
import { ellipsoid } from "../../measures/ellipsoid.ts";
import type { Measure } from "../../measures/measure.ts";
import { moments } from "../../metrics/statistics.ts";
import { contextOf, initialOperatorState } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { randomRotation } from "../../random/rotation.ts";
import { newtonianEllipses, type SemiAxes } from "../../systems/aggregation/ellipses.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { memo } from "./gaussians.ts";
import { contextKey, measureLaw, type SolvedCase } from "./law.ts";

/** An ellipse in the plane: its centre, the directions of its axes (columns), and its semi-axes. */
interface Ellipse {
  readonly centre: readonly number[];
  readonly directions: readonly (readonly number[])[];
  readonly axes: SemiAxes;
}

/** The operator of `W(z) = |z|²/2 − log|z|` in the plane on uniform densities of ellipses, every other one a disc. */
export function ellipseLaw(): Evaluation {
  return {
    suite: "ellipses",
    run(context) {
      const { densities, steps } = context.settings.evaluation;
      const cases = Array.from({ length: densities }, (_, i) => ellipseCase(context, i));
      return measureLaw(
        context,
        {
          suite: "ellipses",
          title: `${densities} discs and ellipses`,
          explanation:
            "Held-out uniform densities, against the closed-form JKO step. No density of the training family is uniform. Each entry is " +
            "the median over densities, then the largest.",
          steps,
        },
        cases,
      );
    },
  };
}

/** An ellipse, or a disc, with a random centre and random axes. */
export function heldOutEllipse(key: Key, round: boolean): Ellipse {
  const [u, v, ...place] = uniforms(foldIn(key, "shape"), 4);
  const a = 0.4 + 1.8 * u;
  return {
    centre: place.map((p) => 4 * p - 2),
    directions: randomRotation(foldIn(key, "rotation"), 2),
    axes: [a, round ? a : 0.4 + 1.8 * v],
  };
}

export function ellipseCase(
  { settings, problem, key }: Pick<EvaluationContext, "settings" | "problem" | "key">,
  index: number,
): SolvedCase {
  const { tau } = problem.flow;
  const own = foldIn(foldIn(key, "ellipse"), index);
  const ellipse = heldOutEllipse(own, index % 2 === 0);
  const { axes } = ellipse;
  const measure = uniformOn(ellipse, axes);
  const cloud = sampleCloud(measure, foldIn(own, "particles"), settings.evaluation.particles);
  const points = Float64Array.from(cloud.positions);
  const chainOf = (start: SemiAxes, step: (axes: SemiAxes, tau: number) => SemiAxes) => {
    const chain = memo((steps): SemiAxes => (steps === 0 ? start : step(chain(steps - 1), tau)));
    return chain;
  };
  const chain = chainOf(axes, newtonianEllipses.jkoStep);
  const euler = chainOf(axes, newtonianEllipses.eulerStep);
  const sample = contextOf(
    cloud,
    initialOperatorState(cloud, contextKey(key, index)),
    settings.evaluation.context,
  );
  const fitted = fittedEllipse(sample.positions);
  const plugin = chainOf(fitted.axes, newtonianEllipses.jkoStep);
  const flowed = (steps: number) => newtonianEllipses.flow(axes, steps * tau);
  return {
    cloud,
    initial: measure,
    solution: (steps) => uniformOn(ellipse, flowed(steps)),
    flowed: memo((steps) => moved(points, ellipse, flowed(steps))),
    exact: memo((steps) => moved(points, ellipse, chain(steps))),
    variance: (steps) => (chain(steps)[0] ** 2 + chain(steps)[1] ** 2) / 4,
    rivals: {
      euler: (steps) => moved(points, ellipse, euler(steps)),
      plugin: (steps) => moved(points, fitted, plugin(steps)),
    },
    timeError: (steps) => newtonianEllipses.squaredDistance(chain(steps), flowed(steps)),
  };
}

/** The ellipse with the mean and the covariance of points: the covariance of a uniform density is `diag(a², b²)/4` along its axes. */
function fittedEllipse(points: ArrayLike<number>): Ellipse {
  const { mean, covariance } = moments(points, 2);
  const { values, vectors } = symmetricEigen(covariance);
  return {
    centre: mean,
    directions: vectors,
    axes: [2 * Math.sqrt(values[0]), 2 * Math.sqrt(values[1])],
  };
}

/** The uniform density of an ellipse with other semi-axes in the same directions. */
export function uniformOn({ centre, directions }: Ellipse, to: SemiAxes): Measure {
  return ellipsoid({ centre, axes: directions.map((row) => row.map((entry, k) => entry * to[k])), power: 0 });
}

/** Points of an ellipse, moved along its axes to where those of another are. */
export function moved(points: Float64Array, from: Ellipse, to: SemiAxes): Float64Array {
  const { centre, directions, axes } = from;
  const stretched = directions.map((row) => row.map((entry, k) => (entry * to[k]) / axes[k]));
  const matrix = matmul(stretched, transpose(directions));
  return applyAffine(affineMapBetween(matrix, centre, centre), points);
}
