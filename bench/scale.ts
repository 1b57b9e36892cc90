/** @file What does sharded generation cost, from ten thousand particles to a hundred million, and what does a shard cost by itself? */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lineChart } from "../src/report/lineChart.ts";
import { costsOfFiles, type FileCosts } from "./measure/fileCosts.ts";
import { type Generated, generateInShards } from "./measure/generateInShards.ts";
import type { Outcome, Study } from "./measure/study.ts";

/** Particles a density, and densities a block: 160,000 particles a part. */
const [particles, block] = [10_000, 16];

/** A hundred million particles take about ten minutes and five gigabytes of disk; less is enough to see how it grows. */
const largest = Number(process.env["L2E_SCALE_LARGEST"] ?? 1e8);

const sizes = [1e4, 1e5, 1e6, 1e7, 1e8].filter((size) => size <= largest);

export const study: Study = {
  question: "What does sharded generation cost?",
  seeds: 1,
  async run({ note }) {
    const rows: Generated[] = [];
    const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
      const folder = await mkdtemp(join(tmpdir(), "l2e-scale-"));
      return work(folder).finally(() => rm(folder, { recursive: true, force: true }));
    };
    for (const size of sizes) {
      // The largest is made once, with all workers.
      for (const workers of size > 1e7 ? [2] : [1, 2]) {
        const settings = { densities: size / particles, particles, block, workers };
        const row = await inFolder((folder) => generateInShards(folder, settings));
        note(`${size} particles, ${workers} workers: ${row.seconds.toFixed(1)} s`);
        rows.push(row);
      }
    }
    const files = await inFolder((folder) => costsOfFiles(folder));
    return outcomeOf(rows, files);
  },
};

function outcomeOf(rows: readonly Generated[], files: FileCosts): Outcome {
  const markdown = [
    `A step of the untrained operator (\`fokker-planck-2d\`, context 512) from each density; ${particles} particles a density, blocks of ${block}, one thread a worker, a shard a worker.`,
    "",
    "| particles | workers | blocks | seconds | of which starting | particle-steps a second | data, MB | peak memory of a shard, MiB |",
    "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows.map((row) =>
      cells([
        row.particles.toExponential(0),
        row.workers,
        row.blocks,
        row.seconds.toPrecision(3),
        row.startup.toPrecision(2),
        rate(row),
        (row.bytes / 1e6).toPrecision(3),
        Math.round(row.peakMemory / 2 ** 20),
      ]),
    ),
    "",
    "| what the files cost | |",
    "|---|---:|",
    cells(["bytes of the manifest a part", files.manifestBytes.toFixed(0)]),
    cells(["milliseconds to commit 10,000 parts", (1e3 * files.commit).toPrecision(3)]),
    cells(["milliseconds to open a dataset of 10,000 parts", (1e3 * files.open).toPrecision(3)]),
    cells(["microseconds to look for a receipt that is not there", (1e6 * files.missing).toPrecision(3)]),
    cells(["seconds to hash a gigabyte", files.hash.toPrecision(3)]),
    cells(["seconds to read a gigabyte of snapshots", files.read.toPrecision(3)]),
  ];
  const series = [1, 2].map((workers) => ({
    name: `${workers} ${workers === 1 ? "worker" : "workers"}`,
    dots: true,
    points: rows.filter((row) => row.workers === workers).map((row) => [row.particles, row.seconds] as const),
  }));
  const figure = lineChart({
    title: "Seconds of a generation in shards",
    x: { label: "particles", type: "log" },
    y: { label: "seconds", type: "log" },
    series,
  });
  return { markdown, data: { rows, files }, figures: { scale: figure } };
}

/** Particle-steps a second of work; nothing where starting is most of the time, which differs from one time to the next. */
function rate({ particles: count, seconds, startup }: Generated): string {
  return seconds > 2 * startup ? (count / (seconds - startup)).toPrecision(3) : "–";
}

function cells(texts: readonly (string | number)[]): string {
  return `| ${texts.join(" | ")} |`;
}
