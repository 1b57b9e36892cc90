/** @file The three comparisons of rivals: Fokker–Planck, porous medium and aggregation in the plane. */

import { identity, scale } from "../../linalg/matrix.ts";
import { foldIn } from "../../random/key.ts";
import { finiteVolumes } from "../../systems/fokkerPlanck/finiteVolumes.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { barenblattSystem } from "../../systems/porousMedium/barenblatt.ts";
import type { Evaluation, EvaluationContext } from "../definition.ts";
import { barenblattCase } from "./barenblatt.ts";
import { ellipseCase } from "./ellipses.ts";
import { contextKey } from "./law.ts";
import { productCase } from "./products.ts";
import {
  deterministicParticles,
  exactMethod,
  gridMethod,
  learnedMethods,
  perStepMethods,
  stochasticParticles,
} from "./rivalMethods.ts";
import { rivalsSuite } from "./rivals.ts";

/** In the potential `½k|x|²` in the plane, on rotated products: mixtures of Gaussians whose JKO steps are known too. */
export function fokkerPlanckRivals(options: {
  readonly stiffness: number;
  readonly diffusion: number;
}): Evaluation {
  const { stiffness, diffusion } = options;
  const side = { low: -7, high: 7, cells: 140 };
  return rivalsSuite({
    densities: "mixtures of Gaussians, rotated products of law (b)",
    draw: (context, index) =>
      productCase(options, {
        ...caseOptions(context, "product", index),
        steps: context.settings.evaluation.perStepSteps,
      }),
    methods: (context) => {
      const { potential } = ornsteinUhlenbeck({
        stiffness: scale(identity(2), stiffness),
        diffusion,
      });
      return [
        ...learnedMethods(context),
        ...perStepMethods(context),
        stochasticParticles(10),
        deterministicParticles(context, { part: 0.5, substeps: 10 }),
        gridMethod(finiteVolumes({ potential, diffusion, box: [side, side] }), { substeps: 4 }),
        exactMethod("Newton's method on the quantiles of each factor"),
      ];
    },
  });
}

/** On profiles of Barenblatt. */
export function porousMediumRivals(options: { readonly exponent: number }): Evaluation {
  return rivalsSuite({
    densities: "profiles of Barenblatt",
    draw: (context, index) =>
      barenblattCase(
        barenblattSystem({ dimension: context.problem.flow.dimension, ...options }),
        caseOptions(context, "barenblatt", index),
      ),
    methods: (context) => [
      ...learnedMethods(context),
      ...perStepMethods(context),
      deterministicParticles(context, { part: 0.5, substeps: 10 }),
      exactMethod("closed form"),
    ],
  });
}

/** Under `W(z) = |z|²/2 − log|z|` in the plane, on ellipses. */
export function aggregationRivals(): Evaluation {
  return rivalsSuite({
    densities: "discs and ellipses",
    draw: ellipseCase,
    methods: (context) => [
      ...learnedMethods(context),
      ...perStepMethods(context),
      deterministicParticles(context, { part: 0.5, substeps: 4 }),
      exactMethod("closed form"),
    ],
  });
}

function caseOptions({ problem, settings, key }: EvaluationContext, name: string, index: number) {
  const { particles, context } = settings.evaluation;
  const { dimension, tau } = problem.flow;
  const own = foldIn(foldIn(key, name), index);
  return { dimension, tau, particles, context, key: own, contextKey: contextKey(key, index) };
}
