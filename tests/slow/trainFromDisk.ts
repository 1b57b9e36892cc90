/**
 * @file Trains on a dataset of so many bytes and prints the most memory that the process has held: `PROGRAM FOLDER BYTES BUDGET ITERATIONS`. The dataset
 * is made first, in parts of a few hundred MiB, and is told from one that is trained on as usual by nothing but its size.
 */
import { openDataset } from "../../src/datasets/dataset.ts";
import type { Snapshot } from "../../src/datasets/schema.ts";
import { openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { trainingStep, trainRound } from "../../src/operator/iterations.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { settingsSchema } from "../../src/pipeline/settings.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { smallProblem } from "../operator/problem.ts";

const [folder, ...numbers] = process.argv.slice(2);
const [bytes, poolBudget, iterations] = numbers.map(Number);
const [particles, snapshotsInPart] = [100_000, 200];
const problem = smallProblem(2);
const key = keyFrom(0);
const samples = Array.from({ length: 8 }, (_, i) =>
  sampleCloud(problem.family.draw(foldIn(key, i)), foldIn(foldIn(key, "particles"), i), particles),
);

/** One of the samples, moved: another density, at the price of an addition. */
function moved(trajectory: number): Snapshot {
  const { positions, logDensity } = samples[trajectory % samples.length];
  const by = (trajectory % 97) / 97;
  const numbersOfStep = { step: 1, time: 0.1, tau: 0.1, seed: 0, source: "sample" };
  return { trajectory, ...numbersOfStep, positions: Float32Array.from(positions, (x) => x + by), logDensity };
}

const dataset = await openDataset(folder, {
  dimension: 2,
  domain: "euclidean",
  coordinates: ["x1", "x2"],
  units: ["1", "1"],
});
const held = () => dataset.manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
for (let part = 0; held() < bytes; part++) {
  const snapshots = (function* () {
    for (let i = 0; i < snapshotsInPart; i++) yield moved(part * snapshotsInPart + i);
  })();
  await dataset.append({ round: 1, name: `part-${String(part).padStart(5, "0")}`, snapshots });
}
const written = 1024 * process.resourceUsage().maxRSS;

const small = { rounds: 1, iterations, densities: 8, particles, batch: 16, context: 512, queries: 128 };
const job = {
  ...problem,
  engine: await openEngine("onnx", { threads: 1 }),
  training: settingsSchema.parse({ tau: 0.1, training: small }).training,
  seed: 0,
  dataset,
  poolBudget,
  observer: { generated() {}, iteration() {}, async round() {} },
  signal: new AbortController().signal,
  clock: () => performance.now() / 1000,
};
const began = performance.now();
const state = initialTrainingState(problem.architecture, key);
const { loss } = await trainRound(job, {
  state,
  within: { state, loss: 0 },
  round: 1,
  step: trainingStep(job),
});
const milliseconds = (performance.now() - began) / iterations;
const peak = 1024 * process.resourceUsage().maxRSS;
process.stdout.write(
  `${JSON.stringify({ bytes: held(), snapshots: dataset.snapshotCount, written, peak, loss, milliseconds })}\n`,
);
