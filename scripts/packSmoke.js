/** @file Installs the package as a user would, into an empty folder, and runs it there. On any system; `npm run pack:smoke`. */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const npm = process.env["npm_execpath"];
if (npm === undefined) throw new Error('packSmoke: npm is not known; run it as "npm run pack:smoke".');
if (!existsSync(join(root, "dist")))
  throw new Error('packSmoke: there is no dist/; run "npm run build" first.');

// npm hands its own settings to what it runs; a user's shell has none of this repository's.
const inherited = /^npm_(package|lifecycle|config_(ignore_scripts|local_prefix))/i;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));

/** Runs a command of node with a time limit, and stops everything where it does not end with `expected`. */
function run(label, words, { cwd, minutes = 3, expected = 0 }) {
  const start = performance.now();
  const { status, stdout, stderr, error } = spawnSync(process.execPath, words, {
    cwd,
    env,
    encoding: "utf8",
    timeout: minutes * 60_000,
    maxBuffer: 64 << 20,
  });
  if (status !== expected)
    throw new Error(
      `${label}: expected exit code ${expected}, got ${error?.message ?? status}\n${stdout}\n${stderr}`,
    );
  console.log(`ok  ${label} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return stdout;
}

function assert(condition, message) {
  if (!condition) throw new Error(message);
}

const npx = join(dirname(npm), "npx-cli.js");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "l2e-pack-")));
try {
  const packed = run("npm pack", [npm, "pack", "--json", "--pack-destination", folder], { cwd: root });
  const [{ filename, files }] = JSON.parse(packed);
  const stray = files
    .map(({ path }) => path)
    .filter((path) => /^(src|tests|bench|scripts\/(?!setupTensorFlow|setupCuda|wheels)|\.)/.test(path));
  assert(stray.length === 0, `the package holds files that users do not need: ${stray.join(", ")}`);

  const user = { cwd: folder };
  writeFileSync(join(folder, "package.json"), '{ "name": "user", "private": true, "type": "module" }\n');
  run(`npm install ${filename}`, [npm, "install", `./${filename}`], { ...user, minutes: 8 });
  const native = existsSync(join(folder, "node_modules/onnxruntime-node"));
  console.log(`    onnxruntime-node ${native ? "is installed" : "was left out: its install script failed"}`);
  const l2e = (words, options = {}) =>
    run(`npx l2e ${words.join(" ")}`, [npx, "l2e", ...words], { ...user, ...options });

  assert(l2e(["--help"]).includes("Exit codes"), "l2e --help does not explain the exit codes");
  l2e(["run", "no-such-pipeline"], { expected: 2 });
  const smoke = ["--preset", "smoke", "--json", "--quiet"];
  const first = JSON.parse(l2e(["run", "fokker-planck-2d", ...smoke]));
  assert(first.schema === "l2e.result/1", `unknown result schema ${first.schema}`);
  l2e(["export", "checkpoints/fokker-planck-2d-smoke", "--html", "playground.html"]);
  const page = readFileSync(join(folder, "playground.html"), "utf8");
  assert(page.length > 4e6 && page.includes('id="worker-script"'), "the exported playground is not complete");

  // Where the native runtime is missing, the WebAssembly runtime serves; and a user's own file is found and loaded.
  rmSync(join(folder, "node_modules/onnxruntime-node"), { recursive: true, force: true });
  cpSync(join(root, "pipelines/fokker-planck-2d.ts"), join(folder, "mine.ts"));
  const second = JSON.parse(l2e(["run", "./mine.ts", ...smoke], { minutes: 5 }));
  assert(/wasm/.test(JSON.stringify(second.engine)), `expected the WebAssembly engine, got ${second.engine}`);

  writeFileSync(
    join(folder, "types.ts"),
    'import { type Gaussian, gaussian } from "learn-to-evolve";\n' +
      "export const g: Gaussian = gaussian({ mean: [0], covariance: [[1]] });\n" +
      "// @ts-expect-error a mean is a vector\n" +
      "gaussian({ mean: 0, covariance: [[1]] });\n" +
      'import { type MlflowClient, mlflowClient } from "learn-to-evolve/mlflow";\n' +
      'export const client: MlflowClient = mlflowClient({ uri: "http://127.0.0.1:9" });\n',
  );
  const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck"];
  run("tsc finds the types", [compiler, ...strict, "types.ts"], user);
} catch (error) {
  console.error(`packSmoke: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
