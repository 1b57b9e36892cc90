/** @file A disk that dies at the k-th call, to see every state that a killed process can leave behind. */

import type * as fs from "node:fs/promises";

const CALLS = ["open", "mkdir", "rename", "link", "copyFile", "rm"] as const;

let callsLeft = Number.POSITIVE_INFINITY;

/** The next `count` calls that touch the disk go through, all later ones fail, as they would in a killed process. */
export function dieAfter(count: number): void {
  callsLeft = count;
}

/** The disk works again. Returns true when it had died. */
export function revive(): boolean {
  const hasDied = callsLeft < 0;
  callsLeft = Number.POSITIVE_INFINITY;
  return hasDied;
}

/** `node:fs/promises` on that disk: give it to `vi.mock`. */
export function failingDisk(real: typeof fs): typeof fs {
  const mortal = Object.fromEntries(
    CALLS.map((name) => [
      name,
      (...call: unknown[]) => {
        if (callsLeft <= 0) {
          callsLeft = -1;
          return Promise.reject(new Error("killed"));
        }
        callsLeft -= 1;
        return (real[name] as (...given: unknown[]) => Promise<unknown>)(...call);
      },
    ]),
  );
  return { ...real, ...mortal } as typeof fs;
}
