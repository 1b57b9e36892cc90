/** @file Two streams with collisions: the same start by JKO steps, by exact collisions at random, and without any. */

import { perStepSolver } from "../../../jko/perStep.ts";
import type { PerStepOptions } from "../../../jko/perStepSettings.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { foldIn } from "../../../random/key.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import { fieldNoise } from "../../../systems/kinetic/fieldNoise.ts";
import { kickSolver } from "../../../systems/kinetic/langevin.ts";
import { type TwoStreamOptions, twoStream } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { Evaluation } from "../../definition.ts";
import { conduct } from "../conduct.ts";
import { coast, followPlasma, type PlasmaCourse } from "./course.ts";
import type { PlasmaMoment } from "./moment.ts";
import { acrossLaw, type NamedCourse } from "./streamCharts.ts";
import { streamsSection } from "./streamsSection.ts";
import { coreDensity } from "./vortex.ts";

export interface StreamOptions {
  /** The name of the suite, and of its metrics. */
  readonly suite: string;
  readonly title: string;
  readonly flow: PlasmaFlow;
  readonly streams: TwoStreamOptions;
  readonly steps: number;
  /** Times of the pictures of phase space, the first of them 0. */
  readonly pictures: readonly number[];
  /** Networks that are trained in every step, the one to judge first. */
  readonly networks: readonly {
    readonly name: string;
    readonly label: string;
    readonly options: PerStepOptions;
  }[];
}

/** Rolls all ways out from one sample, and measures fields, energies and vortices. */
export function streamSuite(options: StreamOptions): Evaluation {
  const { suite, flow, streams, steps, networks } = options;
  const snapshots = options.pictures.map((time) => Math.min(steps, Math.round(time / flow.tau)));
  return {
    suite,
    async run(context) {
      const particles = context.settings.evaluation.particles;
      const cloud = sampleCloud(twoStream(streams), foldIn(context.key, "particles"), particles);
      const voyage = { flow, cloud, steps, snapshots };
      const courses: NamedCourse[] = [];
      const metrics: Record<string, number> = {};
      for (const [index, { name, label, options: own }] of networks.entries()) {
        const part = { ...context, progress: shared(context.progress, index, networks.length) };
        const solver = perStepSolver(context.engine, own);
        const course = await followPlasma(part, solver, { ...voyage, key: foldIn(context.key, name) });
        const tally = conduct();
        course.infos.forEach(tally.record);
        courses.push({ name, label, kind: "jko", course, conduct: tally.table() });
        Object.assign(metrics, tally.metrics(`${suite}.${name}`), jkoMetrics(`${suite}.${name}`, course));
      }
      const random = await followPlasma(context, kickSolver(), {
        ...voyage,
        key: foldIn(context.key, "kicks"),
      });
      courses.push({ name: "random", label: "exact collisions, at random", kind: "random", course: random });
      const still = coast(context, voyage);
      courses.push({ name: "none", label: "no collisions", kind: "none", course: still });
      for (const { name, course } of courses)
        Object.assign(metrics, courseMetrics(`${suite}.${name}`, flow, course));
      for (const { name, kind, course } of courses) {
        if (kind !== "jko") continue;
        const [own, exact] = [course, random].map(({ moments }) =>
          moments.map(({ field }) => Math.sqrt(field)),
        );
        metrics[`${suite}.${name}.fieldError`] = relativeDistance(own, exact);
        const [last, exactly] = [course, random].map(({ moments }) => moments.at(-1) as PlasmaMoment);
        metrics[`${suite}.${name}.kineticError`] = Math.abs(last.kinetic - exactly.kinetic);
        if (streams.transverse.length > 0)
          metrics[`${suite}.${name}.acrossError`] = Math.max(
            ...course.moments.map(({ time, across }) => Math.abs(across - acrossLaw(flow, course, time))),
          );
      }
      const { temperature } = collisionConstants("streamSuite", flow);
      const noise = fieldNoise(flow.conservative, { particles, temperature });
      metrics[`${suite}.noise.independent`] = noise.independent;
      metrics[`${suite}.noise.thermal`] = noise.thermal;
      return { metrics, sections: [streamsSection({ ...options, particles, courses, noise })] };
    },
  };
}

/** What is reported of every course. */
function courseMetrics(prefix: string, flow: PlasmaFlow, course: PlasmaCourse): Record<string, number> {
  const { moments, snapshots } = course;
  const half = moments.slice(Math.round(5 / flow.tau));
  const peak = (half.length > 0 ? half : moments).reduce((best, moment) =>
    moment.field > best.field ? moment : best,
  );
  const before = moments.filter(({ time }) => time < peak.time);
  const last = moments.at(-1) as PlasmaMoment;
  const at5 = moments.find(({ time }) => time >= 5 - flow.tau / 2) ?? last;
  const end = snapshots.at(-1);
  return {
    // The deepest point between the start and the peak.
    [`${prefix}.fall`]: Math.min(1, ...before.map(({ field }) => field / moments[0].field)),
    [`${prefix}.peak`]: peak.field,
    [`${prefix}.peakTime`]: peak.time,
    [`${prefix}.field5`]: at5.field,
    [`${prefix}.field`]: last.field,
    [`${prefix}.kinetic`]: last.kinetic,
    [`${prefix}.momentum`]: last.momentum,
    [`${prefix}.core`]: end === undefined ? Number.NaN : coreDensity(flow.conservative.cells, end),
    [`${prefix}.drift`]: course.drift,
    [`${prefix}.seconds`]: course.seconds,
  };
}

function jkoMetrics(prefix: string, { moments, heat, expectedHeat }: PlasmaCourse): Record<string, number> {
  const rises = moments.slice(1).map(({ free }, k) => free - moments[k].free);
  return {
    [`${prefix}.freeStart`]: moments[0].free,
    [`${prefix}.free`]: (moments.at(-1) as PlasmaMoment).free,
    [`${prefix}.freeRises`]: rises.filter((rise) => rise > 0).length,
    [`${prefix}.largestRise`]: Math.max(0, ...rises),
    [`${prefix}.heat`]: heat,
    [`${prefix}.heatError`]: Math.abs(heat - expectedHeat),
  };
}

/** `√Σ(a − b)² / √Σb²`. */
function relativeDistance(a: readonly number[], b: readonly number[]): number {
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(a.map((value, i) => value - b[i])) / squares(b));
}

function shared(
  progress: (message: string, fraction?: number) => void,
  index: number,
  count: number,
): (message: string, fraction?: number) => void {
  return (message, fraction = 0) => progress(message, (index + fraction) / count);
}
