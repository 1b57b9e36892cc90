/** @file Side by side: the learned operator, a per-step solver and the exact solution. */

import { evaluateEnergy } from "../../energies/energy.ts";
import { perStepSolver } from "../../jko/perStep.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { type GaussianMixture, gaussianMixture } from "../../measures/mixture.ts";
import { unexplainedVariance } from "../../metrics/mapError.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn } from "../../random/key.ts";
import { methodColours } from "../../report/colours.ts";
import { densityCurves } from "../../report/densityCurves.ts";
import { densityCurve, densityGrid, extentOf } from "../../report/densityGrid.ts";
import { densityPanels } from "../../report/densityPanels.ts";
import type { ReportSection } from "../../report/report.ts";
import { errorTable, speedTable } from "../../report/tables.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { probabilityFlow } from "../../systems/fokkerPlanck/probabilityFlow.ts";
import type { Evaluation, EvaluationContext, Findings } from "../definition.ts";
import { follow, paceOf } from "./follow.ts";
import { gaussianCase, heldOutGaussian } from "./gaussians.ts";
import { contextKey, medianAndMax } from "./law.ts";

export interface ComparisonOptions {
  readonly stiffness: Matrix;
  readonly diffusion: number;
  /** The density that the report shows moving. */
  readonly showcase: {
    readonly weights: readonly number[];
    readonly means: Matrix;
    readonly deviations: readonly number[];
  };
  readonly showcaseSteps: number;
}

/** The operator (where there is one) and the per-step solver on densities of law (a), and on one mixture for the eye. */
export function comparisonSuite(options: ComparisonOptions): Evaluation {
  return {
    suite: "comparison",
    async run(context) {
      const solvers = solversOf(context);
      const accuracy = await compareOnGaussians(context, options, solvers);
      const showcase = await showMixture(context, options, solvers);
      return { metrics: accuracy.metrics, sections: [...showcase, ...accuracy.sections] };
    },
  };
}

type Method = "operator" | "perStep";
type Solvers = Readonly<Partial<Record<Method, Solver<unknown>>>>;

const names: Readonly<Record<Method | "exact", string>> = {
  operator: "learned operator",
  perStep: "per-step solver",
  exact: "exact solution",
};

function solversOf({ model, engine, settings }: EvaluationContext): Solvers {
  const perStep = perStepSolver(engine) as Solver<unknown>;
  if (model === undefined) return { perStep };
  const operator = operatorSolver(engine, model, { context: settings.evaluation.context }) as Solver<unknown>;
  return { operator, perStep };
}

async function compareOnGaussians(
  context: EvaluationContext,
  options: ComparisonOptions,
  solvers: Solvers,
): Promise<Findings> {
  const { problem, settings, key } = context;
  const { perStepDensities, perStepSteps, particles } = settings.evaluation;
  const system = ornsteinUhlenbeck(options);
  const steps = [...new Set([1, perStepSteps])];
  const methods = Object.keys(solvers) as Method[];
  const errors = new Map(methods.map((method) => [method, [] as number[][]]));
  const seconds = new Map(methods.map((method) => [method, [] as number[]]));
  for (let i = 0; i < perStepDensities; i++) {
    const rho = heldOutGaussian(foldIn(foldIn(key, "gaussian"), i), problem.flow.dimension);
    const one = gaussianCase(system, rho, {
      tau: problem.flow.tau,
      particles,
      context: settings.evaluation.context,
      key: foldIn(foldIn(key, "particles"), i),
      contextKey: contextKey(key, i),
    });
    for (const [method, solver] of Object.entries(solvers) as [Method, Solver<unknown>][]) {
      context.progress(`${names[method]}, density ${i + 1} of ${perStepDensities}`, i / perStepDensities);
      const run = await follow(context, solver, {
        cloud: one.cloud,
        steps: perStepSteps,
        key: contextKey(key, i),
      });
      errors
        .get(method)
        ?.push(
          steps.map((k) => unexplainedVariance(run.clouds[k].positions, one.exact(k), one.cloud.dimension)),
        );
      seconds.get(method)?.push(paceOf(run));
    }
  }
  const summary = (method: Method, j: number) =>
    medianAndMax((errors.get(method) ?? []).map((row) => row[j]));
  const pace = (method: Method) => medianAndMax(seconds.get(method) ?? [])?.median ?? Number.NaN;
  return {
    metrics: Object.fromEntries(
      methods.flatMap((method) => [
        ...steps.flatMap((k, j) => [
          [`comparison.${method}.uvp.${k}.median`, summary(method, j)?.median ?? Number.NaN] as const,
          [`comparison.${method}.uvp.${k}.max`, summary(method, j)?.max ?? Number.NaN] as const,
        ]),
        [`comparison.${method}.secondsPerStep`, pace(method)] as const,
      ]),
    ),
    sections: [
      {
        title: `A per-step solver on ${perStepDensities} Gaussians of law (a)`,
        explanation:
          "The per-step solver trains a network anew in every step, on the same objective, particles and engine, and " +
          "stops when held-out particles see no more gain.",
        tables: [
          errorTable({
            title: "Unexplained variance against the exact JKO chain",
            unit: "%",
            steps,
            rows: methods.map((method) => ({
              method: names[method],
              role: method === "operator" ? "subject" : "reference",
              errors: steps.map((_, j) => summary(method, j)),
            })),
          }),
          speedTable(
            methods.map((method) => ({
              method: names[method],
              role: method === "operator" ? "subject" : "reference",
              secondsPerStep: pace(method),
              particles,
            })),
          ),
        ],
      },
    ],
  };
}

async function showMixture(
  context: EvaluationContext,
  options: ComparisonOptions,
  solvers: Solvers,
): Promise<ReportSection[]> {
  const { problem, settings, key } = context;
  const { tau } = problem.flow;
  const steps = options.showcaseSteps;
  const rho = gaussianMixture(options.showcase);
  const cloud = sampleCloud(rho, foldIn(key, "showcase"), settings.evaluation.particles);
  const clouds: Partial<Record<Method | "exact", readonly Cloud[]>> = {};
  for (const [method, solver] of Object.entries(solvers) as [Method, Solver<unknown>][]) {
    context.progress(`${names[method]} on the showcase`, 0.9);
    clouds[method] = (
      await follow(context, solver, { cloud, steps, key: foldIn(key, "showcase context") })
    ).clouds;
  }
  clouds.exact = exactCourse(options, rho, { cloud, tau, steps });
  const methods = Object.keys(clouds) as (Method | "exact")[];
  const course = (method: Method | "exact") => clouds[method] as readonly Cloud[];
  const energy = (method: Method | "exact") =>
    course(method).map((at, k) => [k * tau, evaluateEnergy(problem.flow.energy, at)] as const);
  return [
    {
      title: "One density, three ways",
      explanation:
        "The same particles moved by the learned operator, by a network trained anew in each step, and by the equation " +
        "itself (its probability flow, with the exact score). Drag the slider or press play.",
      players: [
        {
          title: "Particles in time",
          times: course("exact").map((_, k) => k * tau),
          axes: cloud.dimension === 1 ? ["x"] : ["x₁", "x₂"],
          clouds: methods.map((method) => ({
            name: names[method],
            colour: methodColours[method],
            frames: course(method).map((at) => at.positions),
          })),
        },
      ],
      charts: [
        {
          title: "Free energy in time",
          x: { label: "time" },
          y: { label: "F(ρ)" },
          series: methods.map((method) => ({
            name: names[method],
            points: energy(method),
            colour: methodColours[method],
            dash: method === "exact" ? "dashed" : "solid",
          })),
        },
      ],
      panels: [
        { title: "The density at several times", svg: densitiesFigure(methods, course, { tau, steps }) },
      ],
    },
  ];
}

/** The equation's own particles with their exact log-densities. */
function exactCourse(
  options: ComparisonOptions,
  rho: GaussianMixture,
  start: { readonly cloud: Cloud; readonly tau: number; readonly steps: number },
): Cloud[] {
  const system = ornsteinUhlenbeck(options);
  const { cloud, tau, steps } = start;
  const solution = (time: number) => system.flowMixture(rho, time);
  const clouds = [cloud];
  for (let k = 1; k <= steps; k++) {
    const positions = probabilityFlow(system, solution, Float64Array.from(clouds[k - 1].positions), {
      from: (k - 1) * tau,
      to: k * tau,
      steps: 8,
    });
    clouds.push({ ...cloud, positions, logDensity: solution(k * tau).logDensity(positions) });
  }
  return clouds;
}

function densitiesFigure<M extends Method | "exact">(
  methods: readonly M[],
  course: (method: M) => readonly Cloud[],
  options: { readonly tau: number; readonly steps: number },
): string {
  const { tau, steps } = options;
  const shown = [...new Set([0, 0.1, 0.3, 1].map((part) => Math.round(part * steps)))];
  const label = (k: number) => `t = ${(k * tau).toFixed(1)}`;
  const clouds = methods.flatMap((method) => shown.map((k) => course(method)[k].positions));
  if (course(methods[0])[0].dimension === 1) {
    const { x } = extentOf(clouds, 1);
    return densityCurves({
      axis: "x",
      frames: shown.map((k) => ({
        label: label(k),
        curves: methods.map((method) => ({
          name: names[method],
          colour: methodColours[method],
          points: densityCurve(course(method)[k].positions, { extent: x }),
        })),
      })),
    });
  }
  const extent = extentOf(clouds, 2);
  return densityPanels({
    extent,
    // Late densities are flat beside early ones.
    scale: "sqrt",
    axes: ["x₁", "x₂"],
    frames: shown.map((k) => ({
      label: label(k),
      panels: methods.map((method) => ({
        title: names[method],
        density: densityGrid(course(method)[k].positions, { extent }),
      })),
    })),
  });
}
