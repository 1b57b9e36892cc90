/** @file Generates a round in shards, each a process of `l2e shard`, and times it. */

import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { localExecutor } from "../../src/executors/local.ts";

export interface Generated {
  readonly particles: number;
  readonly workers: number;
  readonly blocks: number;
  /** Wall time from handing the shards over until the last has ended. */
  readonly seconds: number;
  /** The same where every block is there already: what starting a shard and looking at the files takes. */
  readonly startup: number;
  /** Of all parts. */
  readonly bytes: number;
  /** Of the largest shard, in bytes. */
  readonly peakMemory: number;
}

const program = [process.execPath, fileURLToPath(new URL("../../bin/l2e.js", import.meta.url))];
const pipeline = "fokker-planck-2d";

/** One step of the operator from each density of a round, by as many shards as workers. */
export async function generateInShards(
  folder: string,
  size: {
    readonly densities: number;
    readonly particles: number;
    readonly block: number;
    readonly workers: number;
  },
): Promise<Generated> {
  const { densities, particles, block, workers } = size;
  const common = [
    "shard",
    pipeline,
    "--preset",
    "quick",
    "--engine",
    "onnx",
    "--threads",
    "1",
    "--out",
    folder,
  ];
  const training = { densities, particles, block, horizon: 1, firstHorizon: 1, snapshots: 1 };
  const sets = Object.entries(training).flatMap(([name, value]) => ["--set", `training.${name}=${value}`]);
  const [command, ...first] = program;
  await promisify(execFile)(command, [...first, ...common, "--stage", "open", ...sets, "--quiet"]);
  const executor = localExecutor({ program, workers, logs: join(folder, "logs") });
  const words = [...common, "--stage", "generate", "--quiet", "--json"];
  const shards = Array.from({ length: workers }, (_, i) => i);
  const timed = async () => {
    const began = performance.now();
    const submission = await executor.submit({ stage: "generate", words, indices: shards, of: workers });
    await executor.wait(submission);
    const seconds = (performance.now() - began) / 1000;
    const said = await Promise.all(shards.map((shard) => readFile(submission.log(shard), "utf8")));
    return { seconds, shards: said.map((text) => JSON.parse(text) as { made: number; peakMemory: number }) };
  };
  const working = await timed();
  const blocks = working.shards.reduce((sum, { made }) => sum + made, 0);
  const round = join(folder, `datasets/${pipeline}-quick/round-001`);
  const parts = (await readdir(round)).filter((name) => name.endsWith(".arrow"));
  if (parts.length !== blocks || blocks !== Math.ceil(densities / block))
    throw new Error(`scale: ${blocks} blocks were made, ${parts.length} parts are there.`);
  const sizes = await Promise.all(parts.map(async (name) => (await stat(join(round, name))).size));
  return {
    particles: densities * particles,
    workers,
    blocks,
    seconds: working.seconds,
    startup: (await timed()).seconds,
    bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    peakMemory: Math.max(...working.shards.map(({ peakMemory }) => peakMemory)),
  };
}
