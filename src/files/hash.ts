/** @file SHA-256 of bytes and of files, the identity of everything that is stored. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { naming } from "./atomic.ts";

/** SHA-256 in hexadecimal; text is hashed as UTF-8. */
export function sha256(contents: Uint8Array | string): string {
  return createHash("sha256").update(contents).digest("hex");
}

/** SHA-256 of a file, read in pieces. Rejects with the system's error when the file cannot be read. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const consume = async () => {
    for await (const piece of createReadStream(path, { highWaterMark: pieceSize })) hash.update(piece);
  };
  await naming(path, consume());
  return hash.digest("hex");
}

/** Pieces of a mebibyte are hashed two and a half times as fast as those of 64 KiB that a stream has by default. */
const pieceSize = 2 ** 20;
