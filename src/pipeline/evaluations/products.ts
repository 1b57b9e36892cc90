/** @file Law (b): rotated products of bimodal densities, exact by one-dimensional quantile solvers. */

import type { ScalarFunction } from "../../domains/potentialFunction.ts";
import { type RotatedProductChain, rotatedProductChain } from "../../jko/quantileProduct.ts";
import { identity, scale, trace, transpose } from "../../linalg/matrix.ts";
import { applyAffine } from "../../measures/affineMap.ts";
import { sampleCloud } from "../../measures/cloud.ts";
import type { LineMeasure } from "../../measures/measure.ts";
import { type GaussianMixture, gaussianMixture } from "../../measures/mixture.ts";
import {
  columns,
  interleaved,
  type RotatedProduct,
  rotate,
  rotatedProduct,
} from "../../measures/rotatedProduct.ts";
import { moments } from "../../metrics/statistics.ts";
import { contextOf, initialOperatorState } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { randomRotation } from "../../random/rotation.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Evaluation } from "../definition.ts";
import { memo } from "./gaussians.ts";
import { contextKey, measureLaw, type SolvedCase } from "./law.ts";

/** A factor of law (b): weights in [0.15, 0.85], means in [−1.6, 1.6], deviations in [0.3, 0.6]. */
export function heldOutFactor(key: Key): GaussianMixture {
  const [w, m1, m2, s1, s2] = uniforms(key, 5);
  return gaussianMixture({
    weights: [0.15 + 0.7 * w, 0.85 - 0.7 * w],
    means: [[3.2 * m1 - 1.6], [3.2 * m2 - 1.6]],
    deviations: [0.3 + 0.3 * s1, 0.3 + 0.3 * s2],
  });
}

/** A density of law (b): factors of `heldOutFactor` of law (b) along randomly rotated axes. */
export function heldOutProduct(
  key: Key,
  dimension: number,
): { readonly rho: RotatedProduct; readonly factors: readonly GaussianMixture[] } {
  const factors = Array.from({ length: dimension }, (_, a) =>
    heldOutFactor(foldIn(foldIn(key, "factor"), a)),
  );
  const rotation = dimension === 1 ? identity(1) : randomRotation(foldIn(key, "rotation"), dimension);
  return { rho: rotatedProduct({ factors, rotation }), factors };
}

/** The exact JKO chain of a density of law (b) in the potential `½k|x|²`. */
export function productChain(
  rho: RotatedProduct,
  options: {
    readonly stiffness: number;
    readonly diffusion: number;
    readonly tau: number;
    readonly steps: number;
  },
): RotatedProductChain {
  const { stiffness, diffusion, tau, steps } = options;
  const axis: ScalarFunction = {
    value: (x) => 0.5 * stiffness * x * x,
    gradient: (x) => stiffness * x,
    hessian: () => stiffness,
  };
  return rotatedProductChain({
    measure: rho,
    potentialPerAxis: rho.factors.map(() => axis),
    diffusion,
    tau,
    steps,
  });
}

/** An isotropic quadratic potential is the same along all axes, however they are turned. */
export function productLaw(options: { readonly stiffness: number; readonly diffusion: number }): Evaluation {
  return {
    suite: "products",
    run(context) {
      const { densities, particles, steps: allSteps } = context.settings.evaluation;
      const { tau } = context.problem.flow;
      // Later every density of this flow is all but Gaussian: law (a) covers those times.
      const early = allSteps.filter((k) => k * options.stiffness * tau < 1.01);
      const steps = early.length > 0 ? early : [Math.min(...allSteps)];
      const cases = Array.from({ length: densities }, (_, i) =>
        productCase(options, {
          dimension: context.problem.flow.dimension,
          tau,
          steps: Math.max(...steps),
          particles,
          context: context.settings.evaluation.context,
          key: foldIn(foldIn(context.key, "product"), i),
          contextKey: contextKey(context.key, i),
        }),
      );
      return measureLaw(
        context,
        {
          suite: "products",
          title: `Law (b): ${densities} rotated products of bimodal densities`,
          explanation:
            "Held-out densities with up to 2^d modes, against the exact JKO chain by Newton's method on quantiles. " +
            "Explicit Euler has the exact score of the equation's own solution at each time.",
          steps,
        },
        cases,
      );
    },
  };
}

export function productCase(
  energy: { readonly stiffness: number; readonly diffusion: number },
  options: {
    readonly dimension: number;
    readonly tau: number;
    readonly steps: number;
    readonly particles: number;
    readonly context: number;
    readonly key: Key;
    readonly contextKey: Key;
  },
): SolvedCase {
  const { dimension: d, tau, key } = options;
  const { stiffness, diffusion } = energy;
  const { rho, factors } = heldOutProduct(key, d);
  const { rotation } = rho;
  const cloud = sampleCloud(rho, foldIn(key, "particles"), options.particles);
  const points = Float64Array.from(cloud.positions);
  const chain = memo((steps) => productChain(rho, { ...energy, tau, steps }));
  const exact = memo((steps) => chain(options.steps).at(points, steps).positions);
  const line = ornsteinUhlenbeck({ stiffness: [[stiffness]], diffusion });
  const system = ornsteinUhlenbeck({
    stiffness: scale(identity(d), stiffness),
    diffusion,
  });
  const context = contextOf(cloud, initialOperatorState(cloud, options.contextKey), options.context);
  const fitted = moments(context.positions, d);
  const inverse = transpose(rotation);
  const euler = memo((steps) => {
    let x = points;
    for (let k = 0; k < steps; k++) {
      const solution = rotatedProduct({
        factors: factors.map((factor) => line.flowMixture(factor, k * tau)),
        rotation,
      });
      const score = solution.score(x);
      x = x.map((xi, i) => xi - tau * (stiffness * xi + diffusion * score[i]));
    }
    return x;
  });
  const solutions = (steps: number): LineMeasure[] =>
    factors.map((factor) => line.flowMixture(factor, steps * tau));
  // Both the chain's maps and the equation's are monotone along each axis of the product.
  const flowed = memo((steps) => {
    const at = solutions(steps);
    const along = columns(rotate(points, inverse), d).map((axisPoints, a) =>
      axisPoints.map((x) => at[a].quantile(factors[a].cdf(x))),
    );
    return rotate(interleaved(along), rotation);
  });
  return {
    cloud,
    exact,
    initial: rho,
    solution: (steps) => rotatedProduct({ factors: solutions(steps), rotation }),
    flowed,
    variance: (steps) => trace(moments(exact(steps), d).covariance),
    rivals: {
      euler,
      plugin: (steps) => applyAffine(system.jkoChain(fitted, tau, steps)[steps - 1].map, points),
    },
    timeError(steps) {
      const target = flowed(steps);
      return exact(steps).reduce((sum, x, i) => sum + (x - target[i]) ** 2, 0) / cloud.count;
    },
  };
}
