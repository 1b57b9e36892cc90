/** @file Covariance laws: errors against the number of particles, and of networks in time. */

import { check } from "../../../check/check.ts";
import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import type { Gaussian } from "../../../measures/gaussian.ts";
import { observedOrder } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { landauAffineJkoSolver, landauAffineScoreSolver } from "../../../systems/landau/affine.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type CovarianceCourse, followCovariance } from "./covarianceCourse.ts";
import { covarianceReport } from "./covarianceReport.ts";
import type { LandauLaw } from "./law.ts";
import { type LandauNetwork, landauNetworkMethods } from "./methods.ts";

export interface CovarianceOptions {
  readonly law: LandauLaw & { readonly initial: Gaussian };
  readonly tau: number;
  /** How far the closed forms go. */
  readonly steps: number;
  /** At which step errors are read beside those at the end. */
  readonly early: number;
  readonly counts: readonly number[];
  /** Samples of each size. */
  readonly seeds: number;
  /** Trained networks go as far as `early`, from one sample. */
  readonly network: LandauNetwork & {
    readonly particles: number;
    /** By which of the objectives they are trained; `exact` and `linear` name the log-determinant of a JKO step. */
    readonly objectives: readonly ("exact" | "linear" | "score")[];
  };
}

interface AffineMethod {
  readonly id: "jko" | "score";
  readonly name: string;
  readonly colour: string;
  solver(): Solver<unknown>;
}

const closedForms: readonly AffineMethod[] = [
  {
    id: "jko",
    name: "JKO, affine",
    colour: methodColours.operator,
    solver: () => landauAffineJkoSolver() as Solver<unknown>,
  },
  {
    id: "score",
    name: "score matching, affine",
    colour: methodColours.perStep,
    solver: () => landauAffineScoreSolver() as Solver<unknown>,
  },
];

/** Errors of a method at one number of particles, root mean squares over the samples. */
export interface CovarianceErrors {
  readonly count: number;
  readonly early: number;
  readonly end: number;
  readonly ownEarly: number;
  readonly ownEnd: number;
  readonly secondsPerStep: number;
}

export interface NamedCovariance {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly errors: readonly CovarianceErrors[];
  /** The first sample of the most particles. */
  readonly course: CovarianceCourse;
}

/**
 * The covariance of the particles against the exact one: by affine fields in closed form for every number of particles, where JKO obeys the law
 * to `O(τ)` and score matching does not, since the solution does not stay Gaussian; and by networks for one number.
 */
export function covarianceSuite(options: CovarianceOptions): Evaluation {
  const { early, steps, counts } = options;
  check(early <= steps, () => `covarianceSuite: early must be at most the ${steps} steps, got ${early}`);
  check(counts.length > 0, () => "covarianceSuite: counts must not be empty");
  return {
    suite: "covariance",
    async run(context) {
      const closed: NamedCovariance[] = [];
      for (const method of closedForms) closed.push(await sweep(context, options, method));
      const networks = await trained(context, options);
      return {
        metrics: metricsOf(options, closed, networks),
        sections: covarianceReport(options, closed, networks),
      };
    },
  };
}

async function sweep(
  context: EvaluationContext,
  options: CovarianceOptions,
  { solver, ...method }: AffineMethod,
): Promise<NamedCovariance> {
  const { steps, early, counts } = options;
  const errors: CovarianceErrors[] = [];
  let last: CovarianceCourse | undefined;
  for (const count of counts) {
    const courses: CovarianceCourse[] = [];
    for (let seed = 0; seed < options.seeds; seed++)
      courses.push(await courseOf(context, options, { solver: solver(), linear: true, count, seed, steps }));
    errors.push(errorsOf(courses, { count, early, end: steps }));
    last = courses[0];
  }
  return { ...method, errors, course: last as CovarianceCourse };
}

async function trained(context: EvaluationContext, options: CovarianceOptions): Promise<NamedCovariance[]> {
  const { law, network, early } = options;
  const found: NamedCovariance[] = [];
  const methods = landauNetworkMethods(law, network);
  for (const objective of network.objectives) {
    const method = methods.find(({ id }) => id === objective) as (typeof methods)[number];
    const { id, name, colour, logDeterminant, solver } = method;
    const course = await courseOf(context, options, {
      solver: solver(context.engine, network.particles),
      linear: logDeterminant === "linear",
      count: network.particles,
      seed: 0,
      steps: early,
    });
    const errors = [errorsOf([course], { count: network.particles, early, end: early })];
    found.push({
      id: `network.${id}`,
      name: `${name}, ${network.hidden.join(" × ")}`,
      colour,
      errors,
      course,
    });
  }
  return found;
}

function courseOf(
  context: EvaluationContext,
  { law, tau }: CovarianceOptions,
  run: {
    readonly solver: Solver<unknown>;
    readonly linear: boolean;
    readonly count: number;
    readonly seed: number;
    readonly steps: number;
  },
): Promise<CovarianceCourse> {
  const { solver, linear, count, seed, steps } = run;
  const key = foldIn(foldIn(foldIn(context.key, "covariance"), count), seed);
  return followCovariance(context, solver, {
    flow: law.flowAt({ tau, logDeterminant: linear ? "linear" : "exact" }),
    cloud: sampleCloud(law.initial, foldIn(key, "particles"), count),
    steps,
    key: foldIn(key, "network"),
    initial: law.initial.covariance,
  });
}

function errorsOf(
  courses: readonly CovarianceCourse[],
  at: { readonly count: number; readonly early: number; readonly end: number },
): CovarianceErrors {
  const root = (pick: (course: CovarianceCourse) => number) =>
    Math.sqrt(courses.reduce((sum, course) => sum + pick(course) ** 2, 0) / courses.length);
  return {
    count: at.count,
    early: root(({ errors }) => errors[at.early]),
    end: root(({ errors }) => errors[at.end]),
    ownEarly: root(({ ownErrors }) => ownErrors[at.early]),
    ownEnd: root(({ ownErrors }) => ownErrors[at.end]),
    secondsPerStep: root(({ seconds }) => seconds) / at.end,
  };
}

function metricsOf(
  { counts }: CovarianceOptions,
  closed: readonly NamedCovariance[],
  networks: readonly NamedCovariance[],
): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { id, errors, course } of [...closed, ...networks]) {
    const put = (name: string, value: number) => {
      metrics[`covariance.${id}.${name}`] = value;
    };
    put("uncertified", course.uncertified);
    if (errors.length > 1) {
      const sizes = errors.map(({ count }) => count);
      put(
        "slopeEarly",
        observedOrder(
          sizes,
          errors.map(({ early }) => early),
        ),
      );
      put(
        "slopeEnd",
        observedOrder(
          sizes,
          errors.map(({ end }) => end),
        ),
      );
    }
    for (const own of errors) {
      put(`early.${own.count}`, own.early);
      put(`end.${own.count}`, own.end);
      put(`ownEarly.${own.count}`, own.ownEarly);
      put(`ownEnd.${own.count}`, own.ownEnd);
      put(`secondsPerStep.${own.count}`, own.secondsPerStep);
    }
  }
  const [jko, score] = closed;
  for (const [k, count] of counts.entries())
    metrics[`covariance.jkoOverScore.${count}`] = jko.errors[k].ownEnd / score.errors[k].ownEnd;
  return metrics;
}
