/** @file SHA-256 of bytes and of files, the identity of everything that is stored. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { naming } from "./atomic.ts";

/** SHA-256 in hexadecimal; text is hashed as UTF-8. */
export function sha256(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** SHA-256 of a file, read in pieces. Rejects with the system's error when the file cannot be read. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await naming(path, pipeline(createReadStream(path), hash));
  return hash.digest("hex");
}
