import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completeStages, type Stage } from "../../src/executors/complete.ts";
import type { Executor, TaskArray } from "../../src/executors/executor.ts";
import { testFolder } from "../files/folder.ts";

/** An executor that notes what it is given and does with each task what it is told. */
function noting(work: (stage: string, index: number, submission: number) => boolean | undefined) {
  const submitted: TaskArray[] = [];
  const cancelled: string[][] = [];
  const succeeded = new Map<string, boolean>();
  const executor: Executor = {
    name: "noting",
    async submit(tasks) {
      const id = String(submitted.push(tasks));
      const free = tasks.after?.ids.every((before) => succeeded.get(before)) ?? true;
      const results = free
        ? tasks.indices.map((index) => work(tasks.stage, index, Number(id)) ?? true)
        : [false];
      succeeded.set(id, results.every(Boolean));
      return { ids: [id], tasks, log: (index) => `${tasks.stage}-${id}_${index}.log` };
    },
    async wait() {},
    async cancel({ ids }) {
      cancelled.push([...ids]);
    },
  };
  return { executor, cancelled, given: () => submitted.map(({ stage, indices }) => [stage, ...indices]) };
}

/** A stage of so many tasks whose files are those of a set. */
const stage = (name: string, of: number, files: Set<string>): Stage => ({
  tasks: { stage: name, words: [], of },
  missing: async () => Array.from({ length: of }, (_, i) => i).filter((i) => !files.has(`${name}${i}`)),
});

function options(signal = new AbortController().signal) {
  const notes: string[] = [];
  return { notes, attempts: 3, signal, note: (text: string) => void notes.push(text) };
}

describe("tasks until their files are there", () => {
  it("submits what is missing and that alone again, whatever the tasks say of themselves", async () => {
    const files = new Set(["generate2"]);
    const { executor, given } = noting((name, index, submission) => {
      if (index === 1 && submission < 3) return true; // claims to be done and is not
      files.add(`${name}${index}`);
      return false; // claims to have failed and has not
    });
    const notes = options();
    await completeStages(executor, [stage("generate", 4, files)], notes);
    expect(given()).toEqual([
      ["generate", 0, 1, 3],
      ["generate", 1],
      ["generate", 1],
    ]);
    expect(notes.notes).toEqual(Array(2).fill("again: generate, shard 1 of 4"));
  });

  it("submits nothing where nothing is missing", async () => {
    const { executor, given } = noting(() => true);
    await completeStages(executor, [stage("train", 1, new Set(["train0"]))], options());
    expect(given()).toEqual([]);
  });

  it("a stage waits for the one before, and is not blamed for its failures", async () => {
    const files = new Set<string>();
    const { executor, given } = noting((name, index, submission) => {
      if (name === "generate" && submission < 5) return false;
      files.add(`${name}${index}`);
      return true;
    });
    await completeStages(executor, [stage("generate", 1, files), stage("train", 1, files)], options());
    expect(given().map(([name]) => name)).toEqual(Array(3).fill(["generate", "train"]).flat());
  });

  it("gives up after so many attempts, and names the shards and their logs", async () => {
    const folder = await testFolder();
    const { executor, given } = noting((_, index) => index === 0);
    const said = join(folder, "log");
    await writeFile(said, "train\nfailed: out of memory\n");
    const logging: Executor = {
      ...executor,
      submit: async (tasks) => ({
        ...(await executor.submit(tasks)),
        log: (index) => (index === 1 ? said : `other-${index}.log`),
      }),
    };
    const files = new Set(["generate0"]);
    await expect(completeStages(logging, [stage("generate", 3, files)], options())).rejects.toThrow(
      `generate, shards 1, 2 of 3: submitted 3 times and not done. The first says "failed: out of memory". What they printed: ${said}, other-2.log. What is done is kept: mend the cause and go on with --resume.`,
    );
    expect(given()).toHaveLength(3);
  });

  it("cancels what was submitted where it is interrupted", async () => {
    const controller = new AbortController();
    const { executor, cancelled } = noting(() => false);
    const waiting: Executor = { ...executor, wait: async () => controller.abort() };
    const work = completeStages(waiting, [stage("generate", 1, new Set())], options(controller.signal));
    await expect(work).rejects.toMatchObject({ name: "AbortError" });
    expect(cancelled).toEqual([["1"]]);
  });
});
