/** @file One site of a φ⁴ field along Polchinski's flow: moments and the renormalised potential of particles against quadrature. */

import { check } from "../../../check/check.ts";
import { lineQuantileSolver } from "../../../jko/lineQuantile.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { gibbs } from "../../../measures/gibbs.ts";
import { quietStart } from "../../../measures/quietStart.ts";
import { rotatedProduct } from "../../../measures/rotatedProduct.ts";
import { foldIn, type Key } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import type { LatticeField } from "../../../systems/polchinski/phi4.ts";
import type { CovarianceSchedule } from "../../../systems/polchinski/schedules.ts";
import { polchinskiTransition, transitionFourthMoment } from "../../../systems/polchinski/transition.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { polchinskiMethods } from "./methods.ts";
import { type PotentialCheck, potentialCheck } from "./potentialCheck.ts";
import { scalarFindings } from "./scalarReport.ts";

export interface ScalarPolchinskiOptions {
  /** Of one site. */
  readonly field: LatticeField;
  readonly schedule: CovarianceSchedule;
  /** Where moments and potentials are compared, ascending; multiples of the time step. */
  readonly times: readonly number[];
  readonly particles: number;
  /** Roll-outs from other quantiles, by networks of their own; what they find is averaged. */
  readonly samples: number;
  /** Iterations of L-BFGS a step. */
  readonly iterations: number;
}

/** A way to make the steps, and what came of it. */
export interface ScalarCourse {
  readonly id: string;
  readonly name: string;
  readonly colour: string;
  readonly times: readonly number[];
  /** Second and fourth moment at each time. */
  readonly second: readonly number[];
  readonly fourth: readonly number[];
  /** Steps whose objective does not lie three standard errors below zero. */
  readonly uncertified: number;
  readonly seconds: number;
  /** One for each of the times that are compared. */
  readonly potentials: readonly PotentialCheck[];
}

/** The exact moments at a time. */
export type ExactMoments = (time: number) => { readonly second: number; readonly fourth: number };

/**
 * Particles from the quantiles of `σ_0`, moved by a network trained in every step and, beside it, by exact JKO steps, whose errors are those of the
 * time step alone, and by the closed-form affine step, which has the variance of any density right and nothing else.
 */
export function polchinskiScalarSuite(options: ScalarPolchinskiOptions): Evaluation {
  const { field, particles } = options;
  check(
    field.dimension === 1,
    () => `polchinskiScalarSuite: the field must have one site, got ${field.dimension}`,
  );
  const measure = gibbs({
    potential: profileOf(field),
    diffusion: 1,
    interval: [-8, 8],
  });
  return {
    suite: "scalar",
    async run(context) {
      const key = foldIn(context.key, "scalar");
      const product = rotatedProduct({ factors: [measure], rotation: [[1]] });
      const clouds = Array.from({ length: options.samples }, (_, k) => {
        const positions = quietStart(product, foldIn(foldIn(key, "particles"), k), particles);
        return { dimension: 1, count: particles, positions, logDensity: measure.logDensity(positions) };
      });
      const network = perStepSolver(context.engine, {
        network: { form: "mlp", hidden: [32] },
        holdOut: 0,
        maximum: options.iterations,
      });
      const exactSteps = {
        id: "quantiles",
        name: "exact steps on quantiles",
        colour: methodColours.floor,
        solver: lineQuantileSolver({ measure }) as Solver<unknown>,
      };
      const courses: ScalarCourse[] = [];
      for (const { solver, ...method } of [...polchinskiMethods(network), exactSteps]) {
        const run = { solver, clouds, name: method.name, key };
        courses.push({ ...method, ...(await followAll(context, options, run)) });
      }
      return scalarFindings(options, {
        tau: context.problem.flow.tau,
        courses,
        exact: exactMoments(options, measure.logDensity),
      });
    },
  };
}

/** `½ A φ² + V_0` of one site. */
function profileOf({ eigenvalues: [a], potential }: LatticeField) {
  return {
    value: (x: number) => 0.5 * a * x * x + potential.value([x]),
    gradient: (x: number) => a * x + potential.gradient([x])[0],
    hessian: (x: number) => a + potential.hessian([x])[0][0],
  };
}

/** Moments of `σ_0` by the trapezoidal rule, carried on by the exact law. */
function exactMoments(
  { schedule }: ScalarPolchinskiOptions,
  logDensity: (points: Float64Array) => Float64Array,
): ExactMoments {
  const h = 1e-3;
  const grid = Float64Array.from({ length: 16_001 }, (_, i) => (i - 8000) * h);
  const weights = logDensity(grid).map((value) => h * Math.exp(value));
  const mean = (power: number) => grid.reduce((sum, x, i) => sum + weights[i] * x ** power, 0);
  const [second, fourth] = [mean(2), mean(4)];
  return (time) => {
    const transition = polchinskiTransition(schedule, { to: time });
    return {
      second: transition.decay[0] ** 2 * second + transition.variance[0],
      fourth: transitionFourthMoment(transition, { mode: 0, second, fourth }),
    };
  };
}

async function followAll(
  context: EvaluationContext,
  options: ScalarPolchinskiOptions,
  run: {
    readonly solver: Solver<unknown>;
    readonly clouds: readonly Cloud[];
    readonly name: string;
    readonly key: Key;
  },
): Promise<Omit<ScalarCourse, "id" | "name" | "colour">> {
  const { tau } = context.problem.flow;
  const steps = options.times.map((time) => Math.round(time / tau));
  // Derivatives in time are differences over a hundredth: over one step they would be of the networks' noise.
  const spacing = Math.max(1, Math.round(0.01 / tau));
  const around = (step: number) => [step - spacing, step, step + spacing];
  const samples: Sample[] = [];
  for (const [k, cloud] of run.clouds.entries()) {
    const part = { solver: run.solver, cloud, key: foldIn(foldIn(run.key, run.name), k) };
    const wanted = { steps: steps[steps.length - 1] + spacing, kept: new Set(steps.flatMap(around)) };
    const say = (time: number) => {
      const share = (k + time / (tau * wanted.steps)) / run.clouds.length;
      context.progress(`${run.name}, sample ${k + 1}, t = ${time.toFixed(2)}`, share);
    };
    samples.push(await follow(context, part, { ...wanted, say }));
  }
  const mean = (pick: (sample: Sample) => readonly number[]) =>
    samples[0].times.map((_, i) => samples.reduce((sum, own) => sum + pick(own)[i] / samples.length, 0));
  return {
    times: samples[0].times,
    second: mean(({ second }) => second),
    fourth: mean(({ fourth }) => fourth),
    uncertified: samples.reduce((sum, own) => sum + own.uncertified, 0),
    seconds: samples.reduce((sum, own) => sum + own.seconds, 0) / samples.length,
    potentials: steps.map((step) =>
      potentialCheck(options, {
        time: step * tau,
        spacing: spacing * tau,
        samples: samples.map(({ kept }) => around(step).map((k) => kept.get(k) as Cloud)),
      }),
    ),
  };
}

/** One roll-out. */
interface Sample {
  readonly times: readonly number[];
  readonly second: readonly number[];
  readonly fourth: readonly number[];
  readonly uncertified: number;
  readonly seconds: number;
  readonly kept: ReadonlyMap<number, Cloud>;
}

async function follow(
  context: EvaluationContext,
  run: { readonly solver: Solver<unknown>; readonly cloud: Cloud; readonly key: Key },
  wanted: {
    readonly steps: number;
    readonly kept: ReadonlySet<number>;
    readonly say: (time: number) => void;
  },
): Promise<Sample> {
  const kept = new Map<number, Cloud>();
  const [times, second, fourth]: [number[], number[], number[]] = [[], [], []];
  let uncertified = 0;
  const start = context.clock();
  const problem = { flow: context.problem.flow, cloud: run.cloud };
  const options = { steps: wanted.steps, key: run.key };
  for await (const { step, time, cloud, info } of rollout(run.solver, problem, options)) {
    context.signal.throwIfAborted();
    wanted.say(time);
    times.push(time);
    second.push(momentOf(cloud, 2));
    fourth.push(momentOf(cloud, 4));
    if (info !== null && !(info.objective < -3 * info.standardError)) uncertified++;
    if (wanted.kept.has(step)) kept.set(step, cloud);
  }
  return { times, second, fourth, uncertified, seconds: context.clock() - start, kept };
}

function momentOf({ positions }: Cloud, power: number): number {
  let sum = 0;
  for (const x of positions) sum += x ** power;
  return sum / positions.length;
}
