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
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { conduct } from "../conduct.ts";
import { coast, followPlasma, type Voyage } from "./course.ts";
import type { NamedCourse } from "./streamCharts.ts";
import { courseMetrics, fieldDistance, jkoMetrics } from "./streamMetrics.ts";
import { streamsSection } from "./streamsSection.ts";

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
  const { suite, flow, streams, steps } = options;
  const snapshots = options.pictures.map((time) => Math.min(steps, Math.round(time / flow.tau)));
  return {
    suite,
    async run(context) {
      const { particles } = context.settings.evaluation;
      const cloud = sampleCloud(twoStream(streams), foldIn(context.key, "particles"), particles);
      const voyage = { flow, cloud, steps, snapshots };
      const { courses, metrics } = await networkCourses(context, options, voyage);
      const atRandom = (name: string) =>
        followPlasma(context, kickSolver(), { ...voyage, key: foldIn(context.key, name) });
      const exact = await atRandom("kicks");
      // What chance alone makes of the distance that is measured of the other courses.
      const again = await atRandom("other kicks");
      metrics[`${suite}.random.fieldError`] = fieldDistance(again, exact);
      for (const { name, course } of courses)
        Object.assign(metrics, jkoMetrics(`${suite}.${name}`, flow, { course, exact }));
      courses.push(
        { name: "random", label: "exact collisions, at random", kind: "random", course: exact },
        { name: "none", label: "no collisions", kind: "none", course: coast(context, voyage) },
      );
      for (const { name, course } of courses)
        Object.assign(metrics, courseMetrics(`${suite}.${name}`, flow, course));
      const { temperature } = collisionConstants("streamSuite", flow);
      const noise = fieldNoise(flow.conservative, { particles, temperature });
      metrics[`${suite}.noise.independent`] = noise.independent;
      metrics[`${suite}.noise.thermal`] = noise.thermal;
      return { metrics, sections: [streamsSection({ ...options, particles, courses, again, noise })] };
    },
  };
}

async function networkCourses(context: EvaluationContext, options: StreamOptions, voyage: Voyage) {
  const { suite, networks } = options;
  const courses: NamedCourse[] = [];
  const metrics: Record<string, number> = {};
  for (const [index, { name, label, options: own }] of networks.entries()) {
    const progress: EvaluationContext["progress"] = (message, fraction = 0) =>
      context.progress(message, (index + fraction) / networks.length);
    const solver = perStepSolver(context.engine, own);
    const key = foldIn(context.key, name);
    const course = await followPlasma({ ...context, progress }, solver, { ...voyage, key });
    const tally = conduct();
    course.infos.forEach(tally.record);
    courses.push({ name, label, kind: "jko", course, conduct: tally.table() });
    Object.assign(metrics, tally.metrics(`${suite}.${name}`));
  }
  return { courses, metrics };
}
