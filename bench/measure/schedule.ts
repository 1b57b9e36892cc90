/** @file A round of generation on a cluster as a simulation of discrete events: slots, a scheduler that takes its time, tasks that die. */

import { uniforms } from "../../src/random/draw.ts";
import { foldIn, type Key } from "../../src/random/key.ts";

export interface Schedule {
  readonly blocks: number;
  readonly shards: number;
  /** Tasks that the cluster runs at a time. */
  readonly slots: number;
  /** Tasks that the scheduler starts a second. */
  readonly startsPerSecond: number;
  /** Seconds before a task does any work. */
  readonly startup: number;
  /** Seconds of work a block. */
  readonly block: number;
  /** Probability that an attempt dies, at a moment that is uniform over its time. */
  readonly failure: number;
  /** How often a shard is submitted. */
  readonly attempts: number;
}

/** How it went; times in seconds. */
export interface ScheduleOutcome {
  readonly makespan: number;
  /** Submissions of all shards together. */
  readonly attempts: number;
  /** Times that what was missing was submitted. */
  readonly passes: number;
  /** Shards that were given up. */
  readonly givenUp: number;
  /** Slots' time that went into blocks that were kept, into blocks that died with their task, and into starting. */
  readonly kept: number;
  readonly lost: number;
  readonly starting: number;
}

/**
 * Simulates what `l2e run --shards` does: all shards are submitted; when none runs any more those that are not done are submitted again, and
 * whole blocks that a dead attempt has left are not made again.
 */
export function simulate(schedule: Schedule, key: Key): ScheduleOutcome {
  const { blocks, shards, attempts } = schedule;
  let missing = Array.from({ length: shards }, (_, i) => ({
    shard: i,
    // Those whose number leaves the remainder i.
    blocks: Math.floor(blocks / shards) + (i < blocks % shards ? 1 : 0),
  })).filter((task) => task.blocks > 0);
  const total = { makespan: 0, attempts: 0, passes: 0, givenUp: 0, kept: 0, lost: 0, starting: 0 };
  while (missing.length > 0 && total.passes < attempts) {
    const ended = runPass(schedule, missing, foldIn(key, total.passes));
    total.makespan += ended.seconds;
    total.attempts += missing.length;
    total.passes++;
    total.kept += ended.kept;
    total.lost += ended.lost;
    total.starting += ended.starting;
    missing = ended.missing;
  }
  return { ...total, givenUp: missing.length };
}

interface Task {
  readonly shard: number;
  readonly blocks: number;
}

/** One submission of tasks, until none of them runs. */
function runPass(schedule: Schedule, tasks: readonly Task[], key: Key) {
  const { slots, startsPerSecond, startup, block, failure } = schedule;
  const luck = uniforms(foldIn(key, "dies"), tasks.length);
  const moments = uniforms(foldIn(key, "when"), tasks.length);
  const free = minimumHeap(slots);
  const result = { seconds: 0, kept: 0, lost: 0, starting: 0, missing: [] as Task[] };
  tasks.forEach((task, i) => {
    const start = Math.max(free.least(), (i + 1) / startsPerSecond);
    const whole = startup + task.blocks * block;
    const dies = luck[i] < failure;
    const time = dies ? moments[i] * whole : whole;
    const worked = Math.max(0, time - startup);
    const done = dies ? Math.floor(worked / block) : task.blocks;
    result.kept += done * block;
    result.lost += worked - done * block;
    result.starting += time - worked;
    if (dies) result.missing.push({ shard: task.shard, blocks: task.blocks - done });
    free.replaceLeast(start + time);
    result.seconds = Math.max(result.seconds, start + time);
  });
  return result;
}

/** When each of so many slots is free again, all from 0; the earliest is at hand. */
function minimumHeap(size: number) {
  const times = new Float64Array(size);
  return {
    least: () => times[0],
    replaceLeast(time: number) {
      let at = 0;
      for (;;) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const child = right < size && times[right] < times[left] ? right : left;
        if (child >= size || times[child] >= time) break;
        times[at] = times[child];
        at = child;
      }
      times[at] = time;
    },
  };
}
