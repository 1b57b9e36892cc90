/** @file A run in any number of shards is the run in one process, byte for byte; what is missing or spoilt is made again. */

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import type { Executor, TaskArray } from "../../src/executors/executor.ts";
import type { RunOptions } from "../../src/pipeline/openRun.ts";
import { silentProgress } from "../../src/pipeline/progress.ts";
import { parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { runPipeline } from "../../src/pipeline/run.ts";
import { readRunRecord, runPaths } from "../../src/pipeline/runFolder.ts";
import { evaluateShare, generateShare, type PartOptions, trainRound } from "../../src/pipeline/shard.ts";
import { runSharded } from "../../src/pipeline/shardedRun.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { suiteFolder } from "../files/folder.ts";
import { products } from "../fixtures/products.ts";
import tiny from "../fixtures/tiny.ts";

describe("a run in shards", async () => {
  const base = await suiteFolder();
  let engine: Engine;
  let expected: Record<string, string>;

  function options(root: string, changes: Partial<RunOptions> = {}): RunOptions {
    return {
      definition: tiny,
      preset: "smoke",
      settings: resolveSettings(tiny, "smoke", ["training.block=1", "training.rounds=2"].map(parseOverride)),
      root: join(base, root),
      resume: false,
      engine,
      openTracker: (run) => openFileStoreRun({ ...run, clock: () => 0, user: "tester" }),
      progress: silentProgress,
      signal: new AbortController().signal,
      clock: () => 0,
      exportModel: async () => Uint8Array.of(1),
      ...changes,
    };
  }

  /** Does the tasks of `l2e shard` in this process, one after another; `mishap` may spoil what one has left. */
  function here(
    part: PartOptions,
    mishap: (tasks: TaskArray, index: number) => Promise<boolean> = async () => true,
  ) {
    const given: string[] = [];
    const failed = new Set<string>();
    const executor: Executor = {
      name: "here",
      async submit(tasks) {
        const id = String(given.push(`${tasks.stage} ${tasks.indices.join(",")} of ${tasks.of}`));
        const free = tasks.after?.ids.every((before) => !failed.has(before)) ?? true;
        for (const index of free ? tasks.indices : []) {
          const share = { index, of: tasks.of };
          if (tasks.stage === "generate") await generateShare(part, share);
          else if (tasks.stage === "train") await trainRound(part).catch(() => failed.add(id));
          else await evaluateShare(part, share);
          if (!(await mishap(tasks, index))) failed.add(id);
        }
        return { ids: [id], tasks, log: (index) => `${tasks.stage}-${id}_${index}.log` };
      },
      async wait() {},
      async cancel() {},
    };
    return { given, sharding: (shards: number) => ({ executor, shards, words: () => [], attempts: 3 }) };
  }

  beforeAll(async () => {
    engine = await openEngine("onnx-wasm", { threads: 1 });
    await runPipeline(options("plain"));
    expected = await products(join(base, "plain"), "tiny-smoke");
  });
  afterAll(() => engine.dispose());

  it.each([1, 2, 3])("has with %i shards the bytes of a run in one process", async (shards) => {
    expect(Object.keys(expected).filter((file) => file.endsWith(".arrow"))).toHaveLength(6);
    const own = options(`shards-${shards}`);
    const { given, sharding } = here(own);
    const { result } = await runSharded(own, sharding(shards));
    expect(await products(own.root, "tiny-smoke")).toEqual(expected);
    expect(given.map((text) => text.split(" ")[0])).toEqual([
      "generate",
      "train",
      "generate",
      "train",
      "evaluate",
    ]);
    expect(result.metrics["parameters"].passed).toBe(true);
    // What the shards left for each other is gone.
    expect(await readdir(join(own.root, "runs/tiny-smoke"))).not.toContain("findings");
    const dataset = await readdir(join(own.root, "datasets/tiny-smoke"), { recursive: true });
    expect(dataset.filter((path) => path.endsWith(".json"))).toEqual(["manifest.json"]);
  });

  it("makes again what is missing, spoilt, or of another order, and that alone", async () => {
    const own = options("mishaps");
    const part = (index: number, kind: string) =>
      join(own.root, `datasets/tiny-smoke/round-001/part-0000${index}.${kind}`);
    const spoils = [
      () => rm(part(1, "arrow")),
      async () => {
        const bytes = await readFile(part(1, "arrow"));
        bytes[bytes.length >> 1] ^= 1; // the size stays
        await writeFile(part(1, "arrow"), bytes);
      },
      async () => {
        const receipt = JSON.parse(await readFile(part(1, "json"), "utf8"));
        await writeFile(part(1, "json"), JSON.stringify({ ...receipt, order: "that of other weights" }));
      },
    ];
    const { given, sharding } = here(own, async (tasks, index) => {
      if (tasks.stage === "generate" && index === 1) await spoils.shift()?.();
      return true;
    });
    await runSharded(own, { ...sharding(3), attempts: 4 });
    expect(await products(own.root, "tiny-smoke")).toEqual(expected);
    // Training is begun each time, refuses to go on without the block, and is not held responsible.
    const again = ["generate 1 of 3", "train 0 of 1"];
    expect(given.slice(0, 8)).toEqual(["generate 0,1,2 of 3", "train 0 of 1", ...again, ...again, ...again]);
    expect(given).toHaveLength(8 + 2 + 1);
  });

  it("goes on after an interruption, and in one process where it was begun in shards", async () => {
    const own = options("continued");
    const controller = new AbortController();
    const { sharding } = here(own, async ({ stage }) => {
      if (stage === "generate") controller.abort();
      return true;
    });
    await expect(runSharded({ ...own, signal: controller.signal }, sharding(2))).rejects.toThrow();
    expect(await stateOf(own)).toBe("interrupted");
    await runPipeline({ ...own, resume: true });
    expect(await products(own.root, "tiny-smoke")).toEqual(expected);
  });

  it("is marked as failed where a shard is given up, and goes on all the same", async () => {
    const own = options("given-up");
    const { sharding } = here(own, async ({ stage }) => {
      if (stage === "generate")
        await rm(join(own.root, "datasets/tiny-smoke/round-001/part-00000.arrow"), { force: true });
      return true;
    });
    await expect(runSharded(own, { ...sharding(2), attempts: 1 })).rejects.toThrow(/submitted 1 times/);
    expect(await stateOf(own)).toBe("failed");
    await runSharded({ ...own, resume: true }, here(own).sharding(2));
    expect(await products(own.root, "tiny-smoke")).toEqual(expected);
  });

  async function stateOf({ root }: RunOptions): Promise<string | undefined> {
    return (await readRunRecord(runPaths(root, "tiny-smoke")))?.state;
  }

  it("says where a part of a run has no run, or another engine", async () => {
    await expect(generateShare(options("nowhere"), { index: 0, of: 1 })).rejects.toThrow(
      /there is no run whose parts could be made/,
    );
    const other = { ...options("plain"), engine: { ...engine, name: "tfjs-cpu" as const } };
    await expect(generateShare(other, { index: 0, of: 1 })).rejects.toThrow(/Say --engine onnx-wasm/);
  });
});
