/** @file Relaxation of a kinetic equation to its equilibrium: relative entropy in time, marginals at the end. */

import type { Engine } from "../../../engine/engine.ts";
import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import type { Measure } from "../../../measures/measure.ts";
import type { RotatedProduct } from "../../../measures/rotatedProduct.ts";
import { columns } from "../../../measures/rotatedProduct.ts";
import { type Decay, exponentialDecay } from "../../../metrics/decay.ts";
import { klWithControl } from "../../../metrics/divergence.ts";
import { type Bins, histogramDivergence, totalVariation } from "../../../metrics/histograms.ts";
import type { Estimate } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { langevinSolver } from "../../../systems/kinetic/langevin.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { breathe } from "./course.ts";
import { type KineticNetwork, kineticNetworkSolver, relaxationNetworkSolver } from "./networks.ts";
import { relaxationFindings } from "./relaxationReport.ts";

export interface RelaxationOptions {
  readonly flow: GradientFlow;
  readonly initial: Measure;
  /** `f_∞`, a product over positions and then velocities, as many of both. */
  readonly equilibrium: RotatedProduct;
  readonly steps: number;
  readonly particles: number;
  /** Trained by Adam for all its iterations, or by L-BFGS until held-out particles see no more gain. */
  readonly network:
    | (KineticNetwork & { readonly optimizer: "adam" })
    | (Pick<KineticNetwork, "hidden" | "iterations" | "harmonics"> & { readonly optimizer: "lbfgs" });
  /** Langevin dynamics of so many particles, each step in parts. */
  readonly reference: { readonly particles: number; readonly substeps: number };
  /** Where positions and velocities are counted, and in how many bins of a marginal. */
  readonly window: {
    readonly positions: readonly [number, number];
    readonly velocities: readonly [number, number];
    readonly bins: number;
  };
  /** The exponential is fitted while the relative entropy lies between these parts of its first value. */
  readonly straight: readonly [low: number, high: number];
}

/** One method's way to the equilibrium. */
export interface RelaxationCourse {
  /** `KL(f(t) | f_∞)`, the first value at time zero. */
  readonly divergence: readonly (readonly [time: number, value: number])[];
  readonly decay: Decay | undefined;
  /** Clouds at a few times, the first and the last among them. */
  readonly snapshots: readonly { readonly time: number; readonly cloud: Cloud }[];
  /** Distance of every marginal at the end from that of the equilibrium, and what an independent sample would show. */
  readonly marginals: readonly { readonly distance: number; readonly floor: number }[];
}

export interface Relaxation {
  readonly jko: RelaxationCourse;
  readonly langevin: RelaxationCourse;
  /** Free energies of the JKO solver's particles. */
  readonly energies: readonly (readonly [time: number, value: number])[];
  /** Steps after which the energy was above that of the step before. */
  readonly rises: number;
  /** Steps without certificate, on the very particles that were trained on. */
  readonly uncertified: number;
  /** Of a step. */
  readonly seconds: number;
  /** The relative entropy at the end and its standard error. */
  readonly last: Estimate;
}

/**
 * Rolls a network out, trained anew in each step, to the equilibrium. The relative entropy is the mean of `ℓ − log f_∞` with the
 * log-densities that the particles carry, by {@link klWithControl}. Langevin dynamics, whose particles carry none, has it counted in cells of every plane
 * `(x_j, v_j)`, which is exact for solutions that are products of these.
 */
export function relaxationSuite(options: RelaxationOptions): Evaluation {
  return {
    suite: "relaxation",
    async run(context) {
      const key = foldIn(context.key, "relaxation");
      const { engine } = context;
      const began = context.clock();
      const jko = await follow(context, options, {
        solver: solverOf(engine, options),
        cloud: sampleCloud(options.initial, foldIn(key, "particles"), options.particles),
        key: foldIn(key, "network"),
        label: "network",
        done: 0,
      });
      const seconds = context.clock() - began;
      const langevin = await follow(context, options, {
        solver: langevinSolver(options.reference) as Solver<unknown>,
        cloud: sampleCloud(options.initial, foldIn(key, "reference"), options.reference.particles),
        key: foldIn(key, "noise"),
        label: "Langevin",
        done: 0.5,
      });
      const divergence = jko.estimates.map(({ time, mean }) => [time, mean] as const);
      const counted = langevin.clouds.map(
        ({ time, cloud }) => [time, planeDivergence(cloud, options)] as const,
      );
      return relaxationFindings(options, {
        jko: courseOf(options, divergence, jko.clouds),
        langevin: courseOf(options, counted, langevin.clouds),
        energies: jko.energies,
        rises: jko.energies.filter(([, e], k) => k > 0 && e > jko.energies[k - 1][1]).length,
        uncertified: jko.uncertified,
        seconds: seconds / options.steps,
        last: jko.estimates.at(-1) ?? { mean: Number.NaN, standardError: Number.NaN },
      });
    },
  };
}

function solverOf(engine: Engine, { network, particles }: RelaxationOptions): Solver<unknown> {
  return network.optimizer === "lbfgs"
    ? relaxationNetworkSolver(engine, { ...network, particles })
    : kineticNetworkSolver(engine, network);
}

/** Rolls one solver out and keeps what the report needs: every cloud of the reference would be too many. */
async function follow(
  context: EvaluationContext,
  options: RelaxationOptions,
  run: {
    readonly solver: Solver<unknown>;
    readonly cloud: Cloud;
    readonly key: EvaluationContext["key"];
    readonly label: string;
    /** The part of the suite's progress that is behind. */
    readonly done: number;
  },
) {
  const { flow, steps, equilibrium } = options;
  const kept = new Set(keptSteps(steps));
  const clouds: { readonly time: number; readonly cloud: Cloud }[] = [];
  const estimates: (Estimate & { readonly time: number })[] = [];
  const energies: (readonly [number, number])[] = [];
  let uncertified = 0;
  for await (const { step, time, cloud, info } of rollout(
    run.solver,
    { flow, cloud: run.cloud },
    { steps, key: run.key },
  )) {
    await breathe(context.signal);
    context.progress(`${run.label}, step ${step} of ${steps}`, run.done + step / steps / 2);
    const points = Float64Array.from(cloud.positions);
    if (!Number.isNaN(cloud.logDensity[0])) {
      estimates.push({ time, ...klWithControl(cloud.logDensity, equilibrium.logDensity(points)) });
    }
    if (kept.has(step)) clouds.push({ time, cloud });
    if (info === null) continue;
    energies.push([time, info.energy]);
    if (!(info.objective < -3 * info.standardError)) uncertified++;
  }
  return { clouds, estimates, energies, uncertified };
}

/** The parts of the time at which the density is shown. */
const shownParts = [0, 0.1, 0.3, 1] as const;

/** About forty steps, and those that are shown. */
function keptSteps(steps: number): number[] {
  const stride = Math.max(1, Math.round(steps / 40));
  const regular = Array.from({ length: Math.floor(steps / stride) + 1 }, (_, k) => k * stride);
  return [...regular, ...shownParts.map((part) => Math.round(part * steps))];
}

function planeDivergence(cloud: Cloud, { equilibrium, window }: RelaxationOptions): number {
  const d = cloud.dimension / 2;
  const axes = columns(Float64Array.from(cloud.positions), cloud.dimension);
  const bins = [
    { interval: window.positions, count: 40 },
    { interval: window.velocities, count: 40 },
  ] as const;
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const plane = Float64Array.from(
      { length: 2 * cloud.count },
      (_, i) => axes[j + (i % 2) * d][Math.floor(i / 2)],
    );
    sum += histogramDivergence(plane, [equilibrium.factors[j], equilibrium.factors[j + d]], bins);
  }
  return sum;
}

function courseOf(
  options: RelaxationOptions,
  divergence: RelaxationCourse["divergence"],
  clouds: readonly { readonly time: number; readonly cloud: Cloud }[],
): RelaxationCourse {
  const { equilibrium, straight, window } = options;
  const first = divergence[0][1];
  const start = divergence.findIndex(([, value]) => value <= straight[1] * first);
  const after = divergence.findIndex(([, value], k) => k >= start && value <= straight[0] * first);
  const fitted = start < 0 ? [] : divergence.slice(start, after < 0 ? undefined : after + 1);
  const positive = fitted.filter(([, value]) => value > 0);
  const { cloud } = clouds[clouds.length - 1];
  const d = cloud.dimension / 2;
  return {
    divergence,
    decay: positive.length >= 3 ? exponentialDecay(positive) : undefined,
    snapshots: shownParts.map((part) => {
      const time = Math.round(part * options.steps) * options.flow.tau;
      return clouds.find((at) => Math.abs(at.time - time) < 1e-9) ?? clouds[0];
    }),
    marginals: columns(Float64Array.from(cloud.positions), cloud.dimension).map((samples, a) => {
      const bins: Bins = { interval: a < d ? window.positions : window.velocities, count: window.bins };
      return totalVariation(samples, equilibrium.factors[a], bins);
    }),
  };
}
