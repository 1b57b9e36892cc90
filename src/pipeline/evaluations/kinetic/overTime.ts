/** @file JKO against score matching: the error of the drift, and the energy, in time. */

import type { Solver } from "../../../jko/solver.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { gaussian } from "../../../measures/gaussian.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import type { Series } from "../../../report/lineChart.ts";
import { affineJkoSolver } from "../../../systems/kinetic/affine.ts";
import type { Evaluation, EvaluationContext, Findings } from "../../definition.ts";
import { type DriftCourse, driftCourse, type KineticGaussianLaw } from "./course.ts";
import { type KineticNetwork, kineticNetworkSolver } from "./networks.ts";

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

interface Method {
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
      return summarise(options, methods, courses);
    },
  };
}

function methodsOf({ engine }: EvaluationContext, options: DriftTimeOptions): Method[] {
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
  { method, seed }: { readonly method: Method; readonly seed: number },
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

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What the seeds of one method show together. */
function digest({ steps, tau }: DriftTimeOptions, courses: readonly DriftCourse[]) {
  const late = Math.floor(0.8 * steps);
  const root = (course: DriftCourse) => course.squares.map(Math.sqrt);
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)));
  return {
    meanSquare: mean(courses.map(({ squares }) => mean(squares))),
    largest: Math.max(...courses.map(({ squares }) => mean(squares))),
    late: mean(courses.map((course) => mean(root(course).slice(late)))),
    lateSpread: mean(courses.map((course) => spread(root(course).slice(late)))),
    rises: courses.reduce(
      (sum, { energies }) => sum + energies.filter((e, k) => e > energies[k - 1]).length,
      0,
    ),
    energyEnd: mean(courses.map(({ energies }) => energies[energies.length - 1])),
    uncertified: courses.reduce((sum, { uncertified }) => sum + uncertified, 0),
    meanError: Math.max(...courses.map(({ ownMeanError }) => ownMeanError)),
    covarianceError: Math.max(...courses.map(({ ownCovarianceError }) => ownCovarianceError)),
    secondsPerStep: mean(courses.map(({ seconds }) => seconds)) / steps,
    curve: Array.from(
      { length: steps },
      (_, k) => [(k + 1) * tau, mean(courses.map((c) => root(c)[k]))] as const,
    ),
    band: Array.from({ length: steps }, (_, k) => {
      const values = courses.map((course) => root(course)[k]);
      return [(k + 1) * tau, Math.min(...values), Math.max(...values)] as const;
    }),
  };
}

function summarise(
  options: DriftTimeOptions,
  methods: readonly Method[],
  courses: readonly (readonly DriftCourse[])[],
): Findings {
  const { law, tau, steps, seeds, particles, network } = options;
  const digests = courses.map((own) => digest(options, own));
  const metrics: Record<string, number> = {};
  for (const [m, { id }] of methods.entries()) {
    const { curve: _curve, band: _band, ...numbers } = digests[m];
    for (const [name, value] of Object.entries(numbers)) metrics[`time.${id}.${name}`] = value;
  }
  const score = methods.findIndex(({ id }) => id === "score");
  metrics["time.exact.overScore"] = digests[0].meanSquare / digests[score].meanSquare;
  const crossing = crossingTime(digests[0].curve, digests[score].curve);
  metrics["time.exact.crossing"] = crossing ?? Number.NaN;
  const lastEnergy = law.system.freeEnergy(law.system.flow(law.initial, steps * tau));
  const exactEnergy = Array.from(
    { length: steps + 1 },
    (_, k) => [k * tau, law.system.freeEnergy(law.system.flow(law.initial, k * tau))] as const,
  );
  const energySeries: Series[] = methods.map(({ name, colour }, m) => ({
    name,
    colour,
    points: courses[m][0].times.map((t, k) => [t, courses[m][0].energies[k]] as const),
  }));
  const width = `${network.hidden.length}×${network.hidden[0]}`;
  return {
    metrics,
    sections: [
      {
        title: "JKO and score matching in time",
        explanation:
          `One tanh network, ${width}, with ${network.iterations} iterations of Adam a step, on ${particles} particles; ${seeds} ` +
          `${seeds === 1 ? "sample" : "samples"}. Score matching makes the explicit step u = −ε(ṽ + T s) with the score s that the same ` +
          "network learns in the same number of iterations. Before the first step both are fitted to the score of the initial density.",
        notes: [
          crossing === undefined
            ? "At the end score matching is the more accurate one."
            : `JKO with the exact log-determinant stays below score matching from t = ${crossing.toFixed(2)} on.`,
          "An energy below that of the equation is a sign that the network has fitted the sample: the particles' log-densities then grow " +
            "more even than the density is.",
        ],
        tables: [
          {
            title: "Errors of the drift",
            explanation:
              "Late is the last fifth of the time; its spread is the standard deviation over these steps. Moments at the end are held " +
              "against the moment equations from the particles' own first moments; the worst sample counts.",
            rowHeading: "Method",
            columns: [
              { label: "mean square", group: "error of the drift" },
              { label: "worst sample", group: "error of the drift" },
              { label: "late RMS", group: "error of the drift" },
              { label: "late spread", group: "error of the drift" },
              { label: "mean, %", group: "moments at the end" },
              { label: "covariance, %", group: "moments at the end" },
              { label: "E − E* at the end" },
              { label: "energy rises" },
              { label: "uncertified" },
              { label: "seconds a step" },
            ],
            rows: methods.map(({ name, id }, m) => {
              const d = digests[m];
              return {
                label: name,
                role: id === "closed" ? ("reference" as const) : ("subject" as const),
                cells: [
                  d.meanSquare,
                  d.largest,
                  d.late,
                  d.lateSpread,
                  100 * d.meanError,
                  100 * d.covarianceError,
                  d.energyEnd - lastEnergy,
                  d.rises,
                  d.uncertified,
                  d.secondsPerStep,
                ],
              };
            }),
          },
        ],
        charts: [
          {
            title: "Error of the drift in time",
            explanation: "Mean over the samples, and their range.",
            x: { label: "time" },
            y: { label: "RMS error of the drift", type: "log" },
            series: methods.map(({ name, colour, id }, m) => ({
              name,
              colour,
              points: digests[m].curve,
              band: digests[m].band,
              dash: id === "closed" ? ("dashed" as const) : ("solid" as const),
            })),
            width: 620,
            height: 340,
          },
          {
            title: "Free energy in time",
            explanation:
              "Of the first sample, by the log-densities that its particles carry; the exact one is that of the equation.",
            x: { label: "time" },
            y: { label: "E(f)" },
            series: [
              ...energySeries,
              { name: "exact", colour: methodColours.identity, dash: "dashed", points: exactEnergy },
            ],
            width: 620,
            height: 340,
          },
        ],
      },
    ],
  };
}

/** The time from which on the first curve stays below the second, the first time of all where it always is; undefined where it ends above. */
function crossingTime(
  first: readonly (readonly [number, number])[],
  second: readonly (readonly [number, number])[],
): number | undefined {
  for (let k = first.length - 1; k >= 0; k--) {
    if (first[k][1] >= second[k][1]) return first[k + 1]?.[0];
  }
  return first[0]?.[0];
}
