/**
 * @file One of our own ways to do the work, in a process of its own: `rival.ts QUESTION SIZE ENGINE THREADS`.
 *
 * The protocol, which the programs in `bench/peers/` share: the rival takes three steps and prints `{"value": …}`, the
 * number that the third returned. For every line `SECONDS` it then takes as many steps as fit, at least one, and
 * prints `{"milliseconds": … a step, "steps": …, "peakBytes": …}`. It ends when its input does.
 */

import { createInterface } from "node:readline";
import { type EngineName, openEngine } from "../../src/engine/engine.ts";
import type { Question, Workload } from "./question.ts";

const [name, sizeJson, engineName, threads] = process.argv.slice(2);
const { question }: { question: Question } = await import(`../${name}.ts`);
const size: Workload["size"] = JSON.parse(sizeJson);
const engine = await openEngine(engineName as EngineName, { threads: Number(threads) });
const advance = question.start(engine, size, question.inputs(size));

await advance(2);
const begun = performance.now();
const value = await advance(1);
let once = performance.now() - begun;
console.log(JSON.stringify({ value, detail: engine.detail }));
for await (const line of createInterface({ input: process.stdin })) {
  const steps = Math.max(1, Math.round((1000 * Number(line)) / once));
  const start = performance.now();
  await advance(steps);
  once = (performance.now() - start) / steps;
  const peakBytes = 1024 * process.resourceUsage().maxRSS;
  console.log(JSON.stringify({ milliseconds: once, steps, peakBytes }));
}
await engine.dispose();
