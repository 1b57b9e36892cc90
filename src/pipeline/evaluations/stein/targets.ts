/** @file Methods in Stein's metric on targets in the plane, held against independent samples. */

import { gaussianKernel, inverseMultiquadricKernel } from "../../../domains/radialKernel.ts";
import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Matrix, Vector } from "../../../linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import type { Measure } from "../../../measures/measure.ts";
import { meanDiscrepancy, steinDiscrepancy } from "../../../metrics/kernelDiscrepancy.ts";
import { modeOccupancy } from "../../../metrics/occupancy.ts";
import { moments } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { steinTargetsReport } from "./targetsReport.ts";

/** A density to be sampled, with what is known of it. */
export interface SteinTarget {
  readonly id: string;
  readonly name: string;
  readonly measure: Measure;
  readonly mean: Vector;
  readonly covariance: Matrix;
  /** One row a part of the plane: the first one's share of the particles is compared with its probability. */
  readonly centres: Matrix;
  readonly share: number;
}

export interface SteinMethod {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly solver: Solver<unknown>;
  /** The flow on each target, by its id, and steps to make. */
  readonly flow: (target: string) => GradientFlow;
  readonly steps: number;
}

export interface SteinTargetsOptions {
  readonly targets: readonly SteinTarget[];
  readonly methods: readonly SteinMethod[];
  readonly initial: Measure;
  /** Independent samples that particles are compared with by their mean embeddings. */
  readonly samples: number;
}

/** Errors of a set of points. */
export interface PointErrors {
  /** Kernel Stein discrepancy. */
  readonly ksd: number;
  /** Maximum mean discrepancy from samples. */
  readonly mmd: number;
  /** Length of the error of the mean. */
  readonly mean: number;
  /** Relative Frobenius error of the covariance. */
  readonly covariance: number;
  /** Error of the share of the first part. */
  readonly share: number;
}

export interface SteinOutcome {
  readonly target: SteinTarget;
  readonly method: Pick<SteinMethod, "id" | "name" | "colour">;
  readonly points: ArrayLike<number>;
  readonly errors: PointErrors;
  /** Sums over all pairs of particles that were made, or evaluations of the objective, and the discrepancy after them. */
  readonly course: readonly (readonly [work: number, ksd: number])[];
  readonly time: number;
  readonly folded: number;
  /** Steps in which the energy that the particles carry rose. */
  readonly rises: number;
  readonly seconds: number;
}

const ksdKernel = inverseMultiquadricKernel({ bandwidth: 1 });
const mmdKernel = gaussianKernel({ bandwidth: 1 });

/** Each method on each target, and as many independent samples of it. */
export function steinTargetsSuite(options: SteinTargetsOptions): Evaluation {
  return {
    suite: "targets",
    async run(context) {
      const outcomes: SteinOutcome[] = [];
      const total = options.targets.length * options.methods.length;
      for (const target of options.targets) {
        outcomes.push(independent(context, options, target));
        for (const method of options.methods) {
          context.progress(`${target.name}, ${method.name}`, outcomes.length / (total + 2));
          outcomes.push(await outcomeOf(context, options, { target, method }));
        }
      }
      return {
        metrics: Object.assign({}, ...outcomes.map(metricsOf)),
        sections: steinTargetsReport(options, outcomes),
      };
    },
  };
}

function independent(
  context: EvaluationContext,
  options: SteinTargetsOptions,
  target: SteinTarget,
): SteinOutcome {
  const key = foldIn(foldIn(context.key, "independent"), target.id);
  const draws = 8;
  const sets = Array.from({ length: draws }, (_, k) =>
    target.measure.sample(foldIn(key, k), context.settings.evaluation.particles),
  );
  const all = sets.map((points) => errorsOf(context, options, { target, points }));
  const mean = (pick: (errors: PointErrors) => number) =>
    all.reduce((sum, errors) => sum + pick(errors) / draws, 0);
  return {
    target,
    method: { id: "samples", name: "independent samples", colour: "#7a828b" },
    points: sets[0],
    errors: {
      ksd: mean(({ ksd }) => ksd),
      mmd: mean(({ mmd }) => mmd),
      mean: mean((errors) => errors.mean),
      covariance: mean(({ covariance }) => covariance),
      share: mean(({ share }) => share),
    },
    course: [],
    time: 0,
    folded: 0,
    rises: 0,
    seconds: 0,
  };
}

async function outcomeOf(
  context: EvaluationContext,
  options: SteinTargetsOptions,
  { target, method }: { readonly target: SteinTarget; readonly method: SteinMethod },
): Promise<SteinOutcome> {
  const cloud = sampleCloud(
    options.initial,
    foldIn(context.key, "particles"),
    context.settings.evaluation.particles,
  );
  const flow = method.flow(target.id);
  const course: (readonly [number, number])[] = [];
  let [work, time, folded, rises] = [0, 0, 0, 0];
  let last: Cloud = cloud;
  const began = context.clock();
  const run = { steps: method.steps, key: foldIn(context.key, method.id) };
  for await (const { cloud: now, info } of rollout(method.solver, { flow, cloud }, run)) {
    context.signal.throwIfAborted();
    last = now;
    if (info === null) continue;
    work += Math.max(info.pieces, info.iterations);
    time += info.portion * flow.tau;
    folded += info.folded;
    rises += info.energyChange > 0 ? 1 : 0;
    course.push([work, ksdOf(target, now.positions)]);
  }
  const errors = errorsOf(context, options, { target, points: last.positions });
  const seconds = context.clock() - began;
  return { target, method, points: last.positions, errors, course, time, folded, rises, seconds };
}

function ksdOf({ measure }: SteinTarget, positions: ArrayLike<number>): number {
  const points = Float64Array.from(positions);
  return steinDiscrepancy(points, measure.score(points), { kernel: ksdKernel, dimension: measure.dimension });
}

function errorsOf(
  context: EvaluationContext,
  options: SteinTargetsOptions,
  { target, points }: { readonly target: SteinTarget; readonly points: ArrayLike<number> },
): PointErrors {
  const d = target.measure.dimension;
  const truth = target.measure.sample(foldIn(context.key, "truth"), options.samples);
  const found = moments(points, d);
  const exact = target.covariance.flat();
  const off = found.covariance.flat().map((value, k) => value - exact[k]);
  return {
    ksd: ksdOf(target, points),
    mmd: meanDiscrepancy(points, truth, { kernel: mmdKernel, dimension: d }),
    mean: Math.hypot(...found.mean.map((value, a) => value - target.mean[a])),
    covariance: Math.hypot(...off) / Math.hypot(...exact),
    share: Math.abs(modeOccupancy(points, target.centres)[0] - target.share),
  };
}

function metricsOf(outcome: SteinOutcome): Record<string, number> {
  const { target, method, errors, time, folded, rises } = outcome;
  const prefix = `targets.${target.id}.${method.id}`;
  const own: Record<string, number> = {};
  for (const [name, value] of Object.entries(errors)) own[`${prefix}.${name}`] = value;
  if (method.id === "samples") return own;
  return { ...own, [`${prefix}.time`]: time, [`${prefix}.folded`]: folded, [`${prefix}.rises`]: rises };
}
