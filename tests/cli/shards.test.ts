/** @file `l2e run --shards` with processes, and `l2e shard` as another scheduler calls it. */

import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { suiteFolder } from "../files/folder.ts";
import { products } from "../fixtures/products.ts";
import { l2e, tinyPipeline } from "./run.ts";

describe("a run in shards from the command line", async () => {
  const folder = await suiteFolder();
  const quietly = ["--preset", "smoke", "--engine", "onnx-wasm", "--threads", "1", "--quiet"];
  const settings = ["--set", "training.block=1", "--set", "training.rounds=1"];
  let expected: Record<string, string>;

  beforeAll(async () => {
    await mkdir(join(folder, "plain"));
    const { code } = await l2e(join(folder, "plain"), "run", tinyPipeline, ...quietly, ...settings);
    expect(code).toBe(0);
    expected = await products(join(folder, "plain"), "tiny-smoke");
  });
  afterEach(() => vi.unstubAllEnvs());

  it("by two processes at a time has the bytes of one", async () => {
    const words = ["run", tinyPipeline, ...quietly, ...settings, "--out", "processes", "--json"];
    const { code, stdout, stderr } = await l2e(folder, ...words, "--shards", "2", "--workers", "2");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout).metrics.parameters.passed).toBe(true);
    expect(await products(join(folder, "processes"), "tiny-smoke")).toEqual(expected);
  });

  it("as Kubernetes runs the jobs of examples/kubernetes has the bytes of one", async () => {
    const root = join(folder, "pods");
    await mkdir(root);
    for (const file of ["open", "round", "finish"]) {
      for (const { words, completions } of await jobsOf(file)) {
        const own = words
          .map((word) => ({ "fokker-planck-2d": tinyPipeline, "/runs": root, quick: "smoke" })[word] ?? word)
          .map((word) => word.replace("training.block=3", "training.block=1"));
        if (own[0] === "run" || own.includes("open")) own.push("--set", "training.rounds=1");
        for (let index = 0; index < completions; index++) {
          if (completions > 1) vi.stubEnv("JOB_COMPLETION_INDEX", String(index));
          const result = await l2e(folder, ...own, "--engine", "onnx-wasm", "--threads", "1", "--quiet");
          expect(result.code, `${own.join(" ")}: ${result.stderr}`).toBe(0);
          vi.unstubAllEnvs();
        }
      }
    }
    expect(await products(root, "tiny-smoke")).toEqual(expected);
  });

  it("says what is wrong", async () => {
    const fails = async (...words: string[]) => {
      const { code, stderr } = await l2e(folder, ...words);
      return [code, stderr.trim()];
    };
    const run = ["run", tinyPipeline, "--preset", "smoke"];
    expect(await fails(...run, "--executor", "pbs")).toEqual([
      2,
      'error: --executor must be local or slurm, got "pbs".',
    ]);
    expect(await fails(...run, "--slurm-opt", "time=1")).toEqual([
      2,
      "error: --slurm-opt time=1: it is for --executor slurm.",
    ]);
    const shard = ["shard", tinyPipeline, "--preset", "smoke", "--stage", "generate"];
    expect(await fails(...shard, "--index", "3", "--of", "3")).toEqual([
      2,
      "error: --index 3: the parts are 0 to 2, since --of is 3.",
    ]);
    expect((await fails(...shard, "--of", "3"))[1]).toMatch(/^error: --index: which of the 3 parts\?/);
    const nowhere = await fails(...shard, "--out", "nowhere", "--quiet", "--engine", "onnx-wasm");
    expect(nowhere[1]).toMatch(
      /there is no run whose parts could be made\. Begin it: l2e shard tiny --stage open\.$/,
    );
    // Training does not begin without the blocks.
    await l2e(folder, "shard", tinyPipeline, ...quietly, "--stage", "open", "--out", "early");
    const train = ["shard", tinyPipeline, ...quietly, "--stage", "train", "--out", "early"];
    expect((await fails(...train))[1]).toMatch(/^error: .*block 0 of round 1 is not there\./);
  });
});

/** The commands of an example's jobs, and how many pods complete each. */
async function jobsOf(name: string): Promise<{ words: string[]; completions: number }[]> {
  const path = fileURLToPath(new URL(`../../examples/kubernetes/${name}.yaml`, import.meta.url));
  const documents = (await readFile(path, "utf8")).split(/^---$/m);
  return documents.map((text) => ({
    words: JSON.parse(/args: (\[.*\])/.exec(text)?.[1] as string),
    completions: Number(/completions: (\d+)/.exec(text)?.[1] ?? 1),
  }));
}
