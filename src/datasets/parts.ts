/** @file The parts of a dataset held against its manifest. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { check, InputError } from "../check/check.ts";
import { isCode } from "../files/atomic.ts";
import { sha256OfFile } from "../files/hash.ts";
import type { PartEntry } from "./manifest.ts";

/** Throws `InputError` naming the first part that is not what the manifest says, and the rounds that are whole. */
export async function verifyParts(folder: string, parts: readonly PartEntry[]): Promise<void> {
  const damaged: { readonly round: number; readonly problem: InputError }[] = [];
  for (const part of parts) {
    try {
      await checkPart(folder, part, true);
    } catch (problem) {
      if (!(problem instanceof InputError)) throw problem;
      damaged.push({ round: part.round, problem });
    }
  }
  if (damaged.length === 0) return;
  const broken = new Set(damaged.map(({ round }) => round));
  const whole = [...new Set(parts.map(({ round }) => round))].filter((round) => !broken.has(round));
  const more = damaged.length === 1 ? "" : ` So are ${damaged.length - 1} parts more.`;
  throw new InputError(
    `${damaged[0].problem.message}${more} ${whole.length === 0 ? "No round is whole." : `Whole are the rounds ${whole.join(", ")}, which can be read.`}`,
  );
}

/** Throws `InputError` where a part is missing, has another size or, if that is asked for, another hash. */
export async function checkPart(folder: string, part: PartEntry, withHash: boolean): Promise<void> {
  const path = join(folder, part.path);
  const mend = "Restore the file, or generate the dataset again.";
  const size = await stat(path).catch((error) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  check(size !== undefined, () => `${path} is listed in the manifest and does not exist. ${mend}`);
  check(
    size.size === part.bytes,
    () => `${path} has ${size.size} bytes, the manifest says ${part.bytes}. ${mend}`,
  );
  if (!withHash) return;
  const hash = await sha256OfFile(path);
  check(
    hash === part.sha256,
    () => `${path} does not match the manifest: its sha256 is ${hash}, not ${part.sha256}. ${mend}`,
  );
}
