/** @file The per-step JKO solver: a network trained anew in every step, the baseline of the learned operator. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import { type Cloud, subcloud } from "../measures/cloud.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";
import { initialParameters } from "../networks/parameters.ts";
import { foldIn, type Key } from "../random/key.ts";
import { cloudArrays } from "./cloudArrays.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import { limitedPortion } from "./limiter.ts";
import { moveCloud, velocityOf } from "./move.ts";
import { fieldSpecs } from "./perStepField.ts";
import {
  axesFrame,
  conditionArrays,
  expectedReach,
  type Frame,
  frameOf,
  plainFrame,
  scoreFrame,
} from "./perStepFrame.ts";
import { explicitField, initialLabels } from "./perStepLoss.ts";
import {
  fitLabels,
  flat,
  mean,
  minimiser,
  type PerStepIterate,
  type PerStepOptimizer,
  type PerStepProblem,
} from "./perStepMinimisers.ts";
import { type ParticleSplit, rowsOf, splitParticles } from "./perStepParticles.ts";
import { type PerStepPrograms, perStepPrograms } from "./perStepPrograms.ts";
import { type PerStepOptions, type PerStepTarget, perStepDefaults } from "./perStepSettings.ts";
import { type StoppingOptions, stoppingRule } from "./perStepStopping.ts";
import type { Solver, StepInfo } from "./solver.ts";

/** What is carried from step to step. */
export interface PerStepState {
  readonly key: Key;
  readonly step: number;
  readonly particles: ParticleSplit;
  /** Parameters with which the next step starts, `[P]`. */
  readonly parameters: Float32Array;
}

type Settings = PerStepOptions & Required<Pick<PerStepOptions, keyof typeof perStepDefaults>>;

/**
 * Makes each JKO step by training a network `w` on the JKO objective over the cloud's own particles (the Deep JKO
 * scheme, here with a field instead of a convex potential). With the loss `score` the network learns the score of the density instead, and
 * the step is the explicit one: score-based transport, made sequentially.
 *
 * A part of the particles is never trained on. On it the minimisation is stopped, before it fits noise, and on it the
 * reported `objective`, `energyChange` and their standard errors are evaluated, after the step; where nothing found lowers
 * the loss there, the network's field is zero. `iterations` counts those of the minimisation.
 *
 * @param options.target stops at a given gap from the exact objective instead, to compare solvers at equal accuracy.
 * @see Mokrov, Korotin, Li, Genevay, Solomon & Burnaev (2021), arXiv:2106.00736.
 * @see Boffi & Vanden-Eijnden (2023), Probability flow solution of the Fokker–Planck equation, arXiv:2206.04642, for score matching.
 */
export function perStepSolver(engine: Engine, options: PerStepOptions = {}): Solver<PerStepState> {
  const settings: Settings = { ...perStepDefaults, ...options };
  /** By flow or, for all members of a family, by what they have in common; and by the step. */
  const compiled = new WeakMap<object, Map<number, PerStepPrograms>>();
  const programsFor = (flow: GradientFlow): PerStepPrograms => {
    const known = compiled.get(flow.at ?? flow) ?? new Map<number, PerStepPrograms>();
    const programs = known.get(flow.tau) ?? perStepPrograms(engine, flow, settings);
    compiled.set(flow.at ?? flow, known.set(flow.tau, programs));
    return programs;
  };
  const fresh = (flow: GradientFlow, key: Key) =>
    initialParameters(fieldSpecs(flow, settings.network), foldIn(key, "parameters"));
  return {
    name: nameOf(settings),
    async init(flow, cloud, key) {
      check(
        cloud.dimension === flow.dimension,
        () => `perStepSolver: the cloud must have dimension ${flow.dimension}, got ${cloud.dimension}`,
      );
      const particles = splitParticles(cloud, foldIn(key, "hold-out"), settings.holdOut);
      const state = { key, step: 0, particles, parameters: fresh(flow, key) };
      if (settings.initial === undefined) return state;
      const problem = await problemOf(programsFor(flow), { flow, cloud, settings }, state);
      const labels = initialLabels(flow, problem.training, {
        loss: settings.loss,
        score: settings.initial.score,
      });
      const fitted = { ...problem, maximum: settings.initial.iterations };
      return { ...state, parameters: await fitLabels(fitted, labels, settings.initial) };
    },
    async step(flow, cloud, state) {
      const zero = fresh(flow, state.key);
      const start = settings.warmStart ? state.parameters : zero;
      const problem = await problemOf(
        programsFor(flow),
        { flow, cloud, settings },
        { ...state, parameters: start },
      );
      const holdOut = subcloud(cloud, state.particles.holdOut);
      const goal = settings.target && goalOf(settings.target, holdOut, state.step);
      const best = await minimise(problem, holdOut, { ...settings, maximum: problem.maximum, goal });
      const parameters = best.loss < 0 ? best.parameters : zero;
      const own = await fieldOf(problem, cloud, parameters);
      const field = settings.loss === "score" ? explicitField(flow, cloud, own) : own;
      const moved = move(flow, cloud, {
        field,
        holdOut: state.particles.holdOut,
        iterations: best.iterations,
      });
      return { ...moved, state: { ...state, step: state.step + 1, parameters } };
    },
  };
}

function nameOf({ loss, optimizer }: Settings): string {
  if (loss === "score") return "score matching";
  const names = { lbfgs: "L-BFGS", adam: "Adam", adamax: "Adamax" };
  return `per-step network, ${names[optimizer.kind]}`;
}

async function problemOf(
  programs: PerStepPrograms,
  at: { readonly flow: GradientFlow; readonly cloud: Cloud; readonly settings: Settings },
  state: PerStepState,
): Promise<PerStepProblem> {
  const { cloud, settings } = at;
  return {
    programs,
    frame: await frameFor(programs, at, state.particles),
    training: subcloud(cloud, state.particles.training),
    start: state.parameters,
    key: foldIn(foldIn(state.key, "step"), state.step),
    maximum: state.step === 0 ? (settings.firstMaximum ?? settings.maximum) : settings.maximum,
  };
}

async function frameFor(
  programs: PerStepPrograms,
  at: { readonly flow: GradientFlow; readonly cloud: Cloud; readonly settings: Settings },
  { holdOut }: ParticleSplit,
): Promise<Frame> {
  const { flow, cloud, settings } = at;
  if (settings.scaling === "none") return plainFrame(flow);
  check(
    settings.loss !== "score" || settings.scaling === "cloud",
    () => `perStepSolver: scores are learned in the scaling "cloud" or "none", got "${settings.scaling}"`,
  );
  if (settings.loss === "score") return scoreFrame(flow, cloud);
  const held = cloudArrays(subcloud(cloud, holdOut));
  const potentials = (await programs.chemicalPotential(held, conditionArrays(flow.conditions))).data;
  const centre = mean(potentials);
  const deviation = Math.sqrt(mean(Float64Array.from(potentials, (value) => (value - centre) ** 2)));
  const reach = expectedReach(flow, cloud, { deviation });
  return settings.scaling === "axes" ? axesFrame(flow, cloud, reach) : frameOf(flow, cloud, reach);
}

function goalOf(target: PerStepTarget, holdOut: Cloud, step: number): number {
  const exact = target.objective(holdOut, step);
  check(exact < 0, () => `perStepSolver: target.objective must be negative, got ${exact} in step ${step}`);
  return (1 - target.tolerance) * exact;
}

interface Best {
  readonly parameters: Float32Array;
  /** On the hold-out particles. */
  readonly loss: number;
  readonly iterations: number;
}

/** Reads the minimiser's sequence until the rule says stop, and returns what was best on the hold-out particles. */
async function minimise(
  problem: PerStepProblem,
  holdOut: Cloud,
  settings: StoppingOptions & {
    readonly optimizer: PerStepOptimizer;
    readonly holdOut: number;
    readonly goal: number | undefined;
  },
): Promise<Best> {
  const arrays = cloudArrays(holdOut);
  const { programs, frame, start } = problem;
  const lossOf = async (parameters: Float32Array) =>
    mean((await programs.objective(flat(parameters), frame, arrays)).data);
  const rule = stoppingRule(settings, settings.goal);
  let best = { parameters: start, loss: Number.POSITIVE_INFINITY };
  let last: PerStepIterate = { iteration: 0, parameters: start };
  for await (last of minimiser(problem, settings.optimizer)) {
    const { iteration, parameters } = last;
    if (settings.holdOut === 0) {
      // Without particles to be judged by, iterates are not compared: the last one is taken.
      if (iteration >= settings.maximum) break;
      continue;
    }
    if (!rule.isDue(iteration)) continue;
    const loss = await lossOf(parameters);
    if (loss < best.loss) best = { parameters, loss };
    if (rule.stopsAt(iteration, loss)) break;
  }
  if (settings.holdOut === 0) best = { parameters: last.parameters, loss: await lossOf(last.parameters) };
  return { ...best, iterations: last.iteration };
}

async function fieldOf(
  { programs, frame }: PerStepProblem,
  cloud: Cloud,
  parameters: Float32Array,
): Promise<FieldArrays> {
  const { value, jacobian } = await programs.field(flat(parameters), frame, cloudArrays(cloud));
  return { value: value.data, jacobian: jacobian.data };
}

/** Moves all particles, and reports what the step does to those that were held out. */
function move(
  flow: GradientFlow,
  cloud: Cloud,
  step: { readonly field: FieldArrays; readonly holdOut: Int32Array; readonly iterations: number },
): { readonly cloud: Cloud; readonly info: StepInfo } {
  const { holdOut, iterations } = step;
  const d = movedCoordinates(flow).count;
  const velocity = velocityOf(flow, cloud, step.field);
  const portion = limitedPortion(velocity, d, flow.tau);
  const moved = moveCloud(flow, cloud, { velocity, portion, iterations });
  if (holdOut.length === cloud.count) return moved;
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
