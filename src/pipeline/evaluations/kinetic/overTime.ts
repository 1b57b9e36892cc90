/** @file JKO against score matching: the error of the drift, and the energy, in time. */

import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { gaussian } from "../../../measures/gaussian.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { affineJkoSolver } from "../../../systems/kinetic/affine.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type DriftCourse, driftCourse, type KineticGaussianLaw } from "./course.ts";
import { type KineticNetwork, kineticNetworkSolver } from "./networks.ts";
import { timeFindings } from "./overTimeReport.ts";

export interface DriftTimeOptions {
  readonly law: KineticGaussianLaw;
  readonly tau: number;
  readonly steps: number;
  readonly particles: number;
  readonly seeds: number;
  readonly network: KineticNetwork;
  /** Iterations that fit the networks to the initial density's score, which is known, before the first step. */
  readonly initialIterations: number;
}

/** A way to make the steps, as the report shows it. */
export interface TimeMethod {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly logDeterminant: "exact" | "linear";
  readonly solver: Solver<unknown>;
}

/** One network, trained by the JKO objective with either log-determinant and by score matching, from several samples. */
export function driftTimeSuite(options: DriftTimeOptions): Evaluation {
  return {
    suite: "time",
    async run(context) {
      const methods = methodsOf(context, options);
      const courses: DriftCourse[][] = methods.map(() => []);
      for (let seed = 0; seed < options.seeds; seed++) {
        for (const [m, method] of methods.entries()) {
          const share = (seed + m / methods.length) / options.seeds;
          context.progress(`${method.name}, sample ${seed + 1} of ${options.seeds}`, share);
          courses[m].push(await courseOf(context, options, { method, seed }));
        }
      }
      return timeFindings(options, methods, courses);
    },
  };
}

function methodsOf({ engine }: EvaluationContext, options: DriftTimeOptions): TimeMethod[] {
  const { law, particles, initialIterations: iterations } = options;
  const { score } = gaussian(law.initial);
  const network = {
    ...options.network,
    initial: { score, iterations, rate: 0.01, batch: Math.min(1024, particles) },
  };
  const jko = kineticNetworkSolver(engine, network);
  return [
    {
      id: "exact",
      name: "JKO, exact log-det",
      colour: methodColours.operator,
      logDeterminant: "exact",
      solver: jko,
    },
    {
      id: "linear",
      name: "JKO, linear log-det",
      colour: methodColours.floor,
      logDeterminant: "linear",
      solver: jko,
    },
    {
      id: "score",
      name: "score matching",
      colour: methodColours.perStep,
      logDeterminant: "exact",
      solver: kineticNetworkSolver(engine, network, "score"),
    },
    {
      id: "closed",
      name: "closed form, affine",
      colour: methodColours.exact,
      logDeterminant: "exact",
      solver: affineJkoSolver() as Solver<unknown>,
    },
  ];
}

async function courseOf(
  context: EvaluationContext,
  { law, tau, steps, particles }: DriftTimeOptions,
  { method, seed }: { readonly method: TimeMethod; readonly seed: number },
): Promise<DriftCourse> {
  const key = foldIn(foldIn(context.key, "time"), seed);
  return driftCourse(context, method.solver, {
    law,
    flow: law.flowAt({ tau, logDeterminant: method.logDeterminant }),
    cloud: sampleCloud(gaussian(law.initial), foldIn(key, "particles"), particles),
    steps,
    key: foldIn(key, "network"),
  });
}
