/** @file Commands with wrong words and wrong files, each as a process of its own. */

import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Ended, startProcess } from "../process.ts";
import { type Draws, draws, mutatedBytes, mutatedJson } from "./mutate.ts";
import type { Failure } from "./worker.ts";

const clone = fileURLToPath(new URL("../../", import.meta.url));
const pipeline = fileURLToPath(new URL("nothing.ts", import.meta.url));
/** The start of a process counts too, on a machine that may be busy. */
const PATIENCE_MS = 60_000;

/** Templates of commands; `%` is replaced by a wrong word, `@` by a file or a folder that is damaged. */
const templates = [
  ...[
    "run %",
    "run @pipeline --preset %",
    "run @pipeline --set %",
    "run @pipeline --set tau=% --set parameters.a=%",
    "run @pipeline --engine %",
    "run @pipeline --threads %",
  ],
  ...[
    "run @pipeline --resume",
    "run @pipeline --out %",
    "run % --json --check",
    "sweep @pipeline --grid %",
    "sweep @pipeline --grid tau=1,% --seeds %",
    "sweep @pipeline --metrics %",
  ],
  ...[
    "rollout % --input % --steps 1",
    "rollout @checkpoint --input @table --steps 1 --particles 20",
    "rollout @checkpoint --input @table --steps % --columns %",
    "rollout @checkpoint --input @points --steps 1 --particles % --grid 0",
  ],
  ...[
    "evaluate %",
    "evaluate @checkpoint --suite %",
    "evaluate @checkpoint --set % --suite x",
    "evaluate @checkpoint --pipeline % --suite x",
  ],
  ...[
    "report %",
    "report @run",
    "report @run @run",
    "report runs/nothing-full",
    "inspect %",
    "inspect @checkpoint --verify",
    "inspect @dataset --verify --json",
    "inspect @points",
  ],
  ...[
    "export % --onnx x",
    "export @checkpoint --onnx %",
    "list %",
    "list --out @dataset",
    "schema %",
    "schema @pipeline --paths %",
    "runs ls --out %",
    "runs show %",
    "runs show 0 --out @store",
    "runs sync --to %",
    "runs %",
  ],
  ...[
    "completion %",
    "play % --port %",
    "doctor %",
    "bench nothing %",
    "ui --port %",
    "%",
    "% %",
    "run",
    "--%",
  ],
];

const wrong = [
  ...[
    "",
    " ",
    "-",
    "--",
    "x",
    "../x",
    "/etc/passwd",
    "/",
    ".",
    "..",
    "-1",
    "0",
    "1e99",
    "NaN",
    "null",
    "{}",
    "[",
    "__proto__",
    "__proto__=1",
    "constructor.prototype.x=1",
    "=",
    "a=",
    "=1",
    "tau=",
    "tau=0",
    "tau={}",
    "training.rounds=1e99",
  ],
  ...[
    "training=1",
    "evaluation.steps=[]",
    "architecture.hidden=9007199254740993",
    "\u0001",
    "ü\ud800",
    "a".repeat(300),
    "http://127.0.0.1:1",
    "http://",
    "file:///x",
    "ftp://x",
    "C:\\x",
    "seed=-1",
    "tau=1,1",
    "tau=[1",
    "--json",
    "--help",
    "-V",
  ],
];

/** Runs wrong commands, two at once. */
export async function fuzzCommands(order: { readonly seed: number; readonly cases: number }): Promise<{
  readonly cases: number;
  readonly failures: Failure[];
  /** How often each exit code came. */
  readonly codes: Readonly<Record<string, number>>;
}> {
  const base = await mkdtemp(join(tmpdir(), "l2e-fuzz-commands-"));
  const material = await materialIn(join(base, "material"));
  const failures: Failure[] = [];
  const codes: Record<string, number> = {};
  let k = 0;
  const worker = async () => {
    for (let i = k++; i < order.cases; i = k++) {
      const seed = order.seed * 1_000_000 + i;
      const cwd = join(base, `case-${i}`);
      const words = await command(templates[i % templates.length], { cwd, material, random: draws(seed) });
      const ended = await ran(cwd, words);
      codes[String(ended.code)] = (codes[String(ended.code)] ?? 0) + 1;
      const problem = problemOf(ended, words);
      const input = Buffer.from(JSON.stringify(words)).toString("base64");
      if (problem !== undefined)
        failures.push({
          target: "command line",
          seed,
          problem: `${words.join(" ").slice(0, 200)}: ${problem}`,
          input,
        });
      await rm(cwd, { recursive: true, force: true });
    }
  };
  await Promise.all([worker(), worker()]);
  await rm(base, { recursive: true, force: true });
  return { cases: order.cases, failures, codes };
}

/** Good files, to be damaged. */
async function materialIn(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await cp(join(clone, "checkpoints/fokker-planck-2d"), join(folder, "checkpoint"), { recursive: true });
  await cp(join(clone, "tests/fixtures/points.pyarrow.parquet"), join(folder, "points.parquet"));
  await cp(join(clone, "datasets/penguins.csv"), join(folder, "table.csv"));
  const ended = await ran(folder, ["run", pipeline, "--quiet", "--out", "."]);
  if (ended.code !== 0) throw new Error(`the material cannot be made: ${ended.stderr}`);
  return folder;
}

async function command(
  template: string,
  at: { readonly cwd: string; readonly material: string; readonly random: Draws },
): Promise<string[]> {
  const { cwd, material, random } = at;
  await cp(material, cwd, { recursive: true });
  const places: Readonly<Record<string, string>> = {
    "@pipeline": pipeline,
    "@checkpoint": "checkpoint",
    "@run": "runs/nothing",
    "@dataset": "checkpoint",
    "@store": ".",
    "@table": "table.csv",
    "@points": "points.parquet",
  };
  const words = template
    .split(" ")
    .map((word) =>
      word.startsWith("@")
        ? places[word]
        : word.replace("%", () => random.pick(wrong).replaceAll("\u0000", "")),
    );
  for (const word of new Set(template.match(/@\w+/g)))
    if (word !== "@pipeline") await damage(join(cwd, places[word]), random);
  if (template.includes("--resume")) await damage(join(cwd, "runs/nothing"), random);
  return words;
}

/** Changes one file of a folder, or the file itself. */
async function damage(path: string, random: Draws): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
  const files = entries
    ?.filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort() ?? [path];
  const file = random.pick(files.filter((name) => !/\.(png|svg|html)$/.test(name)));
  const bytes = await readFile(file);
  const isJson = file.endsWith(".json") && random.below(4) > 0;
  await writeFile(
    file,
    isJson ? mutatedJson(bytes.toString("utf8"), random) : mutatedBytes(bytes, bytes, random),
  );
}

function problemOf({ code, signal, stdout, stderr }: Ended, words: readonly string[]): string | undefined {
  if (signal !== null) return `ended by ${signal}: ${stderr.slice(0, 500)}`;
  if (/^\s+at .*[:(]/m.test(stderr)) return `a stack trace: ${stderr.slice(0, 500)}`;
  // A server that is not there is no fault of the input: exit code 1 is right.
  if (code === 0 || code === 2 || (code === 1 && words.includes("sync") && /no answer|answered/.test(stderr)))
    return undefined;
  return `exit code ${code}: ${stderr.slice(0, 500)} ${stdout.slice(0, 100)}`;
}

function ran(cwd: string, words: readonly string[]): Promise<Ended> {
  const env = { MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0" };
  return startProcess(words, { cwd, env, patience: PATIENCE_MS }).ended;
}
