/** @file Tables of points, snapshots and tensors. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { decodeSafetensors, encodeSafetensors } from "../../src/checkpoints/safetensors.ts";
import { openDataset } from "../../src/datasets/dataset.ts";
import { openSnapshots } from "../../src/datasets/reader.ts";
import { readSamples } from "../../src/datasets/samples.ts";
import { tableDensity } from "../../src/playground/table.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";
import { clone, type Target, textOf, utf8 } from "./target.ts";

/** Binary and text files of numbers. */
export async function tables(scratch: string): Promise<Target[]> {
  const csv = 'x,y,name\n1,2,a\n3,4.5e-3,b\n-5,NA,"c\nd"\n7,8,e\n';
  const tsv = csv.replaceAll(",", "\t");
  const dataset = await openDataset(join(scratch, "seed-dataset"), planeFormat);
  const part = await dataset.append({
    round: 0,
    name: "a",
    snapshots: [planeSnapshot(0, 0, 3), planeSnapshot(0, 1, 3)],
  });
  const arrow = await readFile(join(dataset.folder, part.path));
  const { tableFromArrays, tableToIPC } = await import("apache-arrow");
  const table = tableFromArrays({
    x: Float64Array.of(1, 2, 3),
    y: Int32Array.of(3, 4, 6),
    s: ["a", "b", "c"],
  });
  const parquet = await Promise.all(
    ["pyarrow", "polars"].map((writer) => readFile(join(clone, `tests/fixtures/points.${writer}.parquet`))),
  );
  const samples = (extension: string, seeds: readonly Uint8Array[]): Target => ({
    name: `points in ${extension}`,
    form: "bytes",
    seeds,
    run: async (input) => {
      const path = join(scratch, `points${extension}`);
      await writeFile(path, input);
      return await readSamples(path);
    },
  });
  const ten = Array.from({ length: 12 }, (_, i) => `${i},${i * i}\n`).join("");
  const texts = [csv, tsv, `u,v\n${ten}`, "a;b\n1;2\n", "\ufeffa,b\r\n1,2\r\n3,5\r\n", 'a,b\n"1,2\n'].map(
    (text) => utf8.encode(text),
  );
  return [
    samples(".csv", texts),
    samples(".tsv", texts),
    samples(".arrow", [arrow, tableToIPC(table, "file"), tableToIPC(table, "stream")]),
    samples(".parquet", parquet),
    samples(".csv.gz", [
      gzipSync(csv),
      gzipSync("x,y\n".padEnd(100_000, "1,2\n")),
      gzipSync(Buffer.alloc(1e8)),
      brotliCompressSync(csv),
    ]),
    samples(".parquet.gz", [gzipSync(parquet[0])]),
    {
      name: "snapshots",
      form: "bytes",
      seeds: [arrow],
      run: async (input) => {
        const path = join(scratch, "snapshots.arrow");
        await writeFile(path, input);
        const file = await openSnapshots(path);
        try {
          let sum = 0;
          for await (const { positions, logDensity, count } of file)
            sum += positions.length + logDensity.length + count;
          return sum;
        } finally {
          await file.close();
        }
      },
    },
    {
      name: "table on the page",
      form: "bytes",
      seeds: texts,
      run: async (input) => tableDensity(textOf(input), "table.csv"),
    },
    {
      name: "safetensors",
      form: "bytes",
      seeds: [
        encodeSafetensors(
          {
            a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
            b: { shape: [], data: Int32Array.of(1) },
          },
          { k: "v" },
        ),
        await readFile(join(clone, "checkpoints/fokker-planck-2d/weights.safetensors")),
      ],
      run: async (input) => decodeSafetensors(input, "weights.safetensors"),
    },
  ];
}
