/** @file Several solvers of the Landau equation from one sample, followed in time. */

import { check } from "../../../check/check.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { relativeGridError } from "../../../metrics/kernelGrid.ts";
import { foldIn } from "../../../random/key.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { followLandau, type LandauCourse, type LandauRun } from "./course.ts";
import { courseMetrics } from "./courseMetrics.ts";
import { cloudDensity, type DensityWindow, measureDensity, sampleFloor } from "./densities.ts";
import type { LandauLaw } from "./law.ts";
import type { LandauMethod } from "./methods.ts";
import { overTimeReport } from "./overTimeReport.ts";

export interface LandauTimeOptions {
  readonly suite: string;
  readonly title: string;
  readonly law: LandauLaw;
  readonly tau: number;
  readonly steps: number;
  readonly particles: number;
  readonly methods: readonly LandauMethod[];
  /** When densities are looked at, in the equation's units. */
  readonly times: readonly number[];
  readonly window: DensityWindow;
  /** What is particular about this run, for the report. */
  readonly notes?: readonly string[];
}

/** One method's course, and its smoothed densities at the times. */
export interface NamedLandauCourse {
  readonly method: LandauMethod;
  readonly course: LandauCourse;
  readonly densities: readonly {
    readonly time: number;
    readonly values: Float64Array;
    /** Relative L² distance from the solution. */
    readonly error: number | undefined;
    /** The same from the blob method's particles, smoothed alike. */
    readonly gap: number | undefined;
  }[];
}

/** What independent samples of the solution are wrong by at the times; empty where it is not known. */
export type DensityFloors = readonly { readonly time: number; readonly error: number }[];

/**
 * Entropy, energy, momentum and, where the solution is known, errors of the densities that particles carry, of their smoothed densities and of
 * scores. Where it is not known, `blob` among the methods is what smoothed densities are compared with.
 */
export function landauTimeSuite(options: LandauTimeOptions): Evaluation {
  const { law, tau, steps } = options;
  const last = law.from + steps * tau;
  for (const time of options.times)
    check(
      time > law.from - 0.5 * tau && time < last + 0.5 * tau,
      () => `landauTimeSuite: times must be from ${law.from} to ${last}, where the run is, got ${time}`,
    );
  return {
    suite: options.suite,
    async run(context) {
      const key = foldIn(context.key, options.suite);
      const courses: NamedLandauCourse[] = [];
      for (const method of options.methods) courses.push(await courseOf(context, options, { method, key }));
      const compared = courses.map((own) => ({
        ...own,
        densities: densitiesOf(options, own.course, courses),
      }));
      const { exact } = options.law;
      const floors: DensityFloors =
        exact === undefined
          ? []
          : snapshotTimes(options).map((time, k) => ({
              time,
              error: sampleFloor(exact.at(time), options.window, {
                key: foldIn(foldIn(key, "floor"), k),
                count: options.particles,
                draws: 8,
              }),
            }));
      return {
        metrics: courseMetrics(options, compared, floors),
        sections: overTimeReport(options, compared, floors),
      };
    },
  };
}

/** The times, each at the step that is next to it. */
function snapshotTimes({ law, tau, times }: LandauTimeOptions): readonly number[] {
  return stepsAt({ law, tau, times }).map((step) => law.from + step * tau);
}

function stepsAt({ law, tau, times }: Pick<LandauTimeOptions, "law" | "tau" | "times">): readonly number[] {
  return times.map((time) => Math.round((time - law.from) / tau));
}

async function courseOf(
  context: EvaluationContext,
  options: LandauTimeOptions,
  { method, key }: { readonly method: LandauMethod; readonly key: EvaluationContext["key"] },
): Promise<NamedLandauCourse> {
  const { law, tau, steps, particles } = options;
  const run: LandauRun = {
    law,
    flow: law.flowAt({ tau, logDeterminant: method.logDeterminant }),
    cloud: sampleCloud(law.initial, foldIn(key, "particles"), particles),
    steps,
    snapshots: [...stepsAt(options)],
    key: foldIn(key, "network"),
  };
  const course = await followLandau(context, method.solver(context.engine, particles), run);
  return { method, course, densities: [] };
}

/** Smoothed densities at the times, with what they are away from the solution and from the blob method's, as far as there are any. */
function densitiesOf(
  { law, window }: LandauTimeOptions,
  course: LandauCourse,
  courses: readonly NamedLandauCourse[],
): NamedLandauCourse["densities"] {
  const blob = courses.find(({ method }) => method.id === "blob");
  return course.snapshots.map(({ time, cloud }, k) => {
    const values = cloudDensity(cloud, window);
    const rival = blob?.course.snapshots[k].cloud;
    return {
      time,
      values,
      error: law.exact && relativeGridError(values, measureDensity(law.exact.at(time), window)),
      gap: rival && relativeGridError(values, cloudDensity(rival, window)),
    };
  });
}
