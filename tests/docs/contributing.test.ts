/** @file The TypeScript of CONTRIBUTING.md compiles and runs. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fencesOf } from "./fences.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = join(root, "bin/l2e.js");
const run = promisify(execFile);
let folder: string;
const files = new Map<string, string>();

beforeAll(async () => {
  // Inside the repository, where the blocks find what they import; `.vitest` is not under version control.
  await mkdir(join(root, ".vitest"), { recursive: true });
  folder = await mkdtemp(join(root, ".vitest/contributing-"));
  for (const { language, text, line } of await fencesOf(join(root, "CONTRIBUTING.md"))) {
    if (language !== "ts") continue;
    const name = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1];
    if (name === undefined)
      throw new Error(`CONTRIBUTING.md:${line}: the block must begin with "// <file>.ts".`);
    files.set(name, text);
    await writeFile(join(folder, name), text);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("there is an energy, a system and a pipeline", () => {
  expect([...files.keys()]).toEqual(["rippledWell.ts", "heat.ts", "rippled-well.ts"]);
});

test("the blocks have the types that they claim", () => {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const names = [...files.keys()].map((name) => join(folder, name));
  const program = ts.createProgram(names, { ...options, allowImportingTsExtensions: true, noEmit: true });
  const problems = names.flatMap((name) => {
    const source = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  });
  expect(problems).toEqual([]);
});

test("the system meets its exact solution", async () => {
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") };
  const loader = import.meta.resolve("tsx");
  await run(process.execPath, ["--import", loader, join(folder, "heat.ts")], { cwd: folder, env });
});

test("the pipeline runs and keeps its bounds", async () => {
  const words = ["run", "./rippled-well.ts", "--preset", "smoke", "--check", "--json", "--quiet"];
  const { stdout } = await run(process.execPath, [bin, ...words], { cwd: folder });
  const result = JSON.parse(stdout) as { pipeline: string; metrics: Record<string, { passed?: boolean }> };
  expect(result.pipeline).toBe("rippled-well");
  expect(result.metrics["dissipation.steadyMotion"].passed).toBe(true);
});
