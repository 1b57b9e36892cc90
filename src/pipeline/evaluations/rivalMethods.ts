/** @file The ways to evolve a density that stand in one table: each a solver in the same roll-out. */

import { convexityOf } from "../../energies/convexity.ts";
import { blobSolver } from "../../jko/blob.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { type GridScheme, gridSolver } from "../../jko/gridSolver.ts";
import { perStepSolver } from "../../jko/perStep.ts";
import { type PerStepOptions, perStepDefaults, perStepUsual } from "../../jko/perStepSettings.ts";
import { refinedSolver } from "../../jko/refined.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { eulerMaruyamaSolver } from "../../systems/fokkerPlanck/eulerMaruyama.ts";
import type { EvaluationContext } from "../definition.ts";
import type { SolvedCase } from "./law.ts";

/** How the particles that a method leaves have come about: `image` by a map of those that it was given, `sample` drawn anew. */
type Particles = "image" | "sample";

export interface Method {
  /** Name in metrics. */
  readonly name: string;
  readonly label: string;
  readonly particles: Particles;
  /** `learned` methods need the operator's training, `rival` ones nothing, `reference` ones a density of a special form. */
  readonly kind: "learned" | "rival" | "reference";
  /** For a density; what it has compiled it keeps for the next one. */
  readonly solver: (density: SolvedCase) => Solver<unknown>;
}

/** Error bar that refined steps must keep, as a part of the density's width a step. */
const refinedTolerance = 0.01;

/** The operator, and the operator refined where its energy has error bars. */
export function learnedMethods({ model, engine, problem, settings }: EvaluationContext): readonly Method[] {
  if (model === undefined) throw new Error("the rivals suite needs a trained operator");
  const { context } = settings.evaluation;
  const operator = operatorSolver(engine, model, { context });
  const learned = { particles: "image", kind: "learned" } as const;
  const first = {
    ...learned,
    name: "operator",
    label: "learned operator",
    solver: () => operator as Solver<unknown>,
  };
  if (convexityOf(problem.flow.energy).lambda === undefined) return [first];
  const refined = refinedSolver(
    engine,
    { first: operator, second: perStepSolver(engine) },
    { tolerance: refinedTolerance, per: problem.flow.tau },
  );
  const label = `refined operator (error bars of ${100 * refinedTolerance} %)`;
  return [first, { ...learned, name: "refined", label, solver: () => refined as Solver<unknown> }];
}

/** A network trained anew in each step: as tuned as it could be and as it is usually done, with a warm start and from scratch. */
export function perStepMethods({ engine, problem }: EvaluationContext): readonly Method[] {
  const forms: readonly { name: string; label: string; options: PerStepOptions }[] = [
    { name: "perStep", label: "per-step network, tuned", options: perStepDefaults },
    { name: "perStepUsual", label: "per-step network as usual", options: perStepUsual },
  ];
  return forms.flatMap(({ name, label, options }) =>
    [true, false].map((warmStart): Method => {
      const solver = perStepSolver(engine, { ...options, ...lessPairs(problem.flow, options), warmStart });
      return {
        name: `${name}${warmStart ? "Warm" : "Cold"}`,
        label: `${label}, ${warmStart ? "warm" : "cold"} start`,
        particles: "image",
        kind: "rival",
        solver: () => solver as Solver<unknown>,
      };
    }),
  );
}

/** With an interaction an evaluation costs a sum over pairs, and a minimisation has to make do with fewer particles. */
export function lessPairs({ energy }: GradientFlow, { optimizer }: PerStepOptions): PerStepOptions {
  if (energy.interaction === undefined || optimizer === undefined) return {};
  return {
    optimizer: optimizer.kind === "lbfgs" ? { ...optimizer, particles: 1024 } : { ...optimizer, batch: 256 },
  };
}

/** Euler–Maruyama. */
export function stochasticParticles(substeps: number): Method {
  const solver = eulerMaruyamaSolver({ substeps }) as Solver<unknown>;
  return {
    name: "eulerMaruyama",
    label: `Euler–Maruyama, ${substeps} substeps`,
    particles: "sample",
    kind: "rival",
    solver: () => solver,
  };
}

/**
 * The blob method with `ε` a part of `s n^{−1/(d+4)}`, the width that suits the estimation of a smooth density of deviation `s` by `n`
 * particles; without an internal energy the particles' own differential equation, which needs no `ε`.
 */
export function deterministicParticles(
  { problem }: EvaluationContext,
  options: { readonly part: number; readonly substeps: number },
): Method {
  const { part, substeps } = options;
  const smooth = problem.flow.energy.internal !== undefined;
  return {
    name: smooth ? "blob" : "particles",
    label: `${smooth ? "blob method" : "particles' differential equation"}, ${substeps} substeps`,
    particles: "image",
    kind: "rival",
    solver: ({ cloud }) => blobSolver({ epsilon: part * smoothingWidth(cloud), substeps }) as Solver<unknown>,
  };
}

function smoothingWidth({ positions, dimension: d, count }: Cloud): number {
  const { covariance } = moments(positions, d);
  const variance = covariance.reduce((sum, row, a) => sum + row[a], 0) / d;
  return Math.sqrt(variance) * count ** (-1 / (d + 4));
}

/** A scheme on a grid, such as finite volumes. */
export function gridMethod(scheme: GridScheme, options: { readonly substeps: number }): Method {
  const { substeps } = options;
  const size = scheme.axes.map(({ cells }) => cells).join(" × ");
  return {
    name: "finiteVolumes",
    label: `finite volumes, ${size} cells, ${substeps} substeps`,
    particles: "sample",
    kind: "rival",
    solver: ({ initial }) => gridSolver(scheme, { initial, substeps }) as Solver<unknown>,
  };
}

/** Exact JKO steps, which exist for densities of a special form alone: the error of the time step and of nothing else. */
export function exactMethod(how: string): Method {
  return {
    name: "exactChain",
    label: `exact JKO chain (${how})`,
    particles: "image",
    kind: "reference",
    solver: (density) => ({
      name: "exact JKO chain",
      init: async () => 0,
      async step(_flow, cloud, state) {
        const done = (state as number) + 1;
        return { cloud: { ...cloud, positions: density.exact(done) }, state: done, info: nothingReported };
      },
    }),
  };
}

const nothingReported = {
  objective: Number.NaN,
  standardError: Number.NaN,
  energy: Number.NaN,
  energyChange: Number.NaN,
  energyChangeError: Number.NaN,
  smallestDeterminant: Number.NaN,
  folded: 0,
  portion: 1,
  pieces: 1,
  iterations: 0,
};
