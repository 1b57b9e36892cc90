/** @file Rolls an untrained operator out and prints the most memory that the process has held: `PROGRAM PARTICLES STEPS`. */
import { question } from "../../bench/rollout.ts";
import { openEngine } from "../../src/engine/engine.ts";

const [particles, steps] = process.argv.slice(2).map(Number);
const size = { particles, context: 512, hidden: 64 };
const advance = question.start(await openEngine("onnx"), size, question.inputs(size));
for (let step = 0; step < steps; step++) {
  const meanLogDensity = await advance(1);
  const bytes = 1024 * process.resourceUsage().maxRSS;
  process.stdout.write(`${JSON.stringify({ particles, bytes, finite: Number.isFinite(meanLogDensity) })}\n`);
}
