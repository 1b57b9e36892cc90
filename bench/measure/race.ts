/** @file Runs the rivals of a workload as processes and times them in turn. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { medianAndMax } from "../../src/pipeline/evaluations/law.ts";
import type { Inputs, Question, Workload } from "./question.ts";

/** A rival's result. */
export interface Lap {
  readonly label: string;
  /** `l2e`, or the family of a peer. */
  readonly family: string;
  readonly threads: number;
  /** Versions and settings, in the rival's own words. */
  readonly detail: string;
  /** Median, least and most over the repeats, in milliseconds a step. */
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Most memory that its process ever held, inputs and runtime included. */
  readonly peakBytes: number;
}

export interface RaceOptions {
  readonly repeats: number;
  readonly seconds: number;
  /** The Python that runs the peers; without it they stay at home. */
  readonly python: string | undefined;
}

interface Entry {
  readonly label: string;
  readonly family: string;
  readonly threads: number;
  readonly command: readonly string[];
}

interface Rival extends Entry {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly interface: Interface;
  readonly value: number;
  readonly detail: string;
  readonly times: number[];
  peakBytes: number;
}

const here = fileURLToPath(new URL(".", import.meta.url));

/** Times all rivals of one workload: ours, theirs, ours, … so that a disturbance of the machine meets each of them alike. */
export async function race(
  name: string,
  question: Question,
  workload: Workload,
  options: RaceOptions,
): Promise<readonly Lap[]> {
  const folder = await mkdtemp(join(tmpdir(), "l2e-bench-"));
  const rivals: Rival[] = [];
  try {
    const entries = [...ownEntries(name, workload), ...peerEntries(workload, folder, options.python)];
    if (options.python !== undefined) await writeInputs(folder, question.inputs(workload.size));
    for (const entry of entries) rivals.push(await start(entry));
    requireAgreement(`${name}: ${workload.name}`, rivals, question.tolerance);
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      for (const rival of rivals) {
        rival.process.stdin?.write(`${options.seconds}\n`);
        const { milliseconds, peakBytes } = await answer(rival);
        rival.times.push(milliseconds);
        rival.peakBytes = peakBytes;
      }
    }
    return rivals.map(lapOf);
  } finally {
    for (const rival of rivals) rival.process.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function ownEntries(name: string, workload: Workload): Entry[] {
  const loader = import.meta.resolve("tsx");
  return workload.own.map(({ engine, threads = 1 }) => ({
    label: `${engine === "onnx" ? "l2e onnx" : engine}, ${plural(threads)}`,
    family: engine === "onnx" ? "l2e" : engine,
    threads,
    command: [process.execPath, "--import", loader, `${here}rival.ts`].concat([
      name,
      JSON.stringify(workload.size),
      engine,
      String(threads),
    ]),
  }));
}

function peerEntries(workload: Workload, folder: string, python: string | undefined): Entry[] {
  if (python === undefined) return [];
  return workload.peers.flatMap(({ program, family, variants, threads }) =>
    variants.flatMap((variant) =>
      threads.map((count) => ({
        label: `${family}${variants.length > 1 ? ` (${variant})` : ""}, ${plural(count)}`,
        family,
        threads: count,
        command: [
          python,
          `${here}../peers/${program}.py`,
          variant,
          String(count),
          JSON.stringify(workload.size),
          folder,
        ],
      })),
    ),
  );
}

async function writeInputs(folder: string, inputs: Inputs): Promise<void> {
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  await writeFile(join(folder, "inputs.json"), JSON.stringify(shapes));
  for (const [name, { data }] of Object.entries(inputs))
    await writeFile(join(folder, `${name}.f32`), Buffer.from(Float32Array.from(data).buffer));
}

async function start(entry: Entry): Promise<Rival> {
  const [program, ...args] = entry.command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const input = createInterface({ input: child.stdout });
  const rival = { ...entry, process: child, interface: input, lines: input[Symbol.asyncIterator]() };
  const { value, detail } = await answer(rival);
  return { ...rival, value, detail, times: [], peakBytes: 0 };
}

async function answer({ label, lines }: Pick<Rival, "label" | "lines">) {
  const line = await lines.next();
  if (line.done === true) throw new Error(`${label}: ended before it answered; what it said stands above.`);
  return JSON.parse(line.value);
}

/** A fast wrong answer is none: after three steps all rivals must have come to the same number. */
function requireAgreement(name: string, rivals: readonly Rival[], tolerance: number): void {
  const [first] = rivals;
  for (const { label, value } of rivals)
    if (!(Math.abs(value - first.value) <= tolerance * Math.abs(first.value)))
      throw new Error(
        `${name}: after three steps ${label} has ${value}, but ${first.label} has ${first.value}, further apart than ${tolerance} of it.`,
      );
}

function lapOf({ label, family, threads, detail, times, peakBytes }: Rival): Lap {
  const { median, max: most } = medianAndMax(times) as { median: number; max: number };
  return { label, family, threads, detail, median, least: Math.min(...times), most, peakBytes };
}

function plural(threads: number): string {
  return threads === 1 ? "1 thread" : `${threads} threads`;
}
