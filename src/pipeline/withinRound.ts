/** @file How far an interrupted round of training has come, as a file of the run's folder. */

import { rm } from "node:fs/promises";
import { InputError } from "../check/check.ts";
import { readSafetensors, writeSafetensors } from "../checkpoints/safetensors.ts";
import type { Architecture } from "../operator/form.ts";
import type { TrainingState, WithinRound } from "../operator/rounds.ts";
import { exists, type RunPaths } from "./runFolder.ts";
import { stateOf, tensorsOf } from "./trainingState.ts";

/** A round that was interrupted, and the seconds that its training had taken by then. */
export interface SuspendedRound extends WithinRound {
  readonly seconds: number;
}

const SUMS = "sums";

/** Saves a round in the midst of it. The checkpoint stays that of the last completed round, from which generation starts. */
export async function suspendRound(
  paths: RunPaths,
  architecture: Architecture,
  { state, loss, seconds }: SuspendedRound,
): Promise<void> {
  const { weights, training } = tensorsOf(architecture, state);
  const sums = { shape: [2], data: Float64Array.of(loss, seconds) };
  await writeSafetensors(paths.withinRound, { ...weights, ...training, [SUMS]: sums });
}

/**
 * The round after a state of the training, as far as it came. Undefined where nothing was saved, what was saved is of another round, or
 * cannot be read: the round is then trained from its beginning, to the same end.
 */
export async function suspendedRound(
  paths: RunPaths,
  architecture: Architecture,
  completed: Pick<TrainingState, "round" | "iteration">,
): Promise<SuspendedRound | undefined> {
  if (!(await exists(paths.withinRound))) return undefined;
  try {
    const { tensors } = await readSafetensors(paths.withinRound);
    const state = stateOf(architecture, { weights: tensors, training: tensors });
    if (state.round !== completed.round || state.iteration <= completed.iteration) return undefined;
    const [loss, seconds] = tensors[SUMS].data as Float64Array;
    return { state, loss, seconds };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Forgets what {@link suspendRound} saved. */
export async function forgetSuspended(paths: RunPaths): Promise<void> {
  await rm(paths.withinRound, { force: true });
}
