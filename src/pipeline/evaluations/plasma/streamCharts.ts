/** @file Charts of two streams in time: field energy, free energy, temperature across the beams. */

import { methodColours } from "../../../report/colours.ts";
import type { LineChartSpec, Series } from "../../../report/lineChart.ts";
import type { TableSpec } from "../../../report/tables.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import type { FieldNoise } from "../../../systems/kinetic/fieldNoise.ts";
import type { TwoStreamOptions } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { PlasmaCourse } from "./course.ts";
import { linearGrowth } from "./growth.ts";
import type { PlasmaMoment } from "./moment.ts";

type Chart = LineChartSpec & { readonly explanation: string };

/** `jko` steps are made by a network, `random` ones by exact collisions of random particles, `none` has no collisions. */
export interface NamedCourse {
  readonly name: string;
  readonly label: string;
  readonly kind: "jko" | "random" | "none";
  readonly course: PlasmaCourse;
  readonly conduct?: TableSpec;
}

/** What the charts show. */
export interface StreamCourses {
  readonly flow: PlasmaFlow;
  readonly streams: TwoStreamOptions;
  readonly courses: readonly NamedCourse[];
  readonly noise: FieldNoise;
}

/** One colour a way, the same in every figure. */
function lookOf(index: number, { kind }: NamedCourse): Pick<Series, "colour" | "dash"> {
  if (kind === "random") return { colour: methodColours.exact, dash: "dashed" };
  if (kind === "none") return { colour: methodColours.identity, dash: "dotted" };
  return { colour: [methodColours.perStep, methodColours.euler][index % 2] };
}

export function fieldChart({ flow, streams, courses, noise }: StreamCourses): Chart {
  const { strength } = collisionConstants("fieldChart", flow);
  const series = courses.map(
    (own, index): Series => ({
      name: own.label,
      points: own.course.moments.map(({ time, field }) => [time, field] as const),
      ...lookOf(index, own),
    }),
  );
  return {
    title: `Field energy, ε = ${strength}`,
    explanation:
      "The straight line grows as linear theory without collisions does. Below the upper noise level a field is that of as many independent " +
      "particles; the lower one is that of particles that screen each other.",
    x: { label: "time" },
    y: { label: "½∫E² dx", type: "log" },
    series: [...series, ...growthLine(flow, streams, courses)],
    references: [
      { axis: "y", value: noise.independent, label: "noise, independent particles", at: "right" },
      { axis: "y", value: noise.thermal, label: "noise in equilibrium", at: "right" },
    ],
    width: 760,
    height: 400,
  };
}

/** `e^{2γt}` through the field at a third of the way to the peak; none where the wave does not grow. */
function growthLine(
  flow: PlasmaFlow,
  streams: TwoStreamOptions,
  courses: readonly NamedCourse[],
): readonly Series[] {
  const moments = courses.find(({ kind }) => kind === "none")?.course.moments ?? [];
  const rate = linearGrowth(flow, streams);
  const peak = moments.reduce<PlasmaMoment | undefined>(
    (best, moment) => (best === undefined || moment.field > best.field ? moment : best),
    undefined,
  );
  if (peak === undefined || rate <= 0 || peak.field < 10 * moments[0].field) return [];
  const end = moments.find(({ field }) => field > 0.3 * peak.field) ?? peak;
  const at = (t: number) => [t, 2.5 * end.field * Math.exp(2 * rate * (t - end.time))] as const;
  const begin = Math.max(0, end.time - 8);
  const points = [begin, end.time].map(at);
  return [{ name: "linear growth", points, colour: methodColours.floor, place: "above" }];
}

export function freeEnergyChart({ flow, courses }: StreamCourses): Chart {
  const { strength, temperature, velocities } = collisionConstants("freeEnergyChart", flow);
  const { length } = flow.conservative.cells;
  const rest =
    -temperature * (Math.log(length) + 0.5 * velocities.count * Math.log(2 * Math.PI * temperature));
  return {
    title: `Free energy, ε = ${strength}`,
    explanation:
      "With the densities that particles carry. It may not rise, and it may not fall below that of the equilibrium.",
    x: { label: "time" },
    y: { label: "free energy a unit of mass" },
    series: courses.flatMap((own, index) =>
      own.kind === "jko"
        ? [
            {
              name: own.label,
              points: own.course.moments.map(({ time, free }) => [time, free] as const),
              ...lookOf(index, own),
            },
          ]
        : [],
    ),
    references: [{ axis: "y", value: rest, label: "equilibrium" }],
  };
}

export function acrossChart({ flow, courses }: StreamCourses): Chart {
  const { strength } = collisionConstants("acrossChart", flow);
  const [{ course }] = courses;
  return {
    title: `Temperature across the beams, ε = ${strength}`,
    explanation:
      "No field acts on these velocities: their variance relaxes as T + (s² − T)e^(−2εt), whatever happens along the beams.",
    x: { label: "time" },
    y: { label: "E v_a² in the mean over a > 1" },
    series: [
      ...courses.map((own, index) => ({
        name: own.label,
        points: own.course.moments.map(({ time, across }) => [time, across] as const),
        ...lookOf(index, own),
      })),
      {
        name: "equation",
        points: course.moments.map(({ time }) => [time, acrossLaw(flow, course, time)] as const),
        colour: methodColours.floor,
      },
    ],
  };
}

/** The variance across the beams by the equation, from that of the particles at first. */
export function acrossLaw(flow: PlasmaFlow, { moments }: PlasmaCourse, time: number): number {
  const { strength, temperature } = collisionConstants("acrossLaw", flow);
  return temperature + (moments[0].across - temperature) * Math.exp(-2 * strength * time);
}
