/** @file Every rule of .dependency-cruiser.json fires on the import that it forbids, and on no other. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** One forbidden import for each rule: rule, importing file, what it imports. */
const forbidden: readonly (readonly [rule: string, file: string, imported: string])[] = [
  ["foundations", "src/random/a.ts", "../measures/target.ts"],
  ["domains", "src/domains/a.ts", "../measures/target.ts"],
  ["measures", "src/measures/a.ts", "../metrics/target.ts"],
  ["metrics", "src/metrics/a.ts", "../energies/target.ts"],
  ["parts-of-a-step", "src/energies/a.ts", "../jko/target.ts"],
  ["jko", "src/jko/a.ts", "../operator/target.ts"],
  ["storage", "src/datasets/a.ts", "../jko/target.ts"],
  ["mlflow-client-by-itself", "src/tracking/mlflow/a.ts", "../target.ts"],
  ["files", "src/files/a.ts", "../datasets/target.ts"],
  ["executors", "src/executors/a.ts", "../pipeline/target.ts"],
  ["systems", "src/systems/heat/a.ts", "../../operator/target.ts"],
  ["systems-are-separate", "src/systems/heat/b.ts", "../waves/target.ts"],
  ["operator", "src/operator/a.ts", "../systems/waves/target.ts"],
  ["ranks", "src/ranks/a.ts", "../pipeline/target.ts"],
  ["report", "src/report/a.ts", "../pipeline/target.ts"],
  ["engine", "src/engine/a.ts", "../linalg/target.ts"],
  ["pages", "src/pages/a.ts", "../report/target.ts"],
  ["page", "src/playground/page/a.ts", "../../files/target.ts"],
  ["page-without-node", "src/playground/page/b.ts", "node:zlib"],
  ["playground", "src/pipeline/d.ts", "../playground/target.ts"],
  ["cli-is-the-top", "src/pipeline/a.ts", "../cli/target.ts"],
  ["index-is-for-users", "src/pipeline/b.ts", "../index.ts"],
  ["only-engine-imports-onnxruntime", "src/jko/b.ts", "onnxruntime-web"],
  ["only-datasets-imports-arrow", "src/report/b.ts", "apache-arrow"],
  ["only-tracking-and-ranks-open-connections", "src/datasets/b.ts", "node:https"],
  ["only-the-cli-reads-the-process", "src/tracking/b.ts", "node:process"],
  ["truth-without-tensors", "src/metrics/b.ts", "@tensorflow/tfjs"],
  ["pipelines-use-the-public-api", "pipelines/a.ts", "../src/jko/target.ts"],
  ["no-unresolved", "src/cli/a.ts", "./absent.ts"],
];

/** Imports that go the right way; none may be reported. */
const allowed: readonly (readonly [file: string, imported: string])[] = [
  ["src/measures/c.ts", "../random/target.ts"],
  ["src/jko/c.ts", "../engine/target.ts"],
  ["src/operator/c.ts", "../datasets/target.ts"],
  ["src/engine/c.ts", "onnxruntime-web"],
  ["src/datasets/c.ts", "apache-arrow"],
  ["src/executors/c.ts", "../files/target.ts"],
  ["src/pipeline/e.ts", "../executors/target.ts"],
  ["src/tracking/c.ts", "node:https"],
  ["src/ranks/c.ts", "../operator/target.ts"],
  ["src/ranks/d.ts", "node:net"],
  ["src/cli/c.ts", "node:process"],
  ["src/engine/wholeMantissas.ts", "node:process"],
  ["src/engine/laneThread.ts", "node:process"],
  ["src/pipeline/c.ts", "../report/target.ts"],
  ["src/report/c.ts", "../pages/target.ts"],
  ["src/playground/c.ts", "node:zlib"],
  ["src/playground/page/c.ts", "../../operator/target.ts"],
  ["pipelines/c.ts", "learn-to-evolve"],
];

async function write(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

async function violations(folder: string): Promise<string[]> {
  const cruiser = join(root, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const words = [
    cruiser,
    "src",
    "pipelines",
    "--config",
    ".dependency-cruiser.json",
    "--output-type",
    "json",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: folder }).catch(
    (error: { stdout: string }) => error, // it exits with the number of violations
  );
  const report = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string }[] };
  };
  return report.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`).sort();
}

test("each rule forbids what it is for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "l2e-imports-"));
  try {
    for (const name of [".dependency-cruiser.json", "tsconfig.json"])
      await cp(join(root, name), join(folder, name));
    const edges = [...forbidden.map(([, file, imported]) => [file, imported] as const), ...allowed];
    for (const [file, imported] of edges) {
      await write(folder, file, `import "${imported}";\n`);
      if (imported.endsWith("target.ts"))
        await write(folder, join(dirname(file), imported), "export const x = 1;\n");
    }
    await write(folder, "src/index.ts", "export const x = 1;\n");
    await write(folder, "src/check/left.ts", 'import "./right.ts";\n');
    await write(folder, "src/check/right.ts", 'import "./left.ts";\n');
    for (const name of ["onnxruntime-web", "apache-arrow", "@tensorflow/tfjs"]) {
      await write(folder, `node_modules/${name}/package.json`, JSON.stringify({ name, main: "main.js" }));
      await write(folder, `node_modules/${name}/main.js`, "");
    }
    const circle = ["no-circular: src/check/left.ts"]; // one circle is reported once
    expect(await violations(folder)).toEqual(
      [...forbidden.map(([rule, file]) => `${rule}: ${file}`), ...circle].sort(),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("no rule is left without a violation that proves it", async () => {
  const config = JSON.parse(await readFile(join(root, ".dependency-cruiser.json"), "utf8")) as {
    forbidden: { name: string }[];
  };
  const proven = new Set([...forbidden.map(([rule]) => rule), "no-circular"]);
  expect(config.forbidden.map((rule) => rule.name).filter((name) => !proven.has(name))).toEqual([]);
});
