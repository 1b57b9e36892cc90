/**
 * @file Makes calls to the file system fail, or the process die in them: loaded before a program by NODE_OPTIONS=--import.
 *
 * L2E_FAULT is the JSON of a `Fault` (tests/faults/fault.ts). Only calls on paths below `root` count, so that what
 * loads the program is left alone; they are counted for each area (the first folder below the root) by itself.
 */

import { writeFileSync } from "node:fs";
import fs from "node:fs/promises";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { constants } from "node:os";
import { relative, sep } from "node:path";
import { getSystemErrorMap } from "node:util";

const fault = JSON.parse(process.env.L2E_FAULT ?? "null");
const { appendFileSync, statSync, truncateSync } = createRequire(import.meta.url)("node:fs");
const real = { ...fs };
const counts = {};
/** Files with bytes that are not yet safe from a loss of power. */
const unsynced = new Set();
const paths = new WeakMap();
let isBroken = false;

function place(path) {
  const below = relative(fault.root, String(path));
  return below === "" || below.startsWith("..") ? undefined : below;
}

/** True when this is the call that the fault is meant for, or one after it where the fault lasts. */
function strikes(name, path) {
  const below = place(path);
  if (below === undefined) return false;
  const area = below.split(sep)[0];
  counts[area] = (counts[area] ?? 0) + 1;
  if (fault.log !== undefined)
    appendFileSync(fault.log, `${JSON.stringify({ area, call: counts[area], name, path: below })}\n`);
  if (isBroken) return fault.lasts === true;
  isBroken = area === fault.area && counts[area] === fault.call;
  return isBroken;
}

function failure(name, path) {
  const errno = -constants.errno[fault.code];
  // Node calls those that it has no name for by their number.
  const [code, text] = getSystemErrorMap().get(errno) ?? new Array(2).fill(`Unknown system error ${errno}`);
  const at = path === undefined ? "" : ` '${path}'`;
  const error = new Error(`${code}: ${text}, ${name}${at}`);
  return Object.assign(error, {
    errno,
    code,
    syscall: name,
    ...(path === undefined ? {} : { path: String(path) }),
  });
}

function die() {
  if (fault.kind === "power") {
    for (const path of unsynced) {
      try {
        truncateSync(path, Math.floor(statSync(path).size / 2));
      } catch {
        // It has been removed since.
      }
    }
  }
  process.kill(process.pid, "SIGKILL");
}

/** What happens instead of the call; undefined where it happens as it should. */
async function struck(name, path, isOpenFile) {
  if (fault.kind === "term") {
    process.kill(process.pid, "SIGTERM");
    return undefined;
  }
  if (fault.kind === "error") throw failure(name, isOpenFile ? undefined : path);
  return die();
}

const isWriting = (flags) => flags !== undefined && flags !== "r";
for (const name of [
  "open",
  "mkdir",
  "rename",
  "link",
  "copyFile",
  "rm",
  "appendFile",
  "truncate",
  "readFile",
  "readdir",
]) {
  fs[name] = async (...given) => {
    const path = name === "rename" || name === "link" || name === "copyFile" ? given[1] : given[0];
    // A full or read-only disk can still be read, and a full one can be emptied.
    const isHarmless =
      fault.lasts === true &&
      (name.startsWith("read") ||
        (name === "open" && !isWriting(given[1])) ||
        (fault.code === "ENOSPC" && ["rm", "rename", "truncate"].includes(name)));
    if (!isHarmless && strikes(name, path)) await struck(name, path, false);
    const result = await real[name](...given);
    if (name === "open") paths.set(result, given[0]);
    if (name === "appendFile") unsynced.add(given[0]);
    if (name === "rename" && unsynced.delete(given[0])) unsynced.add(given[1]);
    return result;
  };
}

const probe = await real.open(new URL(import.meta.url), "r");
const handles = Object.getPrototypeOf(probe);
await probe.close();
for (const name of ["write", "sync", "read", "close"]) {
  const original = handles[name];
  handles[name] = async function (...given) {
    const path = paths.get(this);
    const isHarmless = fault.lasts === true && name !== "write";
    if (path !== undefined && !isHarmless && strikes(name, path)) {
      // Half of the bytes get through.
      if (name === "write" && (fault.kind === "die" || fault.kind === "power") && given[0].byteLength > 1)
        await original.call(this, given[0], given[1], Math.floor((given[2] ?? given[0].byteLength) / 2));
      await struck(name, path, true);
    }
    const result = await original.apply(this, given);
    if (path !== undefined && name === "write") unsynced.add(path);
    if (path !== undefined && name === "sync") unsynced.delete(path);
    return result;
  };
}
syncBuiltinESMExports();

if (fault.kind === "clock") {
  // A machine that corrects its clock at every look, by years and in both directions.
  const now = Date.now;
  let looks = 0;
  Date.now = () => now() + 3e10 * Math.sin(fault.call * ++looks);
}
if (fault.counts !== undefined) process.on("exit", () => writeFileSync(fault.counts, JSON.stringify(counts)));
