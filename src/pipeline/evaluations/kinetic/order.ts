/** @file How the drift of a kinetic JKO scheme approaches that of the equation as the time step vanishes. */

import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { gaussian } from "../../../measures/gaussian.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { affineJkoSolver } from "../../../systems/kinetic/affine.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type DriftCourse, driftCourse, type KineticGaussianLaw } from "./course.ts";
import { affineNetworkSolver, kineticNetworkSolver } from "./networks.ts";
import { orderFindings } from "./orderReport.ts";

export interface DriftOrderOptions {
  readonly law: KineticGaussianLaw;
  /** Time steps, the largest first; all divide the final time. */
  readonly steps: readonly number[];
  readonly finalTime: number;
  /** Particles of the closed forms, and of the networks. */
  readonly particles: { readonly closed: number; readonly network: number };
  readonly affine: { readonly rate: number; readonly iterations: number };
  /** Iterations are proportional to the time step: that many a unit of time. */
  readonly perceptron: {
    readonly hidden: readonly number[];
    readonly rate: number;
    readonly iterationsPerTime: number;
  };
}

/** A way to make the steps, as the report shows it. */
export interface OrderMethod {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly particles: number;
  readonly logDeterminant: "exact" | "linear";
  readonly isNetwork: boolean;
  solver(tau: number): Solver<unknown>;
}

/** Rolls closed forms and networks out at several time steps, and fits the order of their errors. */
export function driftOrderSuite(options: DriftOrderOptions): Evaluation {
  return {
    suite: "order",
    async run(context) {
      const methods = methodsOf(context, options);
      const courses: DriftCourse[][] = [];
      for (const [m, method] of methods.entries()) {
        const own: DriftCourse[] = [];
        for (const [k, tau] of options.steps.entries()) {
          const share = (m + k / options.steps.length) / methods.length;
          context.progress(`${method.name}, Δt = ${tau}`, share);
          own.push(await courseOf(context, options, { method, tau }));
        }
        courses.push(own);
      }
      return orderFindings(options, methods, courses);
    },
  };
}

function methodsOf({ engine }: EvaluationContext, options: DriftOrderOptions): OrderMethod[] {
  const { particles, affine, perceptron } = options;
  const closed = affineJkoSolver() as Solver<unknown>;
  const form = { particles: particles.closed, isNetwork: false, solver: () => closed };
  const network = { particles: particles.network, logDeterminant: "linear", isNetwork: true } as const;
  const width = `${perceptron.hidden.length}×${perceptron.hidden[0]}`;
  return [
    {
      ...form,
      id: "closed",
      name: "closed form, linear",
      colour: methodColours.exact,
      logDeterminant: "linear",
    },
    {
      ...form,
      id: "closedExact",
      name: "closed form, exact",
      colour: methodColours.identity,
      logDeterminant: "exact",
    },
    {
      ...network,
      id: "affine",
      name: "affine network",
      colour: methodColours.perStep,
      solver: () => affineNetworkSolver(engine, affine),
    },
    {
      ...network,
      id: "tanh",
      name: `tanh network ${width}`,
      colour: methodColours.operator,
      solver: (tau) => kineticNetworkSolver(engine, { ...perceptron, ...iterationsAt(perceptron, tau) }),
    },
  ];
}

/** The first step makes as many iterations as the largest time step would, and so does not lag behind where steps are small. */
function iterationsAt({ iterationsPerTime }: DriftOrderOptions["perceptron"], tau: number) {
  const iterations = Math.max(2, Math.round(iterationsPerTime * tau));
  return { iterations, firstIterations: Math.max(iterations, 200) };
}

async function courseOf(
  context: EvaluationContext,
  options: DriftOrderOptions,
  { method, tau }: { readonly method: OrderMethod; readonly tau: number },
): Promise<DriftCourse> {
  const { law, finalTime } = options;
  const key = foldIn(context.key, "order");
  const cloud = sampleCloud(gaussian(law.initial), foldIn(key, "particles"), method.particles);
  return driftCourse(context, method.solver(tau), {
    law,
    flow: law.flowAt({ tau, logDeterminant: method.logDeterminant }),
    cloud,
    steps: Math.round(finalTime / tau),
    key: foldIn(key, method.id),
    ...(method.isNetwork ? { beside: affineJkoSolver() } : {}),
  });
}
