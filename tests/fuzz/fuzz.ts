/**
 * @file Bad input by force: `npm run fuzz -- --cases 100000 --commands 500 --seed 1 --only arrow`.
 *
 * Every parser gets inputs that are made from good ones and from what has reached new branches, every command gets words and files
 * that are wrong. Good is a value or an error of the package's own; a crash, any other error, more than two seconds,
 * more than a gibibyte or a stack trace is a failure, and ends with exit code 1. New failures go into `found.json`, which the tests repeat.
 */

import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fuzzCommands } from "./commands.ts";
import type { Failure, Order, Report } from "./worker.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "100000" },
    commands: { type: "string", default: "500" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    keep: { type: "boolean", default: false },
  },
});

/** A process that says nothing for so long hangs. The case itself is held to two seconds; this is for those that never end. */
const SILENCE_MS = 20_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** How many inputs a target has got, and how many of them gave a value; the others ended in an error of the package's own, or failed. */
interface Tally {
  cases: number;
  values: number;
}

interface Findings {
  readonly tally: Record<string, Tally>;
  readonly corpus: Record<string, number>;
  readonly failures: Failure[];
}

/** One process's share, begun again after what kills it. */
async function fuzzParsers(order: Omit<Order, "current">): Promise<Findings> {
  const scratch = await mkdtemp(join(tmpdir(), "l2e-fuzz-parent-"));
  const current = join(scratch, "input");
  const failures: Failure[] = [];
  const tally: Record<string, Tally> = {};
  let done: (Report & { readonly kind: "done" }) | undefined;
  let next = order.seed;
  for (let left = order.cases; done === undefined && left > 0; ) {
    let last = { target: "none", seed: next };
    const child = fork(join(import.meta.dirname, "worker.ts"), {
      execArgv: ["--import", "tsx", "--max-old-space-size=2048"],
    });
    let timer: NodeJS.Timeout | undefined;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
    };
    child.on("message", (report: Report) => {
      watch();
      if (report.kind === "case") {
        last = report;
        tally[report.target] ??= { cases: 0, values: 0 };
        tally[report.target].cases++;
      } else if (report.kind === "value") tally[report.target].values++;
      else if (report.kind === "failure") failures.push(report.failure);
      else done = report;
    });
    child.send({ ...order, seed: next, cases: left, current } satisfies Order);
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
      child.on("exit", (...ended) => resolve(ended));
    });
    clearTimeout(timer);
    if (done !== undefined) break;
    const input = readFileSync(current).toString("base64");
    failures.push({ ...last, problem: signal === "SIGKILL" ? "hangs" : `crash: ${signal ?? code}`, input });
    left -= last.seed - next + 1;
    next = last.seed + 1;
  }
  await rm(scratch, { recursive: true, force: true });
  return { tally, corpus: done?.corpus ?? {}, failures };
}

/** Failures at one place are one: the first stands for them. */
function distinct(failures: readonly Failure[]): Failure[] {
  const byPlace = new Map<string, Failure>();
  for (const failure of failures) {
    const [message, ...stack] = failure.problem.split("\n");
    const at =
      stack.find((line) => /at .*(\/src\/|node_modules)/.test(line))?.replace(/:\d+:\d+\)?$/, "") ?? "";
    const place = `${failure.target} ${message.replace(/"[^"]*"|\d+/g, "…").slice(0, 60)} ${at}`;
    if (!byPlace.has(place)) byPlace.set(place, failure);
  }
  return [...byPlace.values()];
}

const [cases, commands, seed] = [values.cases, values.commands, values.seed].map(Number);
const parsers =
  cases === 0
    ? { tally: {}, corpus: {}, failures: [] }
    : await fuzzParsers({ seed: seed * 1_000_000, cases, only: values.only });
for (const [target, { cases: made, values: good }] of Object.entries(parsers.tally)) {
  say(
    `${target.padEnd(32)} ${made} cases, ${good} with a value, ${parsers.failures.filter((failure) => failure.target === target).length} failed; ${parsers.corpus[target] ?? 0} inputs kept`,
  );
}
const ran =
  commands === 0 ? { cases: 0, failures: [], codes: {} } : await fuzzCommands({ seed, cases: commands });
const found = distinct([...parsers.failures, ...ran.failures]);
for (const { target, seed: of, problem, input } of found) {
  say(
    `\n${target}, seed ${of}: ${problem.split("\n").slice(0, 4).join("\n")}\n  input ${input.slice(0, 4000)}`,
  );
}
const total = Object.values(parsers.tally).reduce((sum, { cases: made }) => sum + made, 0);
say(
  `${total} cases in process, ${ran.cases} through the command line (exit codes ${JSON.stringify(ran.codes)}): ${parsers.failures.length + ran.failures.length} failures, ${found.length} of them different`,
);
if (values.keep) {
  const path = join(import.meta.dirname, "found.json");
  const known = JSON.parse(await readFile(path, "utf8").catch(() => "[]")) as object[];
  const added = found
    .filter(({ target, input }) => target !== "command line" && input.length < 20_000)
    .map(({ target, input }) => ({ target, input }));
  await writeFile(path, `${JSON.stringify([...known, ...added], null, 1)}\n`);
}
process.exitCode = found.length === 0 ? 0 : 1;
