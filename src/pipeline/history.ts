/** @file The history of a training: the losses of iterations and what every round generated. */

import { z } from "zod";
import { check } from "../check/check.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readJson } from "./runFolder.ts";

const RoundSchema = z.object({
  round: z.int(),
  horizon: z.number(),
  trajectories: z.number(),
  snapshots: z.number(),
  refused: z.number(),
  /** Not finite in a round that refused everything; JSON has no number for that. */
  residual: z.number().nullable(),
  loss: z.number().nullable(),
  generateSeconds: z.number(),
  seconds: z.number().describe("of the whole round, generation included"),
});

const HistorySchema = z.object({
  losses: z.array(z.tuple([z.int(), z.number().nullable()])).describe("iteration and loss"),
  rounds: z.array(RoundSchema),
});

export type RoundHistory = z.output<typeof RoundSchema>;
export type TrainingHistory = z.output<typeof HistorySchema>;

/** What was recorded up to a state of the training; empty where nothing was. */
export async function readHistory(
  path: string,
  upTo: { readonly round: number; readonly iteration: number },
): Promise<TrainingHistory> {
  const content = await readJson(path);
  if (content === undefined) return { losses: [], rounds: [] };
  const result = HistorySchema.safeParse(content);
  check(
    result.success,
    () =>
      `${path} is not the history of a training. Delete it to go on without the losses so far, which only the report shows.`,
  );
  const { losses, rounds } = result.data as TrainingHistory;
  // What an interrupted round recorded is made again. Rounds are counted by their place: their labels are the trainer's.
  return {
    losses: losses.filter(([iteration]) => iteration <= upTo.iteration),
    rounds: rounds.slice(0, upTo.round),
  };
}

export async function writeHistory(path: string, history: TrainingHistory): Promise<void> {
  const text = JSON.stringify(history, (_name, value) => (Number.isNaN(value) ? null : value));
  await writeAtomically(path, `${text}\n`);
}

/** Seconds that all finished rounds took, and how many of them went into generation. */
export function secondsOf(history: TrainingHistory): { readonly total: number; readonly generate: number } {
  const sum = (pick: (round: RoundHistory) => number) =>
    history.rounds.reduce((s, round) => s + pick(round), 0);
  return { total: sum((round) => round.seconds), generate: sum((round) => round.generateSeconds) };
}
