/** @file What one site along Polchinski's flow looked like: moments, potentials, and their errors. */

import { methodColours, palette } from "../../../report/colours.ts";
import type { LineChartSpec } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import type { Findings } from "../../definition.ts";
import type { ExactMoments, ScalarCourse, ScalarPolchinskiOptions } from "./scalar.ts";

type Chart = LineChartSpec & { readonly explanation: string };

interface ScalarOutcome {
  readonly tau: number;
  readonly courses: readonly ScalarCourse[];
  readonly exact: ExactMoments;
}

export function scalarFindings(options: ScalarPolchinskiOptions, found: ScalarOutcome): Findings {
  const { times, particles, samples } = options;
  const { tau, courses, exact } = found;
  return {
    metrics: Object.assign(
      {},
      ...courses.map((course) => courseMetrics(options, course, exact)),
      ...times.map((time) => ({
        [`scalar.exact.variance.${time}`]: exact(time).second,
        [`scalar.exact.fourth.${time}`]: exact(time).fourth,
      })),
    ),
    sections: [
      {
        title: "One site, a double well",
        explanation:
          `${samples} × ${particles} particles at quantiles of σ₀, moved by JKO steps of τ = ${tau} in the metric Ċₜ⁻¹. The equation of σₜ is linear, so its moments are known ` +
          "whatever the potential; the potential itself is read off the densities that particles carry, Vₜ = log N(φ; 0, Rₜ) − log σₜ − log Z.",
        notes: [
          "No particle is held out: the sample is a set of quantiles, and a random part of it is none. Objectives are those of the particles that the networks were trained on.",
        ],
        tables: [momentTable(times, { courses, exact }), potentialTable(options, courses)],
        charts: [
          potentialChart(courses[0]),
          momentChart("Variance", "E φ²", { courses, exact, pick: "second" }),
          momentChart("Fourth moment", "E φ⁴", { courses, exact, pick: "fourth" }),
        ],
      },
    ],
  };
}

function courseMetrics(
  options: ScalarPolchinskiOptions,
  course: ScalarCourse,
  exact: ExactMoments,
): Record<string, number> {
  const { id, potentials, uncertified, seconds } = course;
  const metrics: Record<string, number> = {};
  for (const [k, time] of options.times.entries()) {
    const own = momentsAt(course, time);
    metrics[`scalar.${id}.variance.${time}`] = own.second;
    metrics[`scalar.${id}.varianceError.${time}`] = Math.abs(own.second / exact(time).second - 1);
    metrics[`scalar.${id}.fourth.${time}`] = own.fourth;
    metrics[`scalar.${id}.fourthError.${time}`] = Math.abs(own.fourth / exact(time).fourth - 1);
    metrics[`scalar.${id}.potentialError.${time}`] = potentials[k].difference / scaleOf(options);
    metrics[`scalar.${id}.potentialOfOwn.${time}`] = potentials[k].difference / potentials[k].largest;
    metrics[`scalar.${id}.residual.${time}`] = potentials[k].residual;
  }
  metrics[`scalar.${id}.uncertified`] = uncertified;
  metrics[`scalar.${id}.secondsPerStep`] = seconds / (course.times.length - 1);
  return metrics;
}

function momentsAt(course: ScalarCourse, time: number) {
  const at = course.times.reduce(
    (best, t, k) => (Math.abs(t - time) < Math.abs(course.times[best] - time) ? k : best),
    0,
  );
  return { second: course.second[at], fourth: course.fourth[at] };
}

/** Depth of the wells of `V_0`: how far it goes below its value at the origin. */
function scaleOf({ field }: ScalarPolchinskiOptions): number {
  const values = Array.from({ length: 401 }, (_, i) => field.potential.value([(i - 200) / 100]));
  return values[200] - Math.min(...values);
}

const right = { align: "right" } as const;

function momentTable(
  times: readonly number[],
  { courses, exact }: { readonly courses: readonly ScalarCourse[]; readonly exact: ExactMoments },
): TableSpec {
  const columns = times.flatMap((time) => [
    { label: "E φ²", group: `t = ${time}`, ...right },
    { label: "E φ⁴", group: `t = ${time}`, ...right },
  ]);
  const cells = (of: (time: number) => { readonly second: number; readonly fourth: number }) =>
    times.flatMap((time) => [of(time).second, of(time).fourth]);
  return {
    title: "Moments",
    explanation:
      "The affine step is right for the variance of any density, and wrong for what is not Gaussian.",
    rowHeading: "Method",
    columns,
    rows: [
      { label: "exact", role: "reference", cells: cells(exact) },
      ...courses.map((course) => ({
        label: course.name,
        role: "subject" as const,
        cells: cells((time) => momentsAt(course, time)),
      })),
    ],
  };
}

function potentialTable(options: ScalarPolchinskiOptions, courses: readonly ScalarCourse[]): TableSpec {
  const { times } = options;
  return {
    title: "The recovered potential (%)",
    explanation:
      "Largest difference from quadrature between the quantiles of 5 % and 95 %, as a part of the depth of V₀'s wells (which is what is flattened) and of the largest |Vₜ| there; and the residual of Polchinski's equation " +
      "∂ₜV = ½ĊV″ − ½ĊV′², RMS, as a part of its two terms, from polynomials of degree 8 through the recovered values.",
    rowHeading: "Method",
    columns: times.flatMap((time) => [
      { label: "of V₀", group: `t = ${time}`, ...right },
      { label: "of Vₜ", group: `t = ${time}`, ...right },
      { label: "residual", group: `t = ${time}`, ...right },
    ]),
    rows: courses.map(({ name, potentials }) => ({
      label: name,
      role: "subject" as const,
      cells: potentials.flatMap(({ difference, largest, residual }) => [
        (100 * difference) / scaleOf(options),
        (100 * difference) / largest,
        100 * residual,
      ]),
    })),
  };
}

function potentialChart({ potentials, name }: ScalarCourse): Chart {
  return {
    title: "The renormalised potential",
    explanation: `Coloured: recovered from the particles (${name}), averaged over samples and over φ and −φ. Dotted: by quadrature.`,
    x: { label: "field φ" },
    y: { label: "potential Vₜ(φ)" },
    series: potentials.flatMap(({ time, places }, k) => [
      {
        name: `t = ${time}`,
        colour: palette[k % palette.length],
        points: places.map(({ x, recovered }) => [x, recovered] as const),
      },
      {
        name: "",
        place: "above" as const,
        colour: methodColours.exact,
        dash: "dotted" as const,
        points: places.map(({ x, exact }) => [x, exact] as const),
      },
    ]),
    width: 760,
    height: 420,
  };
}

function momentChart(
  title: string,
  label: string,
  data: {
    readonly courses: readonly ScalarCourse[];
    readonly exact: ExactMoments;
    readonly pick: "second" | "fourth";
  },
): Chart {
  const { courses, exact, pick } = data;
  return {
    title,
    explanation: "Against the exact law, which holds whatever the potential.",
    x: { label: "time t" },
    y: { label },
    series: [
      ...[...courses].reverse().map((course) => ({
        name: course.name,
        colour: course.colour,
        points: course.times.map((time, k) => [time, course[pick][k]] as const),
      })),
      {
        name: "exact",
        colour: methodColours.exact,
        dash: "dotted" as const,
        points: courses[0].times.map((time) => [time, exact(time)[pick]] as const),
      },
    ],
    width: 760,
    height: 360,
  };
}
