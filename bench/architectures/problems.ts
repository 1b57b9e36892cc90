/** @file The energies of the study, each with held-out densities whose JKO steps are exact. */

import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { bumpFamily } from "../../src/measures/families/bumpFamily.ts";
import { gaussianMixtureFamily } from "../../src/measures/families/gaussianMixtureFamily.ts";
import type { Problem } from "../../src/pipeline/definition.ts";
import { barenblattCase } from "../../src/pipeline/evaluations/barenblatt.ts";
import { ellipseCase } from "../../src/pipeline/evaluations/ellipses.ts";
import { contextKey, type SolvedCase } from "../../src/pipeline/evaluations/law.ts";
import { quantileCases } from "../../src/pipeline/evaluations/line.ts";
import { productCase } from "../../src/pipeline/evaluations/products.ts";
import type { Settings } from "../../src/pipeline/settings.ts";
import { foldIn, type Key } from "../../src/random/key.ts";
import { aggregation } from "../../src/systems/aggregation/flow.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";
import { barenblattSystem } from "../../src/systems/porousMedium/barenblatt.ts";
import { porousMedium } from "../../src/systems/porousMedium/flow.ts";
import { type HeldOut, heldOutBumps, radialCase } from "./radialCases.ts";
import { newtonianStep, type RadialStep, squareStep } from "./radialSteps.ts";

/** What held-out densities are made with. */
interface Held {
  readonly settings: Settings;
  /** JKO steps that they are followed for. */
  readonly steps: number;
  readonly key: Key;
}

/** Held-out densities of one kind. */
export interface Test {
  readonly name: string;
  readonly label: string;
  /** What they are, in a sentence. */
  readonly summary: string;
  cases(held: Held): HeldOut[];
  /** The same where the equation's own solution is known; undefined where it is not. */
  readonly solved?: (held: Held) => SolvedCase[];
}

/** A flow with its training family, and what it is tested on. */
export interface Energy {
  readonly label: string;
  readonly problem: Problem;
  readonly tests: readonly Test[];
}

const dimension = 2;
const many = <Case>({ settings }: Held, make: (i: number) => Case): Case[] =>
  Array.from({ length: settings.evaluation.densities }, (_, i) => make(i));

/** Sums of two bumps about one centre, whose chemical potential is no parabola. */
function radial(test: {
  readonly name: string;
  readonly label: string;
  readonly step: RadialStep;
  readonly tau: number;
  readonly radii: readonly [least: number, greatest: number];
}): Test {
  const { name, label, step, tau, radii } = test;
  return {
    name,
    label,
    summary:
      "Sums of two bumps of random radii and powers about one centre, against the exact JKO chain of shells.",
    cases: (held) =>
      many(held, (i) => {
        const key = foldIn(foldIn(held.key, name), i);
        return radialCase(heldOutBumps(key, radii), {
          ...{ step, tau, key },
          particles: held.settings.evaluation.particles,
        });
      }),
  };
}

/** The energy `½|x|²` with the entropy: that of `fokker-planck-2d`. */
function ornsteinUhlenbeck(): Energy {
  const [stiffness, diffusion, tau] = [1, 1, 0.1];
  const potential = quadraticPotential({ matrix: identity(dimension) });
  const solved = (held: Held) =>
    many(held, (i) =>
      productCase(
        { stiffness, diffusion },
        {
          ...{ dimension, tau, steps: held.steps },
          particles: held.settings.evaluation.particles,
          context: held.settings.evaluation.context,
          key: foldIn(foldIn(held.key, "product"), i),
          contextKey: contextKey(held.key, i),
        },
      ),
    );
  return {
    label: "Ornstein–Uhlenbeck",
    problem: {
      flow: fokkerPlanck({ dimension, potential, diffusion, tau }),
      family: gaussianMixtureFamily({ dimension, components: [1, 3], reach: 2.5, deviations: [0.3, 0.8] }),
    },
    tests: [
      {
        name: "ornsteinUhlenbeck",
        label: "Ornstein–Uhlenbeck",
        summary: "Rotated products of bimodal densities, against the exact JKO chain on quantiles.",
        cases: solved,
        solved,
      },
    ],
  };
}

/** That of `double-well-2d`. */
function doubleWell(): Energy {
  const potential = doubleWellPotential({ dimension, height: 0.25, halfWidth: 1 });
  const flow = fokkerPlanck({ dimension, potential, diffusion: 0.25, tau: 0.1 });
  return {
    label: "double well",
    problem: {
      flow,
      family: gaussianMixtureFamily({ dimension, components: [1, 4], reach: 1.8, deviations: [0.25, 0.7] }),
    },
    tests: [
      {
        name: "doubleWell",
        label: "double well",
        summary: "Products of bimodal densities along the axes, against the exact JKO chain on quantiles.",
        cases: ({ settings, steps, key }) =>
          quantileCases(flow, { potential, ...settings.evaluation, last: steps, key }),
      },
    ],
  };
}

/** That of `porous-medium-2d` with the exponent 2. */
function squares(): Energy {
  const [exponent, tau] = [2, 0.05];
  const solved = (held: Held) =>
    many(held, (i) =>
      barenblattCase(barenblattSystem({ dimension, exponent }), {
        tau,
        particles: held.settings.evaluation.particles,
        context: held.settings.evaluation.context,
        key: foldIn(foldIn(held.key, "barenblatt"), i),
        contextKey: contextKey(held.key, i),
      }),
    );
  return {
    label: "porous medium, m = 2",
    problem: {
      flow: porousMedium({ dimension, exponent, tau }),
      family: bumpFamily({
        dimension,
        components: [1, 3],
        reach: 1.2,
        radii: [0.45, 1.6],
        powers: { favourite: 1, range: [0.3, 3] },
      }),
    },
    tests: [
      radial({
        name: "porousMedium",
        label: "porous medium, m = 2",
        tau,
        step: squareStep,
        radii: [0.45, 1.6],
      }),
      {
        name: "barenblatt",
        label: "porous medium, profiles of Barenblatt",
        summary:
          "Against the closed form. Their chemical potential is a parabola, which the global fit has exactly before anything is learned.",
        cases: solved,
        solved,
      },
    ],
  };
}

/** That of `aggregation-2d`, `W(z) = |z|²/2 − log|z|`. */
function logarithm(): Energy {
  const tau = 0.1;
  const terms = [
    { coefficient: 1, power: 2 },
    { coefficient: -1, power: 0 },
  ];
  const problem: Problem = {
    flow: aggregation({ dimension, interaction: powerInteraction({ terms }), tau }),
    family: bumpFamily({
      dimension,
      components: [1, 3],
      reach: 1,
      radii: [0.4, 2],
      powers: { favourite: 0.5, range: [0.1, 3] },
    }),
  };
  const solved = (held: Held) =>
    many(held, (i) => ellipseCase({ settings: held.settings, problem, key: held.key }, i));
  return {
    label: "aggregation",
    problem,
    tests: [
      radial({ name: "aggregation", label: "aggregation", tau, step: newtonianStep, radii: [0.4, 2] }),
      {
        name: "ellipses",
        label: "aggregation, ellipses",
        summary:
          "Uniform discs and ellipses, against the closed form. Inside, their chemical potential is quadratic.",
        cases: solved,
        solved,
      },
    ],
  };
}

export const energies: readonly Energy[] = [ornsteinUhlenbeck(), doubleWell(), squares(), logarithm()];
