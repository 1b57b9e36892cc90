/** @file A φ⁴ field on a ring along Polchinski's flow: second moments of particles that started from Monte Carlo, against the exact law. */

import type { GradientFlow } from "../../../jko/flow.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Matrix } from "../../../linalg/matrix.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { type ChainSamples, hamiltonianMonteCarlo } from "../../../measures/hamiltonianMonteCarlo.ts";
import { effectiveSampleSize, splitRhat } from "../../../metrics/chains.ts";
import { foldIn, type Key } from "../../../random/key.ts";
import { polchinski } from "../../../systems/polchinski/flow.ts";
import { type LatticeField, twoPointFunction } from "../../../systems/polchinski/phi4.ts";
import type { CovarianceSchedule } from "../../../systems/polchinski/schedules.ts";
import { polchinskiTransition, transitionMoments } from "../../../systems/polchinski/transition.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { polchinskiMethods } from "./methods.ts";
import { ringFindings } from "./ringReport.ts";

export interface RingPolchinskiOptions {
  readonly field: LatticeField;
  readonly schedule: CovarianceSchedule;
  readonly tau: number;
  readonly steps: number;
  /** Chains of Hamiltonian Monte Carlo, and draws that are kept of each: particles, all together. */
  readonly chains: number;
  readonly draws: number;
  /** Most iterations of L-BFGS a step. */
  readonly iterations: number;
}

/** How well a quantity of the field has mixed. */
export interface Mixing {
  readonly name: string;
  readonly mean: number;
  readonly rhat: number;
  readonly worth: number;
}

/** Second moments at one time, of the particles and by the exact law from those that they began with. */
export interface RingFrame {
  readonly time: number;
  readonly variances: readonly number[];
  readonly exactVariances: readonly number[];
  readonly twoPoint: readonly number[];
  readonly exactTwoPoint: readonly number[];
  readonly folded: number;
  readonly certified: boolean;
}

export interface RingCourse {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly frames: readonly RingFrame[];
  readonly seconds: number;
}

/** A network trained in every step, in the modes of the lattice and in units of each, beside the closed-form affine step. */
export function polchinskiRingSuite(options: RingPolchinskiOptions): Evaluation {
  const { field, schedule, tau } = options;
  return {
    suite: "ring",
    async run(context) {
      const key = foldIn(context.key, "ring");
      context.progress("Monte Carlo", 0);
      const samples = sample(options, foldIn(key, "chains"));
      const { positions } = samples;
      const { dimension, target } = field;
      const count = positions.length / dimension;
      const cloud: Cloud = { dimension, count, positions, logDensity: target.logDensity(positions) };
      const network = perStepSolver(context.engine, { scaling: "axes", maximum: options.iterations });
      const courses: RingCourse[] = [];
      for (const { solver, ...method } of polchinskiMethods(network)) {
        const flow = polchinski({ schedule, tau });
        const run = { solver, flow, cloud, name: method.name, key: foldIn(key, method.id) };
        courses.push({ ...method, ...(await follow(context, options, run)) });
      }
      return ringFindings(options, {
        acceptance: samples.acceptance,
        mixing: mixingOf(options, samples),
        courses,
      });
    },
  };
}

function sample({ field, chains, draws }: RingPolchinskiOptions, key: Key): ChainSamples {
  return hamiltonianMonteCarlo(field.target, {
    scales: field.eigenvalues.map((value) => value ** -0.5),
    step: 0.4,
    leaps: 8,
    chains,
    warmUp: 80,
    draws,
    thin: 8,
    key,
  });
}

function mixingOf({ field, chains }: RingPolchinskiOptions, { positions }: ChainSamples): Mixing[] {
  const n = field.dimension;
  const rows = Array.from({ length: positions.length / n }, (_, i) => positions.subarray(i * n, (i + 1) * n));
  const quantities: readonly (readonly [string, (a: Float64Array) => number])[] = [
    ["magnetisation M", (a) => a[0] / Math.sqrt(n)],
    ["M²", (a) => a[0] ** 2 / n],
    ["shortest wave, squared", (a) => a[n - 1] ** 2],
    ["potential V₀", (a) => field.potential.value(a)],
  ];
  return quantities.map(([name, f]) => {
    const values = Float64Array.from(rows, f);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    return { name, mean, rhat: splitRhat(values, chains), worth: effectiveSampleSize(values, chains) };
  });
}

async function follow(
  context: EvaluationContext,
  options: RingPolchinskiOptions,
  run: {
    readonly solver: Solver<unknown>;
    readonly flow: GradientFlow;
    readonly cloud: Cloud;
    readonly name: string;
    readonly key: Key;
  },
): Promise<{ readonly frames: readonly RingFrame[]; readonly seconds: number }> {
  const { field, schedule, steps } = options;
  const { flow, cloud: start, key } = run;
  const initial = secondMoments(start);
  const frames: RingFrame[] = [];
  const began = context.clock();
  for await (const { step, time, cloud, info } of rollout(
    run.solver,
    { flow, cloud: start },
    { steps, key },
  )) {
    context.signal.throwIfAborted();
    context.progress(`${run.name}, t = ${time.toFixed(2)}`, step / steps);
    const own = secondMoments(cloud);
    const exact = transitionMoments(polchinskiTransition(schedule, { to: time }), {
      mean: initial.map(() => 0),
      covariance: initial,
    }).covariance;
    frames.push({
      time,
      variances: own.map((row, k) => row[k]),
      exactVariances: exact.map((row, k) => row[k]),
      twoPoint: twoPointFunction(field, own),
      exactTwoPoint: twoPointFunction(field, exact),
      folded: info?.folded ?? 0,
      certified: info === null || info.objective < -3 * info.standardError,
    });
  }
  return { frames, seconds: context.clock() - began };
}

/** `E a aᵀ` over the particles: about the origin, where the density is symmetric. */
function secondMoments({ dimension: d, count, positions }: Cloud): Matrix {
  const sums = Array.from({ length: d }, () => new Array<number>(d).fill(0));
  for (let i = 0; i < count; i++)
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++) sums[j][k] += positions[i * d + j] * positions[i * d + k];
  return sums.map((row) => row.map((value) => value / count));
}
