/** @file The learned operator as a solver: one forward pass a step, or a few where the step is steep. */

import { check } from "../check/check.ts";
import type { Engine } from "../engine/engine.ts";
import { type GradientFlow, isTranslationInvariant, later, movedCoordinates } from "../jko/flow.ts";
import { limitedPortion } from "../jko/limiter.ts";
import { advance, arrive, depart, type Velocity } from "../jko/move.ts";
import type { Solver, SolverStep } from "../jko/solver.ts";
import { type Cloud, subcloud } from "../measures/cloud.ts";
import { initialParameters } from "../networks/parameters.ts";
import { permutation } from "../random/draw.ts";
import type { Key } from "../random/key.ts";
import { type FieldEvaluator, fieldEvaluator } from "./evaluator.ts";
import type { Architecture } from "./form.ts";
import { operatorParameters } from "./map.ts";

/** A trained operator: what a checkpoint holds and a solver needs. */
export interface OperatorModel {
  readonly flow: GradientFlow;
  readonly architecture: Architecture;
  /** `[P]`, laid out by `operatorParameters(architecture)`. */
  readonly parameters: Float32Array;
}

/** The same operator before training. */
export function beforeTraining(model: OperatorModel, key: Key): OperatorModel {
  return { ...model, parameters: initialParameters(operatorParameters(model.architecture), key) };
}

/** Order in which particles take their turn as context, and how many steps were made. */
export interface OperatorState {
  readonly order: Int32Array;
  readonly step: number;
}

export interface OperatorSolverOptions {
  /** Particles that describe the density to the operator; fewer where the cloud has fewer. */
  readonly context: number;
  /** Whether many particles may be spared the network, see `fieldEvaluator`; true where it is left out. */
  readonly lattice?: boolean;
  /** Told the pieces of every step, which determine the map that was made. */
  readonly observe?: (pieces: readonly Piece[]) => void;
}

/** A piece of a step as it was made: the context that described the density, and the portion of the time step. */
export interface Piece {
  readonly context: Cloud;
  readonly portion: number;
}

/**
 * Steps a cloud with a learned operator, by the time step of the flow that it is given: close to the one that it was trained
 * with it is at its best. The context rotates through the particles from step to step, so that
 * the sampling error of one subset does not accumulate.
 */
export function operatorSolver(
  engine: Engine,
  model: OperatorModel,
  options: OperatorSolverOptions,
): Solver<OperatorState> {
  return solverOver(fieldEvaluator(engine, model, options), options);
}

/** The same with the operator's field from wherever it comes: a model that was exported, say, and runs without an engine. */
export function solverOver(
  evaluate: FieldEvaluator,
  { context, observe }: Omit<OperatorSolverOptions, "lattice">,
): Solver<OperatorState> {
  return {
    name: "learned operator",
    async init(_flow, cloud, key) {
      return { order: permutation(key, cloud.count), step: 0 };
    },
    async step(flow, cloud, state) {
      const [result] = await stepClouds({ flow, evaluate, context }, [{ cloud, state }]);
      observe?.(result.pieces);
      return result;
    },
  };
}

/** More pieces are not made of one step; what is then left of it is given up, and reported. */
const mostPieces = 8;

/**
 * Steps many clouds at once; all must have the same number of particles. Where a whole step would fold a particle's
 * map, the density goes as far as the limiter allows, and the rest of the time step follows from there. A step that would not lower
 * the objective is made anew with four times the context: close to the steady state the sampling error of a small one outweighs what
 * there is to gain. Where that does not help the cloud stays, and the portion that is reported is 0.
 *
 * @param items clouds, each with a flow of its own where it takes another step, or is at other conditions, than the operator's.
 * @returns items to go on from: where the flow depends on the time, theirs is the flow of the step after.
 */
export async function stepClouds(
  operator: SteppingOperator,
  items: readonly SteppedItem[],
): Promise<OperatorStep[]> {
  const steps = await attemptSteps(operator, items);
  const refused = steps.flatMap(({ info }, i) => (info.portion === 0 ? [i] : []));
  const context = Math.min(wider * operator.context, items[0]?.cloud.count ?? 0);
  if (refused.length === 0 || context <= operator.context) return steps;
  const again = await attemptSteps(
    { ...operator, context },
    refused.map((i) => items[i]),
  );
  refused.forEach((i, k) => {
    steps[i] = again[k];
  });
  return steps;
}

/** How many times the context is enlarged for a step that was refused. */
const wider = 4;

interface SteppingOperator {
  readonly flow: GradientFlow;
  readonly evaluate: FieldEvaluator;
  readonly context: number;
}

interface SteppedItem {
  readonly cloud: Cloud;
  readonly state: OperatorState;
  readonly flow?: GradientFlow;
}

type OperatorStep = SolverStep<OperatorState> & {
  readonly flow: GradientFlow;
  readonly pieces: readonly Piece[];
};

/** The steps with contexts of one size; those that would not lower the objective are not made. */
async function attemptSteps(
  operator: SteppingOperator,
  items: readonly SteppedItem[],
): Promise<OperatorStep[]> {
  const { flow, evaluate } = operator;
  const d = movedCoordinates(flow).count;
  const passages = items.map(({ cloud }) => depart(cloud));
  const flowOf = (i: number) => items[i].flow ?? flow;
  const tauOf = (i: number) => flowOf(i).tau;
  const pieces: Piece[][] = items.map(() => []);
  let active = items.map((_, i) => i);
  for (let k = 0; k < mostPieces && active.length > 0; k++) {
    const contexts = active.map((i) => contextOf(passages[i].cloud, items[i].state, operator.context));
    const requests = active.map((i, row) => ({
      context: contexts[row],
      queries: passages[i].cloud.positions,
      tau: tauOf(i),
      conditions: flowOf(i).conditions ?? {},
    }));
    const fields = (await evaluate(requests)).map((field) =>
      isTranslationInvariant(flow) && flow.mobility.scale === 1 ? atRest(field, d) : field,
    );
    active.forEach((i, row) => {
      const left = 1 - passages[i].portion;
      const portion = left * limitedPortion(fields[row], d, left * tauOf(i));
      passages[i] = advance(flowOf(i), passages[i], { velocity: fields[row], portion });
      pieces[i].push({ context: contexts[row], portion });
    });
    active = active.filter((i) => passages[i].portion < 1 - 1e-9);
  }
  return items.map(({ cloud, state }, i) => {
    const own = flowOf(i);
    const next = { flow: later(own, own.tau), state: { order: state.order, step: state.step + 1 } };
    const info = arrive(own, passages[i], 0);
    // No motion at all has the objective 0: an exact step is never worse. Over hundreds of steps close to the steady state this
    // is what keeps errors of the carried densities from feeding on themselves.
    if (info.objective > 0) return { ...next, cloud, info: arrive(own, depart(cloud), 0), pieces: [] };
    return { ...next, cloud: passages[i].cloud, info, pieces: pieces[i] };
  });
}

/** The same field without its mean, as every exact Wasserstein step of a translation-invariant energy is. Its Jacobian is the same. */
function atRest(field: Velocity, d: number): Velocity {
  const n = field.action.length;
  const mean = new Float64Array(d);
  for (let i = 0; i < n * d; i++) mean[i % d] += field.value[i] / n;
  const value = new Float64Array(n * d);
  for (let i = 0; i < n * d; i++) value[i] = field.value[i] - mean[i % d];
  const action = new Float64Array(n);
  for (let i = 0; i < n * d; i++) action[Math.floor(i / d)] += value[i] ** 2;
  return { ...field, value, action };
}

export function initialOperatorState(cloud: Cloud, key: Key): OperatorState {
  return { order: permutation(key, cloud.count), step: 0 };
}

/**
 * The particles whose turn it is to describe the density; where all are, in the cloud's order, in which whoever steps the same cloud with an
 * exported operator gives them too.
 */
export function contextOf(cloud: Cloud, state: OperatorState, size: number): Cloud {
  const { count } = cloud;
  check(count >= 2, () => `operator: a density needs at least 2 particles, got ${count}`);
  if (count <= size) return cloud;
  const { order, step } = state;
  return subcloud(
    cloud,
    Int32Array.from({ length: size }, (_, j) => order[(step * size + j) % count]),
  );
}
