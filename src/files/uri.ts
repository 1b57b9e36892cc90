/** @file `file:` URIs of paths and back, right on Windows too (`C:\runs` is `file:///C:/runs`). */

import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError } from "../check/check.ts";

/** The absolute `file:` URI of a path, with what URIs cannot hold percent-encoded. */
export function fileUri(path: string): string {
  return pathToFileURL(path).href;
}

/** The path that a `file:` URI names; a plain path is returned as it is. */
export function pathOfUri(uri: string): string {
  if (!/^file:/i.test(uri)) return uri;
  // "file:mlruns" and "file:./mlruns" are what people type for a relative folder.
  const relative = /^file:(?!\/)(.*)$/i.exec(uri);
  if (relative !== null) return relative[1];
  try {
    return fileURLToPath(uri);
  } catch {
    throw new InputError(
      `${uri} does not name a file on this machine. Write file:///absolute/path or a plain path.`,
    );
  }
}
