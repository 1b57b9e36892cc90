import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { localExecutor } from "../../src/executors/local.ts";
import { testFolder } from "../files/folder.ts";

/** A program that says when it begins and ends, fails where it is told to, and stops on SIGTERM. */
const program = `
const { appendFileSync } = require("node:fs");
const [file, milliseconds, failing, , index] = process.argv.slice(2);
process.on("SIGTERM", () => { appendFileSync(file, "stopped " + index + "\\n"); process.exit(130); });
appendFileSync(file, "begin " + index + "\\n");
console.log("shard " + index);
setTimeout(() => {
  appendFileSync(file, "end " + index + "\\n");
  process.exit(failing === index ? 7 : 0);
}, Number(milliseconds));
`;

async function setUp(workers: number) {
  const folder = await testFolder();
  await writeFile(join(folder, "task.cjs"), program);
  const events = join(folder, "events");
  await writeFile(events, "");
  return {
    executor: localExecutor({
      program: [process.execPath, join(folder, "task.cjs")],
      workers,
      logs: join(folder, "logs"),
    }),
    tasks: (indices: readonly number[], { milliseconds = 1, failing = "none" } = {}) => ({
      stage: "test",
      words: [events, String(milliseconds), failing],
      indices,
      of: 5,
    }),
    events: async () => (await readFile(events, "utf8")).trim().split("\n").filter(Boolean),
  };
}

describe("processes of this machine", () => {
  it("are at most so many at a time, and print into a file each", async () => {
    const { executor, tasks, events } = await setUp(2);
    const submission = await executor.submit(tasks([0, 1, 3, 4], { milliseconds: 100 }));
    await executor.wait(submission);
    let [running, most] = [0, 0];
    for (const event of await events()) {
      running += event.startsWith("begin") ? 1 : -1;
      most = Math.max(most, running);
    }
    expect([running, most]).toEqual([0, 2]);
    expect(await readFile(submission.log(3), "utf8")).toBe("shard 3\n");
  });

  it("follow others where all of those succeed, and do not where one fails", async () => {
    const { executor, tasks, events } = await setUp(2);
    const good = await executor.submit(tasks([0, 1]));
    const behind = await executor.submit({ ...tasks([2]), after: good });
    await executor.wait(behind);
    expect((await events()).at(-1)).toBe("end 2");
    const bad = await executor.submit(tasks([3, 4], { failing: "4" }));
    await executor.wait(await executor.submit({ ...tasks([0]), after: bad }));
    expect((await events()).slice(-1)[0]).toMatch(/^end [34]$/);
  });

  it("that cannot be started have failed", async () => {
    const { tasks } = await setUp(1);
    const executor = localExecutor({ program: ["/no/such/program"], workers: 1, logs: await testFolder() });
    await executor.wait(await executor.submit(tasks([0])));
  });

  it("stop when they are cancelled, and the rest is not begun", async () => {
    const { executor, tasks, events } = await setUp(1);
    const submission = await executor.submit(tasks([0, 1], { milliseconds: 60_000 }));
    while ((await events()).length === 0) await new Promise((later) => setTimeout(later, 20));
    await executor.cancel(submission);
    await executor.wait(submission);
    expect(await events()).toEqual(["begin 0", "stopped 0"]);
  });
});
