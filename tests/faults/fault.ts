/** @file What can go wrong in a run, drawn from a seed. */

import { integers, uniforms } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

/** What `inject.js` is told. */
export interface Fault {
  /** The folder whose calls count. */
  readonly root: string;
  readonly kind: "none" | "die" | "power" | "error" | "term" | "clock";
  /** `runs`, `datasets`, `checkpoints` or `mlruns`. */
  readonly area?: string;
  /** The call in that area, counted from 1, that the fault strikes. */
  readonly call?: number;
  /** The system's code of an error. */
  readonly code?: string;
  /** True where every later call that writes fails too. */
  readonly lasts?: boolean;
  /** Where to write how many calls each area has seen, and what they were. */
  readonly counts?: string;
  readonly log?: string;
}

/** Harm done to a file while nobody runs. */
export interface Damage {
  /** Which of the files there, as a fraction of their number. */
  readonly file: number;
  readonly how: "bit" | "cut" | "empty" | "zeros" | "more" | "gone";
  /** Where in the file, as a fraction of its length. */
  readonly where: number;
}

export interface Case {
  readonly seed: number;
  /** A fresh run, or one that goes on after an interruption, or one over what a finished run left. */
  readonly start: "fresh" | "resumed" | "over";
  /** Faults strike a running process; damage is done to what a finished or an interrupted run left. */
  readonly fault?: Omit<Fault, "root">;
  readonly damage?: Damage & { readonly of: "finished" | "interrupted" };
}

const codes = ["ENOSPC", "EIO", "EMFILE", "EACCES", "EROFS", "EDQUOT", "ESTALE"];

/** The case of a seed. `calls` is how many calls each area of a whole run sees. */
export function caseOf(seed: number, calls: Readonly<Record<string, number>>): Case {
  const key = foldIn(keyFrom(2026), seed);
  const [a, b, c, d, e] = uniforms(foldIn(key, "choices"), 5);
  const pick = <T>(list: readonly T[], u: number) => list[Math.floor(u * list.length)];
  if (a < 0.25) {
    const how = pick(["bit", "cut", "empty", "zeros", "more", "gone"] as const, b);
    return {
      seed,
      start: "resumed",
      damage: { file: c, how, where: d, of: e < 0.5 ? "finished" : "interrupted" },
    };
  }
  const start = pick(["fresh", "fresh", "resumed", "over"] as const, b);
  if (a < 0.28)
    return { seed, start, fault: { kind: "clock", call: 1 + integers(foldIn(key, "clock"), 1000, 1)[0] } };
  // Tracking makes most calls, and matters least.
  const area = pick(["checkpoints", "checkpoints", "datasets", "datasets", "runs", "runs", "mlruns"], c);
  const call = 1 + Math.floor(d * calls[area]);
  const fault = { area, call };
  if (a < 0.5) return { seed, start, fault: { kind: "die", ...fault } };
  if (a < 0.6) return { seed, start, fault: { kind: "power", ...fault } };
  if (a < 0.67) return { seed, start, fault: { kind: "term", ...fault } };
  const lasts = a < 0.8;
  const code = lasts ? pick(["ENOSPC", "EROFS"], e) : pick(codes, e);
  return { seed, start, fault: { kind: "error", ...fault, code, lasts } };
}
