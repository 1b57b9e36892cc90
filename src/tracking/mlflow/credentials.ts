/** @file The file in which `mlflow login` and people keep the name and password for a tracking server. */

import { readFile } from "node:fs/promises";
import { isCode } from "../../files/atomic.ts";

/** A name and a password, or what of them is there. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/**
 * Reads `mlflow_tracking_username` and `mlflow_tracking_password` from the section `[mlflow]` of a file in the form of Python's
 * `configparser`, where `%%` stands for `%`. Nothing where there is no such file, or it may not be read.
 */
export async function readCredentials(path: string): Promise<Credentials> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT", "ENOTDIR", "EACCES", "EISDIR")) return "";
    throw error;
  });
  const found = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1] ?? section;
    const entry = /^([^#;[=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (section === "mlflow" && entry !== null)
      found.set(entry[1].toLowerCase(), entry[2].replaceAll("%%", "%"));
  }
  const [username, password] = ["mlflow_tracking_username", "mlflow_tracking_password"].map((name) =>
    found.get(name),
  );
  return { ...(username && { username }), ...(password && { password }) };
}
