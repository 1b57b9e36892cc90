/** @file Runs a script that writes for ever, and kills it in the middle. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";

/**
 * Starts a script with a folder as its argument and kills it a while after its first message. Returns the last
 * number that it reported: what it reported is on the disk.
 */
export async function killedAfter(script: string, folder: string, ms: number): Promise<number> {
  const child = fork(script, [folder], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint += text;
  });
  let last = -1;
  child.on("message", (message) => {
    last = Number(message);
  });
  await Promise.race([once(child, "message"), once(child, "exit")]);
  await wait(ms);
  const exited = once(child, "exit");
  if (child.exitCode !== null) throw new Error(`the script stopped by itself: ${complaint}`);
  child.kill("SIGKILL");
  await exited;
  return last;
}
