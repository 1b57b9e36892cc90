/** @file Two runs in one folder, full and read-only disks that are real, and output that goes nowhere. */

import { execFile, spawn } from "node:child_process";
import { access, mkdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type Finished, start, tinyPipeline } from "../cli/run.ts";
import { testFolder } from "../files/folder.ts";

const words = ["run", tinyPipeline, "--preset", "smoke", "--quiet", "--threads", "1"];
const bin = fileURLToPath(new URL("../../bin/l2e.js", import.meta.url));
const isRoot = process.getuid?.() === 0;

async function until(path: string): Promise<void> {
  while (
    !(await access(path).then(
      () => true,
      () => false,
    ))
  )
    await wait(20);
}

/** The same through a shell, which can set limits and redirect. */
function inShell(cwd: string, script: string): Promise<Finished> {
  const child = spawn("bash", ["-c", script, "bash", process.execPath, bin, ...words], { cwd });
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (text) => {
      texts[stream] += text;
    });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...texts })));
}

/** One line, without a stack. */
const oneLine = /^[^\n]+\n$/;

describe.skipIf(process.platform === "win32")("two runs in one folder", () => {
  it("are one, and a second that is refused by name; readers need no lock; a killed one is followed at once", async () => {
    const folder = await testFolder();
    const first = start(folder, ...words);
    await until(join(folder, "runs/tiny-smoke/run.lock"));
    first.child.kill("SIGSTOP"); // it lives, and is not done before the others have asked
    const [second, listed, tracked] = await Promise.all([
      start(folder, ...words).finished,
      start(folder, "list").finished,
      start(folder, "runs", "ls").finished,
    ]);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(oneLine);
    expect(second.stderr).toContain(`is in use by process ${first.child.pid} on ${hostname()}. Wait`);
    expect([listed.code, tracked.code]).toEqual([0, 0]);
    first.child.kill("SIGKILL");
    await first.finished;
    await access(join(folder, "runs/tiny-smoke/run.lock"));
    const third = await start(folder, ...words, "--resume").finished;
    expect(third, third.stderr).toMatchObject({ code: 0, stderr: "" });
    await expect(access(join(folder, "runs/tiny-smoke/run.lock"))).rejects.toThrow();
    expect((await start(folder, "report", "tiny-smoke").finished).code).toBe(0);
  });
});

describe.skipIf(process.platform === "win32")("a disk", () => {
  it("that lets no file grow beyond a limit is named with the file, and the run goes on without the limit", async () => {
    const folder = await testFolder();
    const ended = await inShell(folder, 'ulimit -f 20; exec "$@"');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(oneLine);
    expect(ended.stderr).toMatch(
      /tiny-smoke.*: the file may not grow so large \(EFBIG, write\)\. Raise the limit/,
    );
    expect((await start(folder, ...words, "--resume").finished).code).toBe(0);
  });

  it.skipIf(!isRoot)("that is full, then read-only, then larger ends in a finished run", async (context) => {
    const folder = await testFolder();
    const disk = join(folder, "disk");
    await mkdir(disk);
    const sh = promisify(execFile);
    // Containers may forbid it.
    await sh("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]).catch(() => context.skip());
    try {
      const full = await start(folder, ...words, "--out", "disk").finished;
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(
        /^failed: disk.*: no space is left on the device \(ENOSPC, write\)\. Make room/,
      );
      await sh("mount", ["-o", "remount,ro", disk]);
      const sealed = await start(folder, ...words, "--out", "disk", "--resume").finished;
      expect(sealed.code).toBe(2);
      expect(sealed.stderr).toMatch(/^error: disk.*: the file system is read-only \(EROFS, open\)/);
      await sh("mount", ["-o", "remount,rw,size=20m", disk]);
      const done = await start(folder, ...words, "--out", "disk", "--resume").finished;
      expect(done, done.stderr).toMatchObject({ code: 0, stderr: "" });
      JSON.parse(await readFile(join(disk, "runs/tiny-smoke/result.json"), "utf8"));
    } finally {
      await sh("umount", [disk]);
    }
  });

  it.skipIf(process.platform !== "linux")("that is full under the output fails in a sentence", async () => {
    const folder = await testFolder();
    const ended = await inShell(folder, 'exec "$1" "$2" list > /dev/full');
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.stderr).toMatch(/^failed: the output: no space is left on the device \(ENOSPC, write\)/);
  });
});
