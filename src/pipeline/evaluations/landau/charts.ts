/** @file Charts of solvers of the Landau equation in time. */

import { cellCenters } from "../../../domains/grid.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec, Series } from "../../../report/lineChart.ts";
import { entropyOffset } from "./courseMetrics.ts";
import { cloudDensity, lineOf, measureDensity } from "./densities.ts";
import type { DensityFloors, LandauTimeOptions, NamedLandauCourse } from "./overTime.ts";

type Chart = LineChartSpec & { readonly explanation: string };

const size = { width: 760, height: 380 } as const;
const exactLook = { colour: methodColours.exact, dash: "dashed" } as const;

function lookOf({ method }: NamedLandauCourse): Pick<Series, "name" | "colour" | "dash"> {
  const { name, colour, dash } = method;
  return dash === undefined ? { name, colour } : { name, colour, dash };
}

/** A series a method, from the list that it has for every step; `first` is the step of the first entry. */
function stepSeries(
  courses: readonly NamedLandauCourse[],
  pick: (own: NamedLandauCourse) => readonly number[],
  first = 0,
): Series[] {
  return courses
    .filter((own) => pick(own).length > 0)
    .map((own) => ({
      ...lookOf(own),
      points: pick(own).map((value, k) => [own.course.times[k + first], value] as const),
    }));
}

export function entropyChart({ law }: LandauTimeOptions, courses: readonly NamedLandauCourse[]): Chart {
  const { exact } = law;
  return {
    title: "Entropy",
    explanation:
      "Mean of the log-densities that particles carry. The sample's own error at the beginning stays with it.",
    x: { label: "time" },
    y: { label: "∫ f log f" },
    series: [
      ...stepSeries(courses, ({ course }) => course.entropies),
      ...(exact === undefined
        ? []
        : [
            {
              name: "solution",
              points: courses[0].course.times.map((time) => [time, exact.entropy(time)] as const),
              ...exactLook,
            },
          ]),
    ],
    references: [{ axis: "y", value: -law.equilibrium.entropy, label: "equilibrium" }],
    ...size,
  };
}

/** `H − H∞` on a logarithmic axis: it falls exponentially. */
export function excessChart({ law }: LandauTimeOptions, courses: readonly NamedLandauCourse[]): Chart {
  const rest = -law.equilibrium.entropy;
  const { exact } = law;
  const { times } = courses[0].course;
  const offset = entropyOffset(law, courses[0].course);
  return {
    title: "Entropy over that of the equilibrium",
    explanation: "Of the particles, less what the initial sample is off by.",
    x: { label: "time" },
    y: { label: "H − H∞", type: "log" },
    series: [
      ...stepSeries(courses, ({ course }) => course.entropies.map((entropy) => entropy - rest - offset)),
      ...(exact === undefined
        ? []
        : [
            {
              name: "solution",
              points: times.map((t) => [t, exact.entropy(t) - rest] as const),
              ...exactLook,
            },
          ]),
    ],
    ...size,
  };
}

export function energyChart({ law, tau }: LandauTimeOptions, courses: readonly NamedLandauCourse[]): Chart {
  const { times } = courses[0].course;
  const { exact, from } = law;
  const drift = exact && runningDrift(exact, { from, tau, steps: times.length - 1 });
  return {
    title: "Gain of energy",
    explanation:
      "Explicit steps along velocities that conserve energy add τ² E|U|² to E|v|²" +
      (exact === undefined ? "." : "; so do steps with the solution's score, where E is over the solution."),
    x: { label: "time" },
    y: { label: "E|v|² − E|v(0)|²" },
    series: [
      ...stepSeries(courses, ({ course }) => course.energyGains),
      ...(drift === undefined
        ? []
        : [{ name: "predicted", points: times.map((t, k) => [t, drift[k]] as const), ...exactLook }]),
    ],
    ...size,
  };
}

/** `Σ τ² E|U|²` after every step, for the solution's score. */
function runningDrift(
  exact: NonNullable<LandauTimeOptions["law"]["exact"]>,
  { from, tau, steps }: { readonly from: number; readonly tau: number; readonly steps: number },
): number[] {
  const sums = [0];
  for (let k = 0; k < steps; k++) {
    const start = from + k * tau;
    sums.push(sums[k] + exact.energyDrift({ tau, from: start, to: start + tau }));
  }
  return sums;
}

export function carriedChart(courses: readonly NamedLandauCourse[]): Chart {
  return {
    title: "Error of the densities that particles carry",
    explanation: "√(Σ(e^ℓ − f)² / Σ f²) over the particles.",
    x: { label: "time" },
    y: { label: "relative L² error", type: "log" },
    series: stepSeries(courses, ({ course }) => course.carriedErrors.slice(1), 1),
    ...size,
  };
}

export function scoreChart(courses: readonly NamedLandauCourse[]): Chart {
  return {
    title: "Error of the score",
    explanation: "E|s + a + βv − ∇log f|² / E|∇log f|² for the best a and β, which collisions do not see.",
    x: { label: "time" },
    y: { label: "relative mean square", type: "log" },
    series: stepSeries(
      courses.filter(({ method }) => method.id !== "oracle"),
      ({ course }) => course.scoreErrors,
      1,
    ),
    ...size,
  };
}

export function densityChart(
  { law, window }: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
  floors: DensityFloors,
): readonly Chart[] {
  const shown = courses.filter(({ densities }) => densities.some(({ error }) => error > 0));
  if (shown.length === 0 || shown[0].densities.length < 2) return [];
  return [
    {
      title:
        law.exact === undefined ? "Smoothed densities: distance from blob" : "Error of smoothed densities",
      explanation: `Kernel density estimates with deviation ${window.deviation} on a grid.`,
      x: { label: "time" },
      y: { label: "relative L² error" },
      series: [
        ...shown.map((own) => ({
          ...lookOf(own),
          points: own.densities.map(({ time, error }) => [time, error] as const),
          dots: true,
        })),
        ...(floors.length === 0
          ? []
          : [
              {
                name: "independent samples",
                points: floors.map(({ time, error }) => [time, error] as const),
                dots: true,
                ...exactLook,
              },
            ]),
      ],
      ...size,
    },
  ];
}

/** Smoothed densities along the first axis, at the last of the times. */
export function lineSlice(
  options: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
): readonly Chart[] {
  const time = courses[0].course.snapshots.at(-1)?.time;
  if (time === undefined) return [];
  const line = lineOf(options.window);
  const centres = cellCenters(line.axes);
  const along = (values: Float64Array) =>
    Array.from(values, (value, k) => [centres[k * line.axes.length], value] as const);
  const { exact } = options.law;
  return [
    {
      title: `Densities along the first axis at t = ${Number(time.toPrecision(4))}`,
      explanation: `Particles smoothed with deviation ${options.window.deviation}.`,
      x: { label: "v₁" },
      y: { label: "f(v₁, 0, …)" },
      series: [
        ...courses.map((own) => ({
          ...lookOf(own),
          points: along(cloudDensity(own.course.snapshots[own.course.snapshots.length - 1].cloud, line)),
        })),
        ...(exact === undefined
          ? []
          : [{ name: "solution", points: along(measureDensity(exact.at(time), line)), ...exactLook }]),
      ],
      ...size,
    },
  ];
}
