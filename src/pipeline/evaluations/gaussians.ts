/** @file Law (a): Gaussians with random axes, exact by closed form. */

import { diagonal, identity, type Matrix, matmul, trace, transpose } from "../../linalg/matrix.ts";
import { type AffineMap, applyAffine, composeAffine } from "../../measures/affineMap.ts";
import { sampleCloud } from "../../measures/cloud.ts";
import { type Gaussian, gaussian } from "../../measures/gaussian.ts";
import { moments } from "../../metrics/statistics.ts";
import { wassersteinGaussian } from "../../metrics/wasserstein.ts";
import { contextOf, initialOperatorState } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { randomRotation } from "../../random/rotation.ts";
import { type OrnsteinUhlenbeck, ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Evaluation } from "../definition.ts";
import { contextKey, type LawCase, measureLaw } from "./law.ts";

/** A Gaussian of law (a): random rotation, axis deviations uniform in [0.35, 1.2], mean uniform in [−2, 2]^d. */
export function heldOutGaussian(key: Key, dimension: number): Gaussian {
  const deviations = uniforms(foldIn(key, "deviations"), dimension).map((u) => 0.35 + 0.85 * u);
  const rotation: Matrix = dimension === 1 ? identity(1) : randomRotation(foldIn(key, "rotation"), dimension);
  const squares = diagonal(Array.from(deviations, (s) => s * s));
  return gaussian({
    mean: Array.from(uniforms(foldIn(key, "mean"), dimension), (u) => 4 * u - 2),
    covariance: matmul(matmul(rotation, squares), transpose(rotation)),
  });
}

/**
 * The operator of an Ornstein–Uhlenbeck flow on Gaussians, of which its training family holds only round ones.
 *
 * @param options.particles of each; `evaluation.particles` where it is left out.
 */
export function gaussianLaw(options: {
  readonly stiffness: Matrix;
  readonly diffusion: number;
  readonly particles?: number;
}): Evaluation {
  const { particles: own, ...equation } = options;
  return {
    suite: "gaussians",
    run(context) {
      const { settings, problem } = context;
      const { densities, steps } = settings.evaluation;
      const particles = own ?? settings.evaluation.particles;
      const system = ornsteinUhlenbeck(equation);
      const cases = Array.from({ length: densities }, (_, i) => {
        const rho = heldOutGaussian(foldIn(foldIn(context.key, "gaussian"), i), problem.flow.dimension);
        return gaussianCase(system, rho, {
          tau: problem.flow.tau,
          particles,
          context: settings.evaluation.context,
          key: foldIn(foldIn(context.key, "particles"), i),
          contextKey: contextKey(context.key, i),
        });
      });
      return measureLaw(
        context,
        {
          suite: "gaussians",
          title: `Law (a): ${densities} Gaussians with random axes`,
          explanation:
            "Held-out Gaussians, most of them elongated, against the closed-form JKO step. The operator was trained on " +
            "mixtures of round Gaussians only. Each entry is the median over densities, then the largest.",
          steps,
        },
        cases,
      );
    },
  };
}

export function gaussianCase(
  system: OrnsteinUhlenbeck,
  rho: Gaussian,
  options: {
    readonly tau: number;
    readonly particles: number;
    readonly context: number;
    readonly key: Key;
    readonly contextKey: Key;
  },
): LawCase {
  const { tau } = options;
  const cloud = sampleCloud(rho, options.key, options.particles);
  const points = Float64Array.from(cloud.positions);
  const chain = memo((steps) => system.jkoChain(rho, tau, steps));
  const after = (steps: number) => chain(steps)[steps - 1];
  const context = contextOf(cloud, initialOperatorState(cloud, options.contextKey), options.context);
  const fitted = moments(context.positions, context.dimension);
  const move = (map: AffineMap) => applyAffine(map, points);
  return {
    cloud,
    exact: memo((steps) => move(after(steps).map)),
    variance: (steps) => trace(after(steps).gaussian.covariance),
    rivals: {
      euler: (steps) => move(eulerChain(system, rho, { tau, steps })),
      plugin: (steps) => move(system.jkoChain(fitted, tau, steps)[steps - 1].map),
    },
    further: (positions, steps) => ({
      covariance:
        100 *
        relativeDifference(
          moments(positions, cloud.dimension),
          moments(move(after(steps).map), cloud.dimension),
        ),
    }),
    timeError: (steps) => wassersteinGaussian(after(steps).gaussian, system.flow(rho, steps * tau)) ** 2,
  };
}

/** `‖C − C*‖_F/‖C*‖_F` of two covariances. */
function relativeDifference(a: { readonly covariance: Matrix }, b: { readonly covariance: Matrix }): number {
  const square = (f: (i: number, j: number) => number) =>
    b.covariance.reduce((sum, row, i) => sum + row.reduce((s, _, j) => s + f(i, j) ** 2, 0), 0);
  const difference = square((i, j) => a.covariance[i][j] - b.covariance[i][j]);
  return Math.sqrt(difference / square((i, j) => b.covariance[i][j]));
}

/** Explicit Euler steps, each with the exact score of its own Gaussian. */
function eulerChain(
  system: OrnsteinUhlenbeck,
  rho: Gaussian,
  options: { tau: number; steps: number },
): AffineMap {
  let { gaussian: current, map } = system.eulerStep(rho, options.tau);
  for (let k = 1; k < options.steps; k++) {
    const next = system.eulerStep(current, options.tau);
    map = composeAffine(next.map, map);
    current = next.gaussian;
  }
  return map;
}

/** Remembers the values of a function of one number. */
export function memo<T>(f: (argument: number) => T): (argument: number) => T {
  const known = new Map<number, T>();
  return (argument) => {
    const value = known.get(argument) ?? f(argument);
    known.set(argument, value);
    return value;
  };
}
