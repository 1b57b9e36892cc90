/** @file Manifests of datasets and checkpoints, and the files of a run. */

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint, saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { decodeManifest } from "../../src/checkpoints/manifest.ts";
import { openDataset } from "../../src/datasets/dataset.ts";
import { compareRuns } from "../../src/pipeline/compareRuns.ts";
import { readHistory } from "../../src/pipeline/history.ts";
import { loadOperator } from "../../src/pipeline/model.ts";
import { resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { readRunRecord, runPaths } from "../../src/pipeline/runFolder.ts";
import { rewriteReport } from "../../src/pipeline/writeReport.ts";
import { contentsWith } from "../checkpoints/contents.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";
import tiny from "../fixtures/tiny.ts";
import { clone, own, type Target, textOf, utf8 } from "./target.ts";

/** Manifests, with the files that they list. */
export async function manifests(scratch: string): Promise<Target[]> {
  const data = join(scratch, "dataset");
  const dataset = await openDataset(data, { ...planeFormat, metadata: { flow: "x" } });
  await dataset.append({ round: 0, name: "a", snapshots: [planeSnapshot(0, 0, 3)] });
  const saved = join(scratch, "checkpoint");
  await saveCheckpoint(saved, contentsWith(2));
  const trained = join(scratch, "operator");
  await cp(join(clone, "checkpoints/fokker-planck-2d"), trained, { recursive: true });
  const manifest = (folder: string) => readFile(join(folder, "manifest.json"));
  return [
    {
      name: "manifest of a dataset",
      form: "json",
      seeds: [await manifest(data)],
      run: async (input) => {
        await writeFile(join(data, "manifest.json"), input);
        const opened = await openDataset(data);
        for await (const _ of opened.read({ verify: true }));
        return opened.digest();
      },
    },
    {
      name: "manifest of a checkpoint",
      form: "json",
      seeds: [await manifest(saved), await manifest(trained)],
      run: async (input) => {
        await writeFile(join(saved, "manifest.json"), input);
        own(() => decodeManifest(textOf(input), "manifest.json"));
        return await loadCheckpoint(saved);
      },
    },
    {
      name: "operator of a checkpoint",
      form: "json",
      seeds: [await manifest(trained)],
      run: async (input) => {
        await writeFile(join(trained, "manifest.json"), input);
        return await loadOperator(trained);
      },
    },
  ];
}

/** What a run leaves in its folder. */
export async function runFiles(scratch: string): Promise<Target[]> {
  const paths = runPaths(scratch, "tiny");
  const other = runPaths(scratch, "other");
  const settings = resolveSettings(tiny, "full");
  const record = {
    ...{
      schema: "l2e.run/1",
      pipeline: "tiny",
      preset: "full",
      settings,
      seed: 0,
      engine: "onnx",
      engineDetail: "x",
    },
    ...{
      mlflowRunId: "",
      state: "finished",
      rounds: 3,
      seconds: { train: 1 },
      written: { "result.json": "0" },
    },
  };
  const result = {
    ...{ schema: "l2e.result/1", pipeline: "tiny", preset: "full", seed: 0, engine: "onnx" },
    ...{
      metrics: { a: { value: 1, min: 0, passed: true, reason: "r" } },
      seconds: { train: 1 },
      files: { run: "runs/tiny" },
    },
  };
  const round = {
    round: 1,
    horizon: 1,
    trajectories: 1,
    snapshots: 1,
    refused: 0,
    residual: 0,
    loss: 1,
    generateSeconds: 1,
    seconds: 1,
  };
  const history = {
    losses: [
      [1, 0.5],
      [2, null],
    ],
    rounds: [round],
  };
  const report = {
    title: "t",
    subtitle: "s",
    facts: [{ label: "a", value: "b", note: "c" }],
    sections: [
      {
        title: "S",
        explanation: "e",
        notes: ["n"],
        tables: [
          {
            title: "T",
            rowHeading: "r",
            columns: [{ label: "c", align: "right" }],
            rows: [{ label: "l", cells: [1, "x", null, { value: 2, status: "pass" }] }],
          },
        ],
        charts: [
          {
            title: "C",
            x: { label: "x" },
            y: { label: "y", scale: "log" },
            series: [
              {
                name: "s",
                points: [
                  [1, 2],
                  [2, 3],
                ],
              },
            ],
          },
        ],
      },
    ],
    reproduce: ["l2e run tiny"],
  };
  for (const place of [paths, other]) {
    await mkdir(place.folder, { recursive: true });
    await writeFile(place.record, JSON.stringify(record));
    await writeFile(place.result, JSON.stringify(result));
  }
  const file = (
    name: string,
    path: string,
    seed: object,
    read: () => Promise<unknown>,
    every = 1,
  ): Target => ({
    name,
    form: "json",
    seeds: [utf8.encode(JSON.stringify(seed))],
    every,
    run: async (input) => {
      await writeFile(path, input);
      return await read();
    },
  });
  const everything = { round: Number.POSITIVE_INFINITY, iteration: Number.POSITIVE_INFINITY };
  return [
    file("record of a run", paths.record, record, () => readRunRecord(paths)),
    file("history of a training", paths.history, history, () => readHistory(paths.history, everything)),
    file("data of a report", paths.reportData, report, () => rewriteReport(paths), 60),
    file(
      "result beside another",
      other.result,
      result,
      async () => {
        await writeFile(paths.record, JSON.stringify(record));
        await writeFile(paths.history, JSON.stringify(history));
        return await compareRuns([paths, other], join(scratch, "reports"));
      },
      60,
    ),
  ];
}
