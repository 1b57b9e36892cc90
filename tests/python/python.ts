/** @file The Python that tests of other languages use: L2E_PYTHON, or python3. */

import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";

export const python = process.env["L2E_PYTHON"] ?? "python3";

/** Which of these modules that Python lacks. Nothing is imported, which would take seconds. */
export function lacking(...modules: readonly string[]): readonly string[] {
  const probe =
    "import importlib.util, sys; print(*(m for m in sys.argv[1:] if importlib.util.find_spec(m) is None))";
  try {
    const printed = execFileSync(python, ["-c", probe, ...modules], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return printed
      .trim()
      .split(/\s+/)
      .filter((name) => name !== "");
  } catch {
    return modules;
  }
}

/** Why tests that need these modules are skipped, for their names; empty where nothing is missing. */
export function whySkipped(...modules: readonly string[]): string {
  const missing = lacking(...modules);
  return missing.length === 0 ? "" : ` (skipped: ${python} lacks ${missing.join(", ")}; set L2E_PYTHON)`;
}

/** Runs a script and reads the JSON that it prints last. */
export async function fromPython(
  script: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python, ["-c", script, ...words], {
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
