/** @file The law of the quartic kernel: exact steps of the very particles, and the sphere on which they come to rest. */

import { sampleCloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { contextOf, initialOperatorState } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import {
  type QuarticMoments,
  quarticFlow,
  quarticMove,
  quarticRadius,
  quarticStep,
  quarticVelocity,
} from "../../systems/aggregation/quartic.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { heldOutGaussian, memo } from "./gaussians.ts";
import { contextKey, type LawCase, measureLaw } from "./law.ts";

/** Runge–Kutta steps a JKO step for the equation itself. */
const flowSteps = 10;

/** The operator of `W(z) = |z|⁴/4 − |z|²/2` on Gaussians with random axes. */
export function quarticLaw(): Evaluation {
  return {
    suite: "quartic",
    run(context) {
      const { densities, steps } = context.settings.evaluation;
      const cases = Array.from({ length: densities }, (_, i) => quarticCase(context, i));
      return measureLaw(
        context,
        {
          suite: "quartic",
          title: `${densities} Gaussians with random axes`,
          explanation:
            "Held-out Gaussians, against the exact JKO step of the very particles, which moments determine. All mass ends on a sphere; " +
            "the radius below is that of the particles about their mean, against the exact one.",
          steps,
        },
        cases,
      );
    },
  };
}

function quarticCase({ settings, problem, key }: EvaluationContext, index: number): LawCase {
  const { tau, dimension: d } = problem.flow;
  const rho = heldOutGaussian(foldIn(foldIn(key, "gaussian"), index), d);
  const cloud = sampleCloud(rho, foldIn(foldIn(key, "particles"), index), settings.evaluation.particles);
  const start = Float64Array.from(cloud.positions);
  const chain = memo(
    (steps): Float64Array => (steps === 0 ? start : quarticStep(chain(steps - 1), d, tau).points),
  );
  const sample = contextOf(
    cloud,
    initialOperatorState(cloud, contextKey(key, index)),
    settings.evaluation.context,
  );
  const contextChain = memo((steps): { points: Float64Array; moments?: QuarticMoments } =>
    steps === 0
      ? { points: Float64Array.from(sample.positions) }
      : quarticStep(contextChain(steps - 1).points, d, tau),
  );
  const plugin = memo(
    (steps): Float64Array =>
      steps === 0
        ? start
        : quarticMove(plugin(steps - 1), contextChain(steps).moments as QuarticMoments, tau),
  );
  const euler = memo((steps): Float64Array => (steps === 0 ? start : explicitStep(euler(steps - 1), d, tau)));
  return {
    cloud,
    exact: chain,
    variance: (steps) => moments(chain(steps), d).covariance.reduce((sum, row, a) => sum + row[a], 0),
    rivals: { euler, plugin },
    timeError: (steps) => {
      const end = quarticFlow(start, d, { time: steps * tau, steps: steps * flowSteps });
      return chain(steps).reduce((sum, x, i) => sum + (x - end[i]) ** 2, 0) / cloud.count;
    },
    further: (positions) => ({ radius: 100 * Math.abs(meanRadius(positions, d) / quarticRadius(d) - 1) }),
  };
}

function explicitStep(points: Float64Array, d: number, tau: number): Float64Array {
  const v = quarticVelocity(points, d);
  return points.map((x, i) => x + tau * v[i]);
}

function meanRadius(positions: ArrayLike<number>, d: number): number {
  const { mean } = moments(positions, d);
  const n = positions.length / d;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.hypot(...mean.map((m, a) => positions[i * d + a] - m));
  return sum / n;
}
