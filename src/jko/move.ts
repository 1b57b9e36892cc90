/** @file Carries out a step in Float64: moves particles, updates their log-densities, reports what happened. */

import type { Energy } from "../energies/energy.ts";
import { determinantInPlace } from "../linalg/lu.ts";
import type { Cloud } from "../measures/cloud.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";
import type { StepInfo } from "./solver.ts";

/** A velocity field `v = 𝓑[w]` at the particles of a cloud, for the `d` coordinates that the mobility moves. */
export interface Velocity extends FieldArrays {
  /** `w·𝓑[w]`, `[n]`. */
  readonly action: ArrayLike<number>;
}

/** The velocity `𝓑_f[w]` of a field at the particles of a cloud, in Float64. */
export function velocityOf(flow: GradientFlow, cloud: Cloud, field: FieldArrays): Velocity {
  const { value, jacobian } = flow.mobility.applyArrays(field, cloud);
  const d = movedCoordinates(flow).count;
  const action = new Float64Array(cloud.count);
  for (let i = 0; i < cloud.count; i++) {
    for (let k = i * d; k < (i + 1) * d; k++) action[i] += field.value[k] * value[k];
  }
  return { value, jacobian, action };
}

/** A cloud on its way through one step, which may be made in several pieces. */
export interface Passage {
  /** The cloud before the step, and where its particles are now. */
  readonly start: Cloud;
  readonly cloud: Cloud;
  /** `det ∇T` of the map so far, `[n]`. */
  readonly determinants: Float64Array;
  /** `Σ_k p_k w_k·𝓑[w_k]` over the pieces, `[n]`. */
  readonly action: Float64Array;
  /** `Σ_k p_k`: how much of the time step is behind. */
  readonly portion: number;
  readonly pieces: number;
}

/** A step of which nothing is made yet. */
export function depart(cloud: Cloud): Passage {
  return {
    start: cloud,
    cloud,
    determinants: new Float64Array(cloud.count).fill(1),
    action: new Float64Array(cloud.count),
    portion: 0,
    pieces: 0,
  };
}

/**
 * Goes on by `T = id + pτ v`: `log ρ ← log ρ − log|det(I + pτ∇v)|`, in Float64 whatever computed `v`. All particles move
 * by the same portion `p` of the flow's time step, so the result is a true map with an exact Jacobian. Where the flow measures volumes
 * linearly, `log ρ ← log ρ − pτ ∇·v`; determinants are exact all the same.
 */
export function advance(
  flow: GradientFlow,
  passage: Passage,
  piece: { readonly velocity: Velocity; readonly portion: number },
): Passage {
  const { dimension, count } = passage.cloud;
  const { start, count: d } = movedCoordinates(flow);
  const { velocity, portion } = piece;
  const h = portion * flow.tau;
  const isLinear = flow.logDeterminant === "linear";
  // Loops over copies: a million particles pass here in every step, and `Float64Array.from` takes a callback's time each.
  const positions = new Float64Array(passage.cloud.positions);
  const logDensity = new Float64Array(passage.cloud.logDensity);
  const determinants = new Float64Array(passage.determinants);
  const action = new Float64Array(passage.action);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < d; k++) positions[i * dimension + start + k] += h * velocity.value[i * d + k];
    const determinant = mapDeterminant(velocity.jacobian, i * d * d, d, h);
    logDensity[i] -= isLinear ? h * trace(velocity.jacobian, i * d * d, d) : Math.log(Math.abs(determinant));
    determinants[i] *= determinant;
    action[i] += portion * velocity.action[i];
  }
  return {
    start: passage.start,
    cloud: { dimension, count, positions, logDensity },
    determinants,
    action,
    portion: passage.portion + portion,
    pieces: passage.pieces + 1,
  };
}

/**
 * Reports a step. Its action is that of the path through the pieces, traversed evenly in time `τ`,
 * `(τ/2) (Σp_k) Σ p_k ⟨w_k, 𝓑[w_k]⟩`: an upper bound of the squared distance over `2τ`, and equal to it for one piece.
 */
export function arrive(flow: GradientFlow, passage: Passage, iterations: number): StepInfo {
  const { start, cloud, determinants, action, portion, pieces } = passage;
  const before = integrandOf(flow.energy, start);
  const after = integrandOf(flow.energy, cloud);
  const change = new Float64Array(cloud.count);
  const objective = new Float64Array(cloud.count);
  let [energy, smallestDeterminant, folded] = [0, Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < cloud.count; i++) {
    energy += after[i];
    change[i] = after[i] - before[i];
    objective[i] = change[i] + 0.5 * flow.tau * portion * action[i];
    smallestDeterminant = Math.min(smallestDeterminant, determinants[i]);
    if (!(determinants[i] > 0)) folded++;
  }
  const [energyStatistics, objectiveStatistics] = [meanAndError(change), meanAndError(objective)];
  return {
    objective: objectiveStatistics.mean,
    standardError: objectiveStatistics.error,
    energy: energy / cloud.count,
    energyChange: energyStatistics.mean,
    energyChangeError: energyStatistics.error,
    smallestDeterminant,
    folded,
    portion,
    pieces,
    iterations,
  };
}

const integrands = new WeakMap<Energy, WeakMap<Cloud, Float64Array>>();

/** What each particle adds to the energy, remembered as long as the cloud is: a step begins with the one that the step before ended with. */
function integrandOf(energy: Energy, cloud: Cloud): Float64Array {
  const ofEnergy = integrands.get(energy) ?? new WeakMap<Cloud, Float64Array>();
  const values = ofEnergy.get(cloud) ?? energy.integrand(cloud);
  integrands.set(energy, ofEnergy.set(cloud, values));
  return values;
}

/** Makes a step in one piece: the whole of it, or the portion `p ≤ 1` that the limiter allows. */
export function moveCloud(
  flow: GradientFlow,
  cloud: Cloud,
  step: { readonly velocity: Velocity; readonly portion: number; readonly iterations: number },
): { readonly cloud: Cloud; readonly info: StepInfo } {
  const passage = advance(flow, depart(cloud), step);
  return { cloud: passage.cloud, info: arrive(flow, passage, step.iterations) };
}

/** `det(I + hJ)` for the `d × d` block of `jacobian` at `offset`. */
export function mapDeterminant(jacobian: ArrayLike<number>, offset: number, d: number, h: number): number {
  if (d === 1) return 1 + h * jacobian[offset];
  if (d === 2) {
    const diagonal = (1 + h * jacobian[offset]) * (1 + h * jacobian[offset + 3]);
    return diagonal - h * jacobian[offset + 1] * h * jacobian[offset + 2];
  }
  const matrix = new Float64Array(d * d);
  for (let k = 0; k < d * d; k++) matrix[k] = (k % (d + 1) === 0 ? 1 : 0) + h * jacobian[offset + k];
  return determinantInPlace(matrix, d);
}

function trace(jacobian: ArrayLike<number>, offset: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += jacobian[offset + k * (d + 1)];
  return sum;
}

function meanAndError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / n;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, error: Math.sqrt(squares / Math.max(1, n - 1) / n) };
}
