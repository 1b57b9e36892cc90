/** @file How the drift of a kinetic JKO scheme approaches that of the equation as the time step vanishes. */

import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { gaussian } from "../../../measures/gaussian.ts";
import { observedOrder } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import type { Series } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { affineJkoSolver } from "../../../systems/kinetic/affine.ts";
import type { Evaluation, EvaluationContext, Findings } from "../../definition.ts";
import { type DriftCourse, driftCourse, type KineticGaussianLaw, rootMean } from "./course.ts";
import { affineNetworkSolver, kineticNetworkSolver } from "./networks.ts";

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

interface Method {
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
      return summarise(options, methods, courses);
    },
  };
}

function methodsOf({ engine }: EvaluationContext, options: DriftOrderOptions): Method[] {
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
  { method, tau }: { readonly method: Method; readonly tau: number },
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

function summarise(
  options: DriftOrderOptions,
  methods: readonly Method[],
  courses: readonly (readonly DriftCourse[])[],
): Findings {
  const { steps, finalTime } = options;
  const rms = courses.map((own) => own.map(({ squares }) => rootMean(squares)));
  const gap = courses.map((own) => own.map(({ gaps }) => (gaps.length === 0 ? null : rootMean(gaps))));
  const covariance = courses.map((own) => own.map(({ covarianceDistance }) => covarianceDistance));
  const order = (errors: readonly number[]) => (steps.length > 1 ? observedOrder(steps, errors) : Number.NaN);
  const metrics: Record<string, number> = {};
  for (const [m, { id }] of methods.entries()) {
    metrics[`order.${id}.slope`] = order(rms[m]);
    metrics[`order.${id}.covarianceSlope`] = order(covariance[m]);
    for (const [k, tau] of steps.entries()) {
      metrics[`order.${id}.rms.${tau}`] = rms[m][k];
      metrics[`order.${id}.covariance.${tau}`] = covariance[m][k];
      const distance = gap[m][k];
      if (distance !== null) metrics[`order.${id}.gap.${tau}`] = distance;
    }
  }
  const table = (
    title: string,
    explanation: string,
    values: readonly (readonly (number | null)[])[],
  ): TableSpec => ({
    title,
    explanation,
    rowHeading: "Method",
    columns: [
      { label: "particles" },
      ...steps.map((tau) => ({ label: `${tau}`, group: "Δt" })),
      { label: "slope" },
    ],
    rows: methods.flatMap(({ name, particles, isNetwork }, m) =>
      values[m].every((value) => value === null)
        ? []
        : [
            {
              label: name,
              role: isNetwork ? ("subject" as const) : ("reference" as const),
              cells: [particles, ...values[m], order(values[m] as readonly number[])],
            },
          ],
    ),
  });
  return {
    metrics,
    sections: [
      {
        title: "Order of the scheme in the time step",
        explanation:
          `The drift u = (v − ṽ)/Δt of every step against the exact one at its end, u* = −ε(v − T[Σ⁻¹(z − μ)]ᵥ), over the pushed particles ` +
          `and averaged up to t = ${finalTime}. The root of the mean square is of order one; the mean square itself, of order two.`,
        notes: [
          "A finite sample adds an error of its own, which does not fall with the step: the closed form sees it through the particles' " +
            "moments, a network through all that it can fit.",
        ],
        tables: [
          table("Root mean square of the drift's error", "Slopes are fitted to all steps.", rms),
          table(
            "Root mean square distance of a network's drift from the closed form",
            "Both from the same particles.",
            gap,
          ),
          table(
            `Error of the covariance at t = ${finalTime}`,
            "Frobenius norm, against the moment equations.",
            covariance,
          ),
        ],
        charts: [
          chart("Error of the drift", "RMS error of the drift", { steps, methods, values: rms }),
          chart("Error of the covariance", "‖Σ − Σ*‖ at the end", { steps, methods, values: covariance }),
        ],
      },
    ],
  };
}

function chart(
  title: string,
  label: string,
  data: {
    readonly steps: readonly number[];
    readonly methods: readonly Method[];
    readonly values: readonly (readonly number[])[];
  },
) {
  const { steps, methods, values } = data;
  const ascending = steps.map((_, k) => steps.length - 1 - k);
  const lowest = Math.min(...values.map((row) => row[0]));
  // Closed forms lie on top, dashed, where a network has found them.
  const order = [...methods.keys()].sort(
    (a, b) => Number(methods[b].isNetwork) - Number(methods[a].isNetwork),
  );
  const series: Series[] = order.map((m) => ({
    name: methods[m].name,
    colour: methods[m].colour,
    dash: methods[m].isNetwork ? "solid" : "dashed",
    dots: methods[m].isNetwork,
    points: ascending.map((k) => [steps[k], values[m][k]] as const),
  }));
  series.push({
    name: "slope 1",
    colour: methodColours.identity,
    dash: "dotted",
    points: ascending.map((k) => [steps[k], (0.75 * lowest * steps[k]) / steps[0]] as const),
  });
  return {
    title,
    x: { label: "time step Δt", type: "log" as const },
    y: { label, type: "log" as const },
    series,
    width: 560,
    height: 340,
  };
}
