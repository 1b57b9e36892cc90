/** @file One holder at a time, dead holders replaced, living ones respected. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fateOf, thisProcess } from "../../src/cli/holder.ts";
import { type Fate, type Holder, takeLock } from "../../src/files/lock.ts";
import { testFolder } from "./folder.ts";

const me: Holder = { pid: 7, host: "here" };
const options = (fate: Fate, holder = me) => ({
  holder,
  fateOf: async () => fate,
  patienceMs: 200,
  beatMs: 20,
});

describe("a lock", () => {
  it("is held by one, refused to others with the holder's name, and free again when released", async () => {
    const path = join(await testFolder(), "runs", "a", "run.lock");
    const lock = await takeLock(path, options("alive"));
    await lock.check();
    await expect(takeLock(path, options("alive"))).rejects.toThrow("is in use by process 7 on here. Wait");
    await lock.release();
    await (await takeLock(path, options("alive"))).release();
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("of a dead holder is taken over, and the dead one, should it wake, stops", async () => {
    const path = join(await testFolder(), "run.lock");
    const dead = await takeLock(path, options("alive"));
    const notes: string[] = [];
    const next = await takeLock(path, {
      ...options("gone", { pid: 8, host: "there" }),
      note: (message) => void notes.push(message),
    });
    expect(notes.join()).toContain("took over the lock of process 7 on here, which is gone");
    await expect(dead.check()).rejects.toThrow("has been taken over by process 8 on there");
    await dead.release();
    await next.check();
    await next.release();
    await expect(next.check()).rejects.toThrow("has been removed");
  });

  it("of a holder that cannot be seen is respected while it gives signs of life, and taken over after", async () => {
    const path = join(await testFolder(), "run.lock");
    const far = await takeLock(path, options("unknown"));
    await expect(takeLock(path, options("unknown"))).rejects.toThrow("is in use by process 7 on here");
    const text = await readFile(path, "utf8");
    await far.release();
    await writeFile(path, text); // as it stays behind when its machine loses power
    await (await takeLock(path, options("unknown"))).release();
  });

  it.each(["", "{", "null", '{"token":1}', '"text"'])(
    "that holds %j is taken over when it stays as it is",
    async (text) => {
      const path = join(await testFolder(), "run.lock");
      await writeFile(path, text);
      await (await takeLock(path, options("alive"))).release();
    },
  );

  it("goes to one of many that come at once, also over a dead holder's", async () => {
    for (let round = 0; round < 20; round++) {
      const path = join(await testFolder(), "run.lock");
      await takeLock(path, { ...options("gone"), holder: { pid: 1, host: "dead" } });
      const fate = async ({ host }: Holder): Promise<Fate> => (host === "dead" ? "gone" : "alive");
      const tries = Array.from({ length: 8 }, (_, k) =>
        takeLock(path, { ...options("alive", { pid: 10 + k, host: "here" }), fateOf: fate }),
      );
      const taken = (await Promise.allSettled(tries)).filter(({ status }) => status === "fulfilled");
      const owners = await Promise.allSettled(
        taken.map((one) => (one as PromiseFulfilledResult<Awaited<(typeof tries)[0]>>).value.check()),
      );
      expect(owners.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      await rm(path);
    }
  });
});

describe("a process of this machine", () => {
  it("lives, and is gone when it has ended, when its number is another's, when the machine has started again", async () => {
    const here = await thisProcess();
    expect(await fateOf(here)).toBe("alive");
    const child = fork(join(import.meta.dirname, "sleeper.ts"), [], { execArgv: ["--import", "tsx"] });
    await once(child, "message");
    const other = { ...here, pid: child.pid as number, started: undefined as unknown as string };
    expect(await fateOf(other)).toBe("alive");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await fateOf(other)).toBe("gone");
    if (here.started !== undefined) expect(await fateOf({ ...here, started: "1" })).toBe("gone");
    if (here.machine !== undefined) expect(await fateOf({ ...here, boot: "another" })).toBe("gone");
  });

  it("is not judged from elsewhere", async () => {
    const here = await thisProcess();
    expect(await fateOf({ ...here, host: "elsewhere" })).toBe("unknown");
    expect(await fateOf({ ...here, machine: "a clone of it" })).toBe("unknown");
    expect(await fateOf({ ...here, processSpace: "a container" })).toBe("unknown");
  });
});
