/** @file This process as the holder of a lock, and what this machine knows of other holders. */

import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Fate, type Holder, type Lock, takeLock } from "../files/lock.ts";

/** Takes the lock of a folder for this process; see {@link takeLock}. */
export async function lockFolder(
  folder: string,
  note: (message: string) => void,
  name = "run",
): Promise<Lock> {
  return takeLock(join(folder, `${name}.lock`), { holder: await thisProcess(), fateOf, note });
}

/** This process, as others are told of it. */
export async function thisProcess(): Promise<Holder> {
  const { pid } = process;
  const known = {
    machine: await text("/etc/machine-id"),
    boot: await text("/proc/sys/kernel/random/boot_id"),
    processSpace: await readlink("/proc/self/ns/pid").catch(() => undefined),
    started: await startOf(pid),
  };
  const told = Object.entries(known).filter(([, value]) => value !== undefined);
  return { pid, host: hostname(), ...Object.fromEntries(told) };
}

/** Whether a holder lives. Only a process of this machine, of this start of it, of this container can be seen. */
export async function fateOf(holder: Holder): Promise<Fate> {
  const here = await thisProcess();
  if (holder.host !== here.host || holder.machine !== here.machine) return "unknown";
  if (holder.boot !== here.boot) return holder.machine === undefined ? "unknown" : "gone";
  if (holder.processSpace !== here.processSpace) return "unknown";
  if (!isRunning(holder.pid)) return "gone";
  const started = await startOf(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started
    ? "alive"
    : "gone";
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ticks between the start of the machine and of a process, where Linux says so. A name in brackets may hold spaces. */
async function startOf(pid: number): Promise<string | undefined> {
  return (await text(`/proc/${pid}/stat`))?.replace(/^.*\) /s, "").split(" ")[19];
}

async function text(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (content) => content.trim() || undefined,
    () => undefined,
  );
}
