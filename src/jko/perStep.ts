/** @file The per-step JKO solver: a network trained anew in every step, the baseline of the learned operator. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import type { Cloud } from "../measures/cloud.ts";
import { initialParameters } from "../networks/parameters.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { GradientFlow } from "./flow.ts";
import { stepLimiter } from "./limiter.ts";
import { moveCloud } from "./move.ts";
import { expectedReach, type FieldNetwork, type Frame, fieldSpecs, frameOf } from "./perStepField.ts";
import { flat, mean, minimiser, type PerStepOptimizer, type PerStepProblem } from "./perStepMinimisers.ts";
import { cloudArrays, type ParticleSplit, rowsOf, splitParticles, subcloud } from "./perStepParticles.ts";
import { type PerStepPrograms, perStepPrograms } from "./perStepPrograms.ts";
import { type StoppingOptions, stoppingRule } from "./perStepStopping.ts";
import type { Solver, StepInfo } from "./solver.ts";

/** The objective that the exact step reaches, where it is known. */
export interface PerStepTarget {
  /** Stop when `(L − L*)/(0 − L*)` is at most this. */
  readonly tolerance: number;
  /**
   * `L*`: the exact step's `L(w*) − L(0)` over these hold-out particles, which are those that `L` is evaluated on. The
   * expectation over the density would differ by a sampling error larger than most gaps.
   */
  objective(holdOut: Cloud, step: number): number;
}

/** Everything has a tuned default, {@link perStepDefaults}. */
export interface PerStepOptions extends Partial<StoppingOptions> {
  readonly network?: FieldNetwork;
  readonly optimizer?: PerStepOptimizer;
  /** Fraction of the particles that are kept to stop and to certify. */
  readonly holdOut?: number;
  /** Whether a step starts from the parameters of the one before it. */
  readonly warmStart?: boolean;
  readonly target?: PerStepTarget;
}

/** What is carried from step to step. */
export interface PerStepState {
  readonly key: Key;
  readonly step: number;
  readonly particles: ParticleSplit;
  /** Parameters with which the next step starts, `[P]`. */
  readonly parameters: Float32Array;
}

/**
 * Tuned on two-dimensional Fokker–Planck steps (Gaussians and rotated products of mixtures, `τ = 0.1`, 8,192 particles): a
 * wider network fits the noise of the particles, a narrower one cannot fit the mixtures.
 */
export const perStepDefaults = {
  network: { form: "gradient", width: 24 },
  optimizer: { kind: "lbfgs", particles: 8192 },
  holdOut: 0.25,
  warmStart: true,
  maximum: 100,
  checkEvery: 2,
  patience: 3,
} as const satisfies PerStepOptions;

/** The tuned setting of Adam: the cosine must reach its end, so patience is unlimited. Cheapest where the step is hard. */
export const perStepAdam = {
  network: { form: "gradient", width: 16 },
  optimizer: { kind: "adam", rate: 0.3, batch: 512 },
  maximum: 120,
  checkEvery: 10,
  patience: Number.POSITIVE_INFINITY,
} as const satisfies PerStepOptions;

/**
 * What is usually trained in every step: a perceptron of two hidden layers, by Adam. The two settings above need tens of
 * times fewer operations for the same objective.
 */
export const perStepUsual = {
  network: { form: "mlp", hidden: [64, 64] },
  optimizer: { kind: "adam", rate: 0.005, batch: 1024 },
  maximum: 500,
  checkEvery: 10,
  patience: Number.POSITIVE_INFINITY,
} as const satisfies PerStepOptions;

/**
 * Makes each JKO step by training a network `w` on the JKO objective over the cloud's own particles (the Deep JKO
 * scheme, here with a field instead of a convex potential).
 *
 * A part of the particles is never trained on. On it the minimisation is stopped, before it fits noise, and on it the
 * reported `objective`, `energyChange` and their standard errors are evaluated, after the step; where nothing found lowers
 * the objective there, the step is the identity. `iterations` counts those of the minimisation.
 *
 * @param options.target stops at a given gap from the exact objective instead, to compare solvers at equal accuracy.
 * @see Mokrov, Korotin, Li, Genevay, Solomon & Burnaev (2021), arXiv:2106.00736.
 */
export function perStepSolver(engine: Engine, options: PerStepOptions = {}): Solver<PerStepState> {
  const settings = { ...perStepDefaults, ...options };
  const compiled = new WeakMap<GradientFlow, PerStepPrograms>();
  const programsFor = (flow: GradientFlow): PerStepPrograms => {
    const known = compiled.get(flow) ?? perStepPrograms(engine, flow, settings.network);
    compiled.set(flow, known);
    return known;
  };
  const fresh = (flow: GradientFlow, key: Key) =>
    initialParameters(fieldSpecs(flow.dimension, settings.network), foldIn(key, "parameters"));
  return {
    name: settings.optimizer.kind === "lbfgs" ? "per-step network, L-BFGS" : "per-step network, Adam",
    async init(flow, cloud, key) {
      check(
        cloud.dimension === flow.dimension,
        () => `perStepSolver: the cloud must have dimension ${flow.dimension}, got ${cloud.dimension}`,
      );
      const particles = splitParticles(cloud, foldIn(key, "hold-out"), settings.holdOut);
      return { key, step: 0, particles, parameters: fresh(flow, key) };
    },
    async step(flow, cloud, state) {
      const programs = programsFor(flow);
      const zero = fresh(flow, state.key);
      const holdOut = subcloud(cloud, state.particles.holdOut);
      const problem: PerStepProblem = {
        programs,
        frame: await frameFor(programs, flow, cloud, holdOut),
        training: subcloud(cloud, state.particles.training),
        start: settings.warmStart ? state.parameters : zero,
        key: foldIn(foldIn(state.key, "step"), state.step),
        maximum: settings.maximum,
      };
      const goal = settings.target && goalOf(settings.target, holdOut, state.step);
      const best = await minimise(problem, holdOut, { ...settings, goal });
      const parameters = best.objective < 0 ? best.parameters : zero;
      const moved = await move(
        { flow, cloud, problem, holdOut: state.particles.holdOut },
        parameters,
        best.iterations,
      );
      return { ...moved, state: { ...state, step: state.step + 1, parameters } };
    },
  };
}

async function frameFor(
  programs: PerStepPrograms,
  flow: GradientFlow,
  cloud: Cloud,
  holdOut: Cloud,
): Promise<Frame> {
  const potentials = (await programs.chemicalPotential(cloudArrays(holdOut))).data;
  const centre = mean(potentials);
  const deviation = Math.sqrt(mean(Float64Array.from(potentials, (value) => (value - centre) ** 2)));
  return frameOf(cloud, expectedReach(cloud, { tau: flow.tau, deviation }));
}

function goalOf(target: PerStepTarget, holdOut: Cloud, step: number): number {
  const exact = target.objective(holdOut, step);
  check(exact < 0, () => `perStepSolver: target.objective must be negative, got ${exact} in step ${step}`);
  return (1 - target.tolerance) * exact;
}

interface Best {
  readonly parameters: Float32Array;
  /** On the hold-out particles. */
  readonly objective: number;
  readonly iterations: number;
}

/** Reads the minimiser's sequence until the rule says stop, and returns what was best on the hold-out particles. */
async function minimise(
  problem: PerStepProblem,
  holdOut: Cloud,
  settings: StoppingOptions & { readonly optimizer: PerStepOptimizer; readonly goal: number | undefined },
): Promise<Best> {
  const arrays = cloudArrays(holdOut);
  const rule = stoppingRule(settings, settings.goal);
  let best: { parameters: Float32Array; objective: number } = {
    parameters: problem.start,
    objective: Number.POSITIVE_INFINITY,
  };
  let iterations = 0;
  for await (const { iteration, parameters } of minimiser(problem, settings.optimizer)) {
    iterations = iteration;
    if (!rule.isDue(iteration)) continue;
    const objective = mean((await problem.programs.objective(flat(parameters), problem.frame, arrays)).data);
    if (objective < best.objective) best = { parameters, objective };
    if (rule.stopsAt(iteration, objective)) break;
  }
  return { ...best, iterations };
}

async function move(
  step: {
    readonly flow: GradientFlow;
    readonly cloud: Cloud;
    readonly problem: PerStepProblem;
    readonly holdOut: Int32Array;
  },
  parameters: Float32Array,
  iterations: number,
): Promise<{ readonly cloud: Cloud; readonly info: StepInfo }> {
  const { flow, cloud, problem, holdOut } = step;
  const d = cloud.dimension;
  const field = await problem.programs.velocity(flat(parameters), problem.frame, cloudArrays(cloud));
  const velocity = { value: field.value.data, jacobian: field.jacobian.data, action: field.action.data };
  const portion = stepLimiter(field.stretch.data, flow.tau);
  const moved = moveCloud(flow, cloud, { velocity, portion, iterations });
  const held = moveCloud(flow, subcloud(cloud, holdOut), {
    velocity: {
      value: rowsOf(velocity.value, holdOut, d),
      jacobian: rowsOf(velocity.jacobian, holdOut, d * d),
      action: rowsOf(velocity.action, holdOut, 1),
    },
    portion,
    iterations,
  });
  const { objective, standardError, energyChange, energyChangeError } = held.info;
  return {
    cloud: moved.cloud,
    info: { ...moved.info, objective, standardError, energyChange, energyChangeError },
  };
}
