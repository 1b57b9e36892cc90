/** @file Relaxation to a Gibbs measure: free energy in time and distance at the end, against finite volumes. */

import { type SeparablePotential, separablePotential } from "../../domains/potentialFunction.ts";
import { rotatedProductChain } from "../../jko/quantileProduct.ts";
import { identity } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { gibbs } from "../../measures/gibbs.ts";
import type { Measure } from "../../measures/measure.ts";
import { gaussianMixture } from "../../measures/mixture.ts";
import { latinHypercube, rotatedProduct } from "../../measures/rotatedProduct.ts";
import { klFromLogDensities } from "../../metrics/divergence.ts";
import { fieldEvaluator } from "../../operator/evaluator.ts";
import { initialOperatorState, stepClouds } from "../../operator/solver.ts";
import { uniforms } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { methodColours } from "../../report/colours.ts";
import { type FiniteVolumes, finiteVolumes } from "../../systems/fokkerPlanck/finiteVolumes.ts";
import type { Evaluation, EvaluationContext, Findings } from "../definition.ts";
import { type Conduct, conduct } from "./conduct.ts";
import { medianAndMax } from "./law.ts";
import { type Transfer, transferRate } from "./transferRate.ts";

export interface EquilibriumOptions {
  readonly potential: SeparablePotential;
  readonly diffusion: number;
  readonly densities: number;
  readonly steps: number;
  /** Half-width of the box of the finite volumes, and cells along each side. */
  readonly box: { readonly reach: number; readonly cells: number };
}

/** Times between which the rate of transfer over a barrier is measured: after the wells have settled, before all is even. */
const transferWindow = [2, 10] as const;

/** Free energies of one density in time, and its relative entropy at the end. */
interface Course {
  readonly operator: readonly number[];
  readonly exact: readonly number[];
  readonly equation: readonly number[];
  readonly klOperator: number;
  readonly klExact: number;
  /** The largest difference, over the axes, between operator and exact chain in the mass right of the barrier at 0. */
  readonly massError: number;
  /** Imbalances of every axis between the two sides of the barrier at 0; none where the roll-out is shorter than the window. */
  readonly transfers: Readonly<Record<"operator" | "exact" | "equation", readonly Transfer[]>>;
}

/** A start between and in the wells: two bumps, means in [−1.2, 1.2], deviations in [0.3, 0.5]. */
function factor(key: Key) {
  const [w, m1, m2, s1, s2] = uniforms(key, 5);
  return gaussianMixture({
    weights: [0.15 + 0.7 * w, 0.85 - 0.7 * w],
    means: [[2.4 * m1 - 1.2], [2.4 * m2 - 1.2]],
    deviations: [0.3 + 0.2 * s1, 0.3 + 0.2 * s2],
  });
}

/**
 * Rolls held-out products of bimodal densities out until they have relaxed. The equation is solved by finite
 * volumes; the exact JKO chain, by Newton's method on quantiles along each axis, separates the operator's
 * error from the time step's.
 */
export function equilibriumSuite(options: EquilibriumOptions): Evaluation {
  return {
    suite: "equilibrium",
    async run(context) {
      const references = referencesOf(options);
      const tally = conduct();
      const courses: Course[] = [];
      for (let i = 0; i < options.densities; i++) {
        context.signal.throwIfAborted();
        courses.push(
          await followCourse(context, references, {
            key: foldIn(foldIn(context.key, "equilibrium"), i),
            tally,
          }),
        );
        context.progress(`density ${i + 1} of ${options.densities}`, (i + 1) / options.densities);
      }
      return summarise(context, references, { courses, tally });
    },
  };
}

/** What all densities are held against. */
interface References extends EquilibriumOptions {
  /** One an axis: products stay products under a separable potential. */
  readonly volumes: readonly FiniteVolumes[];
  readonly stationary: Measure;
  /** `F_∞ = −D log Z`. */
  readonly leastFreeEnergy: number;
}

function referencesOf(options: EquilibriumOptions): References {
  const { potential, diffusion, box } = options;
  const { axes } = potential;
  const factors = axes.map((axis) =>
    gibbs({ potential: axis, diffusion, interval: [-box.reach, box.reach] }),
  );
  const stationary = rotatedProduct({ factors, rotation: identity(axes.length) });
  const origin = new Float64Array(axes.length);
  return {
    ...options,
    volumes: axes.map((axis) =>
      finiteVolumes({
        potential: separablePotential([axis]),
        diffusion,
        box: [{ low: -box.reach, high: box.reach, cells: box.cells }],
      }),
    ),
    stationary,
    leastFreeEnergy: diffusion * stationary.logDensity(origin)[0] + potential.value(origin),
  };
}

async function followCourse(
  context: EvaluationContext,
  references: References,
  { key, tally }: { readonly key: Key; readonly tally: Conduct },
): Promise<Course> {
  const { model, engine, settings } = context;
  if (model === undefined) throw new Error("the equilibrium suite needs a trained operator");
  const { potential, diffusion, steps, volumes, stationary } = references;
  const d = potential.axes.length;
  const { tau } = model.flow;
  const factors = potential.axes.map((_, a) => factor(foldIn(foldIn(key, "factor"), a)));
  const rho = rotatedProduct({ factors, rotation: identity(d) });
  const chain = rotatedProductChain({
    measure: rho,
    potentialPerAxis: potential.axes,
    diffusion,
    tau,
    steps,
    intervals: 1024,
  });
  const times = Array.from({ length: steps + 1 }, (_, k) => k * tau);
  const solutions = volumes.map((line, a) =>
    line.evolve(line.project(factors[a]), { times, maxTimeStep: tau / 4 }),
  );

  const positions = latinHypercube(rho, foldIn(key, "particles"), settings.evaluation.particles);
  const count = settings.evaluation.particles;
  const cloud: Cloud = { dimension: d, count, positions, logDensity: rho.logDensity(positions) };
  const operator = {
    flow: model.flow,
    evaluate: fieldEvaluator(engine, model),
    context: settings.evaluation.context,
  };
  let item = { cloud, state: initialOperatorState(cloud, foldIn(key, "context")) };
  // The first value is exact; later ones add paired differences, in which most sampling noise cancels.
  const curve = [chain.energies[0]];
  const window = transferWindow.map((time) => Math.round(time / tau));
  const clouds: Cloud[] = [cloud];
  for (let k = 1; k <= steps; k++) {
    const [next] = await stepClouds(operator, [item]);
    curve.push(curve[k - 1] + next.info.energyChange);
    tally.record(next);
    item = next;
    if (window.includes(k)) clouds[window.indexOf(k)] = next.cloud;
  }
  const end = chain.at(Float64Array.from(cloud.positions), steps);
  const long = steps >= window[1];
  const exactClouds = long ? window.map((k) => chain.at(Float64Array.from(cloud.positions), k)) : [];
  const imbalances = (mass: (w: number, axis: number) => number): Transfer[] =>
    long ? potential.axes.map((_, a) => ({ start: mass(0, a) - 0.5, end: mass(1, a) - 0.5 })) : [];
  const kl = (points: Float64Array, logDensity: ArrayLike<number>) =>
    klFromLogDensities(logDensity, stationary.logDensity(points)).mean;
  return {
    operator: curve,
    exact: Array.from(chain.energies),
    equation: times.map((_, k) => solutions.reduce((sum, { frames }) => sum + frames[k].freeEnergy, 0)),
    klOperator: kl(Float64Array.from(item.cloud.positions), item.cloud.logDensity),
    klExact: kl(end.positions, end.logDensity),
    massError: Math.max(
      ...potential.axes.map((_, a) =>
        Math.abs(massRight(item.cloud.positions, d, a) - massRight(end.positions, d, a)),
      ),
    ),
    transfers: {
      operator: imbalances((w, a) => massRight(clouds[w].positions, d, a)),
      exact: imbalances((w, a) => massRight(exactClouds[w].positions, d, a)),
      equation: imbalances((w, a) => cellsRight(volumes[a], solutions[a].frames[window[w]].density)),
    },
  };
}

/** The part of the particles with a positive coordinate `a`. */
function massRight(positions: ArrayLike<number>, d: number, a: number): number {
  let right = 0;
  for (let i = a; i < positions.length; i += d) if (positions[i] > 0) right++;
  return (right * d) / positions.length;
}

/** The mass of a line to the right of 0. */
function cellsRight({ centers, cellVolume }: FiniteVolumes, density: Float64Array): number {
  return cellVolume * density.reduce((sum, value, i) => sum + (centers[i] > 0 ? value : 0), 0);
}

/** Rates of transfer of all densities together; undefined where roll-outs are too short for one. */
function ratesOf(courses: readonly Course[]) {
  const all = (method: keyof Course["transfers"]) => courses.flatMap(({ transfers }) => transfers[method]);
  if (all("equation").length === 0) return undefined;
  const signs = all("equation").map(({ start }) => Math.sign(start));
  const duration = transferWindow[1] - transferWindow[0];
  const rate = (method: keyof Course["transfers"]) => transferRate(all(method), { duration, signs });
  return { operator: rate("operator"), exact: rate("exact"), equation: rate("equation") };
}

function summarise(
  context: EvaluationContext,
  references: References,
  { courses, tally }: { readonly courses: readonly Course[]; readonly tally: Conduct },
): Findings {
  const { tau } = context.problem.flow;
  const { leastFreeEnergy: limit, diffusion } = references;
  const deviation = (pick: (course: Course) => readonly number[]) =>
    courses.map((course) => {
      const scale = course.equation[0] - limit;
      return Math.max(...course.equation.map((value, k) => Math.abs(pick(course)[k] - value) / scale));
    });
  const rows = {
    freeEnergyError: medianAndMax(deviation((course) => course.operator)),
    freeEnergyTimeError: medianAndMax(deviation((course) => course.exact)),
    kl: medianAndMax(courses.map((course) => course.klOperator)),
    klExact: medianAndMax(courses.map((course) => course.klExact)),
    klExcess: medianAndMax(courses.map((course) => course.klOperator - course.klExact)),
    gap: medianAndMax(courses.map((course) => diffusion * course.klOperator)),
    gapExcess: medianAndMax(courses.map((course) => diffusion * (course.klOperator - course.klExact))),
    massError: medianAndMax(courses.map((course) => course.massError)),
  };
  const labels: Record<keyof typeof rows, string> = {
    freeEnergyError: "operator: largest |F − F_equation| / (F_0 − F_∞)",
    freeEnergyTimeError: "exact JKO chain: the same, the error of the time step alone",
    kl: "operator: KL to the steady state at the end",
    klExact: "exact JKO chain: KL to the steady state at the end",
    klExcess: "operator beyond the exact JKO chain",
    gap: "operator: F − F∞ at the end",
    gapExcess: "operator: F at the end beyond the exact JKO chain's",
    massError: "mass right of a barrier at the end, operator against the exact JKO chain",
  };
  const rates = ratesOf(courses);
  const shown = courses[0];
  const series = (values: readonly number[]) => values.map((value, k) => [k * tau, value - limit] as const);
  return {
    metrics: {
      ...tally.metrics("equilibrium"),
      ...(rates === undefined
        ? {}
        : {
            "equilibrium.rateError": 100 * Math.abs(rates.operator / rates.equation - 1),
            "equilibrium.rateTimeError": 100 * Math.abs(rates.exact / rates.equation - 1),
          }),
      ...Object.fromEntries(
        Object.entries(rows).flatMap(([name, summary]) =>
          summary === null
            ? []
            : [
                [`equilibrium.${name}.median`, summary.median] as const,
                [`equilibrium.${name}.max`, summary.max] as const,
              ],
        ),
      ),
    },
    sections: [
      {
        title: "Relaxation to the steady state",
        explanation:
          `${courses.length} held-out products of bimodal densities, ${references.steps} steps, against finite volumes for the ` +
          "equation and the exact JKO chain of the same time step.",
        tables: [
          {
            title: "Free energy and distance to the steady state",
            columns: [{ label: "median" }, { label: "largest" }],
            rows: Object.entries(rows).map(([name, summary]) => ({
              label: labels[name as keyof typeof rows],
              cells: [summary?.median ?? null, summary?.max ?? null],
            })),
          },
          ...(rates === undefined
            ? []
            : [
                {
                  title: `Rate at which mass crosses the barrier at 0, between t = ${transferWindow.join(" and ")}`,
                  columns: [{ label: "1/time" }],
                  rows: [
                    { label: "operator", role: "subject" as const, cells: [rates.operator] },
                    { label: "exact JKO chain", role: "reference" as const, cells: [rates.exact] },
                    { label: "finite volumes", role: "reference" as const, cells: [rates.equation] },
                  ],
                },
              ]),
          tally.table(),
        ],
        charts: [
          {
            title: "Free energy above its minimum, first density",
            x: { label: "time" },
            y: { label: "F − F∞", type: "log" },
            series: [
              { name: "operator", points: series(shown.operator), colour: methodColours.operator },
              { name: "exact JKO", points: series(shown.exact), colour: methodColours.exact, dash: "dashed" },
              {
                name: "finite volumes",
                points: series(shown.equation),
                colour: methodColours.euler,
                dash: "dotted",
              },
            ],
          },
        ],
      },
    ],
  };
}
