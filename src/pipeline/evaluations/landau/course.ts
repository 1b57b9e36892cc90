/** @file Follows a cloud through collisions: entropy, invariants and, where the solution is known, errors at every step. */

import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import { meanOf } from "../../../metrics/statistics.ts";
import type { Key } from "../../../random/key.ts";
import type { EvaluationContext } from "../../definition.ts";
import type { LandauLaw } from "./law.ts";
import { listeningFlow } from "./listening.ts";
import { projectedScoreError } from "./scoreError.ts";

/** Entry `k` of each list belongs to step `k`; 0 is the beginning. */
export interface LandauCourse {
  /** In the equation's units. */
  readonly times: readonly number[];
  /** Mean of the log-densities that particles carry. */
  readonly entropies: readonly number[];
  /** `E|v|²` at the beginning. */
  readonly energy: number;
  /** `E|v|²` less that of the beginning. */
  readonly energyGains: readonly number[];
  /** `Σ τ² E|U|²` so far, with the velocities `U` of the steps: what the gain is to be. */
  readonly predictedGains: readonly number[];
  /** Largest distance of the mean velocity from that of the beginning. */
  readonly momentumShift: number;
  /** `L(w) − L(0)`; the first entry is 0. */
  readonly objectives: readonly number[];
  /** `√(Σ(e^{ℓ_i} − f(v_i))² / Σ f(v_i)²)`; empty where the solution is not known. */
  readonly carriedErrors: readonly number[];
  /** Those of the scores, with what collisions do not see taken out; undefined where a solver has none. Entry `k` is that of step `k + 1`. */
  readonly scoreErrors: readonly number[];
  /** Smallest `det ∇T` over the particles; the first entry is 1. */
  readonly determinants: readonly number[];
  readonly snapshots: readonly { readonly time: number; readonly cloud: Cloud }[];
  /** What the steps took, without measuring and without what came before the first one. */
  readonly seconds: number;
}

/** From where, how far, and after which steps particles are kept. */
export interface LandauRun {
  readonly law: LandauLaw;
  readonly flow: GradientFlow;
  readonly cloud: Cloud;
  readonly steps: number;
  readonly snapshots: readonly number[];
  readonly key: Key;
}

/** Rolls a solver out. */
export async function followLandau(
  context: Pick<EvaluationContext, "clock" | "signal" | "progress">,
  solver: Solver<unknown>,
  run: LandauRun,
): Promise<LandauCourse> {
  const { law, cloud, steps } = run;
  const listening = listeningFlow(run.flow);
  const [times, entropies, energies, objectives, carriedErrors, scoreErrors]: number[][] = [
    [],
    [],
    [],
    [],
    [],
    [],
  ];
  const predictedGains: number[] = [];
  const snapshots: { time: number; cloud: Cloud }[] = [];
  const start = meanOf(cloud.positions, cloud.dimension);
  const determinants: number[] = [];
  let momentumShift = 0;
  let before = cloud;
  const began = context.clock();
  let measuring = 0;
  const prepared: Solver<unknown> = {
    ...solver,
    async init(...start) {
      const paused = context.clock();
      const state = await solver.init(...start);
      measuring += context.clock() - paused;
      return state;
    },
  };
  for await (const frame of rollout(prepared, { flow: listening.flow, cloud }, run)) {
    context.signal.throwIfAborted();
    const paused = context.clock();
    const time = law.from + frame.time;
    times.push(time);
    entropies.push(average(frame.cloud.logDensity));
    energies.push(meanSquare(frame.cloud));
    objectives.push(frame.info?.objective ?? 0);
    predictedGains.push((predictedGains.at(-1) ?? 0) + meanSquare(shiftOf(frame.cloud, before)));
    momentumShift = Math.max(
      momentumShift,
      distance(meanOf(frame.cloud.positions, frame.cloud.dimension), start),
    );
    determinants.push(frame.info?.smallestDeterminant ?? 1);
    if (law.exact !== undefined) {
      carriedErrors.push(carriedError(frame.cloud, law.exact.at(time).logDensity(positionsOf(frame.cloud))));
      const field = frame.info === null ? undefined : listening.heard(cloud.count);
      if (field !== undefined)
        scoreErrors.push(
          scoreError(law.exact.at(time - run.flow.tau).score(positionsOf(before)), field.value, before),
        );
    }
    listening.forget();
    if (run.snapshots.includes(frame.step)) snapshots.push({ time, cloud: frame.cloud });
    context.progress(`${solver.name}, step ${frame.step} of ${steps}`, frame.step / steps);
    before = frame.cloud;
    measuring += context.clock() - paused;
  }
  return {
    times,
    entropies,
    energy: energies[0],
    energyGains: energies.map((energy) => energy - energies[0]),
    predictedGains,
    momentumShift,
    objectives,
    carriedErrors,
    scoreErrors,
    determinants,
    snapshots,
    seconds: context.clock() - began - measuring,
  };
}

/** `√(Σ(e^{ℓ_i} − f(v_i))² / Σ f(v_i)²)` of the densities that particles carry. */
export function carriedError({ logDensity }: Pick<Cloud, "logDensity">, exact: ArrayLike<number>): number {
  let [squares, size] = [0, 0];
  for (let i = 0; i < exact.length; i++) {
    squares += (Math.exp(logDensity[i]) - Math.exp(exact[i])) ** 2;
    size += Math.exp(2 * exact[i]);
  }
  return Math.sqrt(squares / size);
}

function scoreError(exact: Float64Array, field: ArrayLike<number>, cloud: Cloud): number {
  return projectedScoreError(
    Float64Array.from(field, (w) => -w),
    exact,
    cloud,
  );
}

const positionsOf = ({ positions }: Cloud) => Float64Array.from(positions);
const average = (values: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

function shiftOf(after: Cloud, before: Cloud): Cloud {
  return { ...after, positions: Float64Array.from(after.positions, (x, k) => x - before.positions[k]) };
}

function meanSquare({ positions, count }: Cloud): number {
  let sum = 0;
  for (let k = 0; k < positions.length; k++) sum += positions[k] ** 2;
  return sum / count;
}

const distance = (a: Float64Array, b: Float64Array) => Math.hypot(...a.map((x, k) => x - b[k]));
