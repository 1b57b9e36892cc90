/**
 * @file Feeds targets with inputs, in a process that may crash or hang: its parent watches it.
 *
 * Inputs that reach branches which no input has reached before are kept, and further ones are made from them.
 */

import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { type Profiler, Session } from "node:inspector";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { type Draws, draws, mutatedBytes, mutatedJson } from "./mutate.ts";
import { isOwn, type Target } from "./target.ts";
import { openTargets } from "./targets.ts";

/** What the parent asks for. */
export interface Order {
  readonly seed: number;
  readonly cases: number;
  /** Targets whose names hold this text. */
  readonly only: string;
  /** Where the input at work is kept, for the parent to find when this process has died of it. */
  readonly current: string;
}

/** What the parent is told. */
export type Report =
  | { readonly kind: "case"; readonly target: string; readonly seed: number }
  | { readonly kind: "failure"; readonly failure: Failure }
  | { readonly kind: "value"; readonly target: string }
  | { readonly kind: "done"; readonly corpus: Record<string, number> };

export interface Failure {
  readonly target: string;
  readonly seed: number;
  readonly problem: string;
  /** Base64. */
  readonly input: string;
}

const LONGEST_MS = 2000;
const LARGEST_BYTES = 2 ** 30;
/** Looking at the coverage takes longer than most cases. */
const LOOK_EVERY = 16;
const LARGEST_KEPT = 1 << 16;
const MOST_KEPT = 400;

const tell = (report: Report) => process.send?.(report);

/** An input for a target. One in sixteen is made from nothing. */
function inputFor(target: Target, corpus: readonly Uint8Array[], random: Draws): Uint8Array {
  const base = random.pick(corpus);
  const seed = random.below(2 ** 30);
  const made = random.below(16);
  if (made === 0) {
    const arbitrary = target.form === "json" ? fc.json() : fc.string({ unit: "binary", maxLength: 60 });
    return new TextEncoder().encode(fc.sample(arbitrary, { numRuns: 1, seed })[0]);
  }
  if (target.form === "json" && made > 3) {
    try {
      return new TextEncoder().encode(mutatedJson(new TextDecoder().decode(base), random));
    } catch {
      // The input to begin from is no JSON itself.
    }
  }
  return mutatedBytes(base, random.pick(corpus), random);
}

/** The branches of this package and of the readers of file formats, as they are reached. */
function branches() {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, options?: object): T | undefined => {
    let result: T | undefined;
    session.post(method, options as never, (error: Error | null, answer: unknown) => {
      if (error === null) result = answer as T;
    });
    return result;
  };
  post("Profiler.enable");
  post("Profiler.startPreciseCoverage", { callCount: false, detailed: true });
  const seen = new Set<string>();
  /** True when something new was reached since the last look. */
  return () => {
    const coverage = post<Profiler.TakePreciseCoverageReturnType>("Profiler.takePreciseCoverage");
    const before = seen.size;
    for (const { url, functions } of coverage?.result ?? []) {
      if (!/\/src\/|apache-arrow|hyparquet|csv-parse|flatbuffers/.test(url)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) seen.add(`${url}:${startOffset}:${endOffset}`);
      }
    }
    return seen.size > before;
  };
}

/** What is wrong with the way in which a target took an input; undefined where nothing is. */
async function problemOf(target: Target, input: Uint8Array): Promise<string | undefined> {
  const began = performance.now();
  const before = process.memoryUsage().arrayBuffers;
  let problem: string | undefined;
  try {
    await target.run(input);
    tell({ kind: "value", target: target.name });
  } catch (error) {
    if (!isOwn(error))
      problem =
        error instanceof Error
          ? `${error.name}: ${error.message}\n${error.stack}`
          : `thrown: ${String(error)}`;
  }
  const took = performance.now() - began;
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  if (took > LONGEST_MS) problem ??= `took ${Math.round(took)} ms`;
  if (arrayBuffers - before > LARGEST_BYTES || heapUsed > LARGEST_BYTES)
    problem ??= `allocated ${Math.max(arrayBuffers - before, heapUsed)} bytes`;
  if (Object.keys(Object.prototype).length > 0) {
    problem ??= `changed what all objects inherit: ${Object.keys(Object.prototype)}`;
    for (const key of Object.keys(Object.prototype))
      delete (Object.prototype as Record<string, unknown>)[key];
  }
  return problem;
}

async function carryOut({ seed: first, cases, only, current }: Order): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "l2e-fuzz-"));
  const { targets: all, close } = await openTargets(scratch);
  const targets = all.filter(({ name }) => name.includes(only));
  const corpora = new Map(targets.map(({ name, seeds }) => [name, [...seeds]]));
  const look = branches();
  const recent: Uint8Array[] = [];
  // All of a target's cases in a row, so that what is new is known to be its.
  const weights = targets.map(({ every = 1 }) => 1 / every);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let seed = first;
  for (const [k, target] of targets.entries()) {
    const corpus = corpora.get(target.name) as Uint8Array[];
    const share = Math.ceil((cases * weights[k]) / total);
    // What is loaded when it is first needed is no part of a case's time.
    await target.run(target.seeds[0]).catch(() => undefined);
    look();
    for (let i = 0; i < share; i++, seed++) {
      const input =
        i < corpus.length && i < target.seeds.length ? corpus[i] : inputFor(target, corpus, draws(seed));
      writeFileSync(current, input);
      tell({ kind: "case", target: target.name, seed });
      const problem = await problemOf(target, input);
      if (problem !== undefined) {
        tell({
          kind: "failure",
          failure: { target: target.name, seed, problem, input: Buffer.from(input).toString("base64") },
        });
      }
      recent.push(input);
      if (recent.length < LOOK_EVERY) continue;
      if (look()) corpus.push(...recent.filter(({ length }) => length <= LARGEST_KEPT));
      if (corpus.length > MOST_KEPT) corpus.splice(target.seeds.length, corpus.length - MOST_KEPT);
      recent.length = 0;
    }
    recent.length = 0;
  }
  tell({
    kind: "done",
    corpus: Object.fromEntries([...corpora].map(([name, { length }]) => [name, length])),
  });
  close();
  await rm(scratch, { recursive: true, force: true });
  process.disconnect();
}

process.once("message", (order: Order) => void carryOut(order));
