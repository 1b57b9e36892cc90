/** @file One process at a time in a folder, also where several machines share it and where a holder has died. */

import { randomUUID } from "node:crypto";
import { constants, copyFile, link, mkdir, open, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { check, InputError } from "../check/check.ts";
import { isCode, temporaryName, writeAtomically } from "./atomic.ts";

/** Who holds a lock, in words that another process can ask its machine about. What a system cannot tell is left out. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Stays the same when the machine starts again, as `boot` does not. */
  readonly machine?: string;
  readonly boot?: string;
  /** Numbers of processes mean something only within it: containers have their own. */
  readonly processSpace?: string;
  /** When the process started, as its machine counts: numbers of processes are used again. */
  readonly started?: string;
}

/** What is known of a holder from here. Nothing is known of processes of another machine. */
export type Fate = "alive" | "gone" | "unknown";

export interface LockOptions {
  readonly holder: Holder;
  readonly fateOf: (holder: Holder) => Promise<Fate>;
  /** A holder of unknown fate is watched for so long; one that gives no sign of life meanwhile is gone. */
  readonly patienceMs?: number;
  /** Between two signs of life. */
  readonly beatMs?: number;
  /** Told when a lock is taken over, and when there is something to wait for. */
  readonly note?: (message: string) => void;
}

/** A lock that is held. */
export interface Lock {
  /** Rejects with `InputError` when another process has taken the lock over: then nothing more may be written. */
  check(): Promise<void>;
  /** Never rejects: a lock that stays is that of a process which is gone. */
  release(): Promise<void>;
}

/** A process that computes without a pause, or a folder that is away for a while, must not pass for dead. */
const PATIENCE_MS = 300_000;
const BEAT_MS = 10_000;

/**
 * Takes the lock at `path`; the folder is made when missing. The lock is a file that comes into being in one step with
 * its contents, which network file systems grant too, and whose time moves on while its holder lives. A lock whose
 * holder is gone is taken over. Nobody's clock is read: what counts is that the file changes, not when.
 *
 * Rejects with `InputError`, which names process and machine, when another process holds the lock.
 */
export async function takeLock(path: string, options: LockOptions): Promise<Lock> {
  await mkdir(dirname(path), { recursive: true });
  const token = randomUUID();
  while (!(await created(path, JSON.stringify({ token, ...options.holder })))) {
    const found = await readLock(path);
    if (found === undefined) continue; // released between two looks
    await waitUntilGone(path, found, options);
    if (await removed(path, found.token))
      options.note?.(`${path}: took over the lock of ${nameOf(found)}, which is gone`);
  }
  return heldLock(path, token, options.beatMs ?? BEAT_MS);
}

/** A lock as it is found: contents that are no lock's, as of a machine that lost its power, say nothing of a holder. */
interface FoundLock extends Partial<Holder> {
  readonly token: string;
  /** Changes with every sign of life. */
  readonly mark: string;
}

function heldLock(path: string, token: string, beatMs: number): Lock {
  const isMine = async () => (await readLock(path))?.token === token;
  // Trouble with a sign of life shows in the next check, where somebody listens.
  const timer = setInterval(() => void beat().catch(() => undefined), beatMs).unref();
  const beat = async () => {
    if (!(await isMine())) return;
    const { mtimeMs } = await stat(path);
    await utimes(path, (mtimeMs + beatMs) / 1000, (mtimeMs + beatMs) / 1000);
  };
  return {
    async check() {
      const found = await readLock(path);
      check(
        found?.token === token,
        () =>
          `${path} has been ${found === undefined ? "removed" : `taken over by ${nameOf(found)}`} while this run went on, which stops here so that two runs do not write into one folder. Go on there, or give this one another folder with --out.`,
      );
    },
    async release() {
      clearInterval(timer);
      try {
        if (await isMine()) await rm(path, { force: true });
      } catch {
        // It stays, as that of a process which is gone.
      }
    },
  };
}

/** True when the file was not there and is now. A link to a whole file is made or refused in one step on every file system that has links. */
async function created(path: string, contents: string): Promise<boolean> {
  const temporary = temporaryName(path);
  await writeAtomically(temporary, contents);
  try {
    await link(temporary, path).catch(async (error: unknown) => {
      if (!isCode(error, "EPERM", "ENOTSUP", "ENOSYS", "EMLINK")) throw error;
      await copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readLock(path: string): Promise<FoundLock | undefined> {
  let text: string;
  let mark: string;
  try {
    // Opened anew each time: network file systems look at the server's copy then.
    const handle = await open(path, "r");
    try {
      text = await handle.readFile("utf8");
      mark = `${text} ${(await handle.stat()).mtimeMs}`;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
  return { token: text, ...holderIn(text), mark };
}

function holderIn(text: string): Partial<FoundLock> {
  try {
    const { token, pid, host, ...rest } = JSON.parse(text) as FoundLock;
    return typeof token === "string" && typeof pid === "number" && typeof host === "string"
      ? { token, pid, host, ...rest }
      : {};
  } catch {
    return {};
  }
}

async function waitUntilGone(path: string, found: FoundLock, options: LockOptions): Promise<void> {
  const { pid, host } = found;
  const fate =
    pid === undefined || host === undefined ? "unknown" : await options.fateOf({ ...found, pid, host });
  if (fate === "gone") return;
  if (fate === "unknown") {
    const patience = options.patienceMs ?? PATIENCE_MS;
    options.note?.(
      `${path} is held by ${nameOf(found)}, which cannot be seen from here: waiting up to ${patience / 1000} s for a sign of life`,
    );
    if (await isSilent(path, found, patience)) return;
  }
  throw new InputError(
    `${dirname(path)} is in use by ${nameOf(found)}. Wait until that run has ended, stop it there, or choose another folder with --out. (If there is no such run, delete ${path}.)`,
  );
}

/** True when a lock stays as it is for so long, or goes. */
async function isSilent(path: string, found: FoundLock, patienceMs: number): Promise<boolean> {
  const pause = Math.min(1000, patienceMs / 5);
  for (let waited = 0; waited < patienceMs; waited += pause) {
    await wait(pause);
    const now = await readLock(path);
    if (now === undefined) return true;
    if (now.mark !== found.mark) return false;
  }
  return true;
}

/**
 * Removes a lock that a dead holder has left. Of several processes that find it, one may have taken it over already: what
 * is moved away is looked at first, and put back where it is a living one's.
 */
async function removed(path: string, token: string): Promise<boolean> {
  const away = temporaryName(path);
  try {
    await rename(path, away);
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
  const isStale = (await readLock(away))?.token === token;
  if (!isStale) await link(away, path).catch(() => undefined);
  await rm(away, { force: true });
  return isStale;
}

function nameOf({ pid, host }: Partial<Holder>): string {
  return pid === undefined ? "a process that has left no name" : `process ${pid} on ${host}`;
}
