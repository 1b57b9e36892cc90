/**
 * @file What does a training step cost on the compiled engine, with one thread and with two, and operation by operation?
 *
 * `npm run bench -- engine`, or with options `npm run bench -- engine -- --json --repeats 9`.
 */

import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { type Engine, openEngine } from "../src/engine/engine.ts";
import { type Advance, interleaved, type Timing } from "./measure/interleaved.ts";
import { kineticStep } from "./measure/kineticStep.ts";
import { operatorStep } from "./measure/operatorStep.ts";

interface Workload {
  readonly name: string;
  /** Whether it is small enough to be run operation by operation in plain JavaScript. */
  readonly eager: boolean;
  readonly start: (engine: Engine) => Advance;
}

const kinetic = (particles: number, hidden: number, eager: boolean): Workload => ({
  name: `kinetic, N = ${particles}, H = ${hidden}`,
  eager,
  start: (engine) => kineticStep(engine, { particles, hidden }),
});

const workloads: readonly Workload[] = [
  {
    name: "operator, 16 densities × (512 context + 128 queries), width 64",
    eager: false,
    start: (engine) => operatorStep(engine, { densities: 16, context: 512, queries: 128 }),
  },
  kinetic(1_000, 32, true),
  kinetic(10_000, 32, true),
  kinetic(10_000, 128, false),
];

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    repeats: { type: "string", default: "7" },
    seconds: { type: "string", default: "0.4" },
  },
});
const repeats = Number(values.repeats);
const seconds = Number(values.seconds);
if (!(repeats >= 1 && seconds > 0))
  throw new Error("engine: --repeats must be at least 1, --seconds positive.");

const engines = [
  { label: "onnx, 1 thread", engine: await openEngine("onnx", { threads: 1 }), eager: false },
  { label: "onnx, 2 threads", engine: await openEngine("onnx", { threads: 2 }), eager: false },
  { label: "tfjs-cpu, eager", engine: await openEngine("tfjs-cpu"), eager: true },
];

const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  loadBefore: loadavg()[0],
};
const results: { readonly workload: string; readonly timings: Readonly<Record<string, Timing>> }[] = [];
for (const { name, eager, start } of workloads) {
  const rivals = engines.filter((candidate) => eager || !candidate.eager);
  const timings = await interleaved(
    rivals.map(({ engine }) => start(engine)),
    { repeats, seconds },
  );
  requireAgreement(name, timings);
  results.push({
    workload: name,
    timings: Object.fromEntries(rivals.map(({ label }, i) => [label, timings[i]])),
  });
  process.stderr.write(`${name}: done\n`);
}
for (const { engine } of engines) await engine.dispose();

const report = {
  schema: "l2e.bench/1",
  question: "milliseconds a training step",
  machine: { ...machine, loadAfter: loadavg()[0] },
  engines: engines.map(({ label, engine }) => ({ label, detail: engine.detail })),
  repeats,
  results,
};
console.log(values.json ? JSON.stringify(report) : markdown());

/** A fast wrong answer is none: after three steps all engines must have the same loss. */
function requireAgreement(name: string, timings: readonly Timing[]): void {
  const losses = timings.map(({ value }) => value);
  const spread = Math.max(...losses) - Math.min(...losses);
  if (!(spread <= 1e-3 * (1 + Math.abs(losses[0]))))
    throw new Error(`engine: ${name}: the engines disagree about the loss after three steps, [${losses}].`);
}

function markdown(): string {
  const labels = engines.map(({ label }) => label);
  const cell = (timing: Timing | undefined) =>
    timing === undefined
      ? "–"
      : `${timing.median.toPrecision(3)} (${timing.least.toPrecision(3)}–${timing.most.toPrecision(3)})`;
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const { cpu, cores, node, platform, loadBefore, loadAfter } = report.machine;
  return [
    `Milliseconds a training step: median of ${repeats} interleaved repeats (least–most).`,
    `${cpu}, ${cores} cores, ${platform}, Node ${node}; load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after.`,
    ...engines.map(({ label, engine }) => `${label}: ${engine.detail}.`),
    "",
    row(["step", ...labels]),
    row(["---", ...labels.map(() => "---:")]),
    ...results.map(({ workload, timings }) =>
      row([workload, ...labels.map((label) => cell(timings[label]))]),
    ),
  ].join("\n");
}
