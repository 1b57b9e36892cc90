/** @file The commands, the code, the links and the figures of README.md and of the guides work. */

import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recipes } from "../../scripts/galleryRecipes.ts";
import { loadPipeline } from "../../src/pipeline/loadPipeline.ts";
import { choosePreset, parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { smokeRuns } from "../pipelines/smokeRuns.ts";
import { fencesOf } from "./fences.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guides = (await readdir(join(root, "docs/guides"))).sort().map((name) => `docs/guides/${name}`);
const pages = await Promise.all(
  ["README.md", ...guides].map(async (name) => ({
    name,
    text: await readFile(join(root, name), "utf8"),
    fences: await fencesOf(join(root, name)),
  })),
);
const fences = pages.flatMap((page) => page.fences);
const scripts = (JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { scripts: object })
  .scripts;
const execute = promisify(execFile);
const limit = 240_000;

/** Commands are the lines of `sh` fences, taken apart at `&&`, and code in the text that starts like one. */
function commands(): string[] {
  const fenced = fences
    .filter(({ language }) => ["sh", "bash", "shell"].includes(language))
    .flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"));
  const inline = pages.flatMap(({ text }) => [
    ...text.replace(/^```[\s\S]*?^```$/gm, "").matchAll(/`((?:npx|npm|l2e|mlflow) [^`]+)`/g),
  ]);
  const lines = [...fenced, ...inline.map((match) => match[1])].map((line) =>
    line.replace(/\s+#\s.*$/, "").trim(),
  );
  const typed = lines
    .flatMap((line) => line.split("&&"))
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  return [...new Set(typed)];
}

/** What stands in for a command: words for `l2e`, or nothing to run where a check of its own says that it exists. */
type StandIn = { readonly l2e: readonly string[] } | "checked here";

const standIns: readonly (readonly [RegExp, (...groups: string[]) => StandIn])[] = [
  [/^(?:git clone \S+|cd \S+|npm ci|npm install(?: learn-to-evolve)?|mlflow ui .*)$/, () => "checked here"],
  // It serves until it is interrupted; tests/cli/play.test.ts does so.
  [/^(?:npx )?l2e play$/, () => "checked here"],
  [/^npm start$/, () => standIn((scripts as { start: string }).start.replace(/^node bin\/l2e\.js/, "l2e"))],
  [
    /^(?:npm run bench --|npx l2e bench) (\S+).*$/,
    (name) => exists(existsSync(join(root, `bench/${name}.ts`))),
  ],
  // tests/ranks does these with a smaller run.
  [/^(?:npx )?l2e run \S+ .*--ranks \d+$/, () => "checked here"],
  // An hour; tests/slow/soak.test.ts takes two minutes of it.
  [/^npm run (soak) -- .*$/, (script) => exists(script in scripts)],
  [/^npm (?:run )?([\w:-]+)$/, (script) => exists(script in scripts)],
  // tests/mlflow does these, with a server, and tests/cli/sweep.test.ts those, with smaller runs.
  [/^(?:npx )?l2e (?:ui|runs sync.*|sweep .*|report \S+ \S+)$/, () => "checked here"],
  // Parts of runs need a run whose parts they are, and Slurm a cluster: tests/cli/shards.test.ts and tests/slurm have them.
  [
    /^(?:exec )?(?:npx )?l2e (?:shard .*|run .*--executor .*|run .*--resume --set training\.block=.*|run … .*)$/,
    () => "checked here",
  ],
  // The name of a command that asks for more, in running text.
  [/^l2e (?:run|shard|rollout|report|inspect|evaluate)$/, () => "checked here"],
  [
    /^(?:npx )?l2e (.*)$/,
    (rest) => (isRunElsewhere(rest) ? "checked here" : { l2e: quick(rest.split(/\s+/)) }),
  ],
];

function exists(found: boolean): StandIn {
  if (!found) throw new Error("there is no such thing.");
  return "checked here";
}

/** Runs that `tests/pipelines/smoke.test.ts` makes; that of the Fokker–Planck operator leaves the checkpoint which others use. */
function isRunElsewhere(words: string): boolean {
  const match = /^run ([\w-]+)(?: --(?:check|json|preset \w+))*$/.exec(words);
  return match !== null && match[1] !== "fokker-planck-2d" && smokeRuns.some(({ name }) => name === match[1]);
}

function standIn(command: string): StandIn {
  // They take minutes; below it is tested that they have settings to begin with.
  if (recipes.some((recipe) => recipe.command === command)) return "checked here";
  const bare = command.replace(/^(?:\w+=\S+ )+/, ""); // a tracking server, say, which the test has not
  for (const [pattern, plan] of standIns) {
    const match = pattern.exec(bare);
    if (match !== null) return plan(...match.slice(1));
  }
  throw new Error(`nothing covers the command "${command}": add a row to standIns.`);
}

/** The preset `smoke` in place of longer ones, and the files that it makes in place of theirs. */
function quick(words: readonly string[]): string[] {
  const short = words.map((word, i) => {
    if (["--preset", "-p"].includes(words[i - 1])) return "smoke";
    return word.replace(/^((?:checkpoints|runs|datasets)\/[\w-]+?)(?:-quick|-full|-smoke)?$/, "$1-smoke");
  });
  const presets = ["--preset", "-p", "--help"];
  if (short[0] === "run" && !short.some((word) => presets.includes(word))) short.push("--preset", "smoke");
  return short;
}

let folder: string;

beforeAll(async () => {
  // Inside the repository, where a pipeline finds what it imports; `.vitest` is not under version control.
  await mkdir(join(root, ".vitest"), { recursive: true });
  folder = await mkdtemp(join(root, ".vitest/readme-"));
  await mkdir(join(folder, "datasets"));
  await cp(join(root, "datasets/penguins.csv"), join(folder, "datasets/penguins.csv"));
  for (const { title, text } of fences) if (title !== "") await writeFile(join(folder, title), text);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function l2e(words: readonly string[]): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("MLFLOW_")));
  await execute(process.execPath, [join(root, "bin/l2e.js"), ...words], { cwd: folder, env, timeout: limit });
}

describe("commands", () => {
  const done = new Set<string>();
  test.each(commands())("%s", { timeout: limit }, async (command) => {
    const instead = standIn(command);
    if (instead === "checked here" || done.has(`${instead.l2e}`)) return;
    done.add(`${instead.l2e}`);
    await l2e(instead.l2e);
  });

  test("a command that nothing covers is noticed", () => {
    expect(() => standIn("rm -rf mlruns")).toThrow("nothing covers");
    expect(() => standIn("npm run no-such-script")).toThrow("no such thing");
  });
});

const pipelines = fences
  .filter(({ language, text }) => language === "ts" && text.includes("export default definePipeline"))
  .map(({ text }) => ({ name: /name: "([^"]+)"/.exec(text)?.[1] ?? "unnamed", text }));

test.each(pipelines)("the pipeline $name runs", { timeout: limit }, async ({ name, text }) => {
  await writeFile(join(folder, `${name}.ts`), text);
  await l2e(["run", `./${name}.ts`, "--preset", "smoke"]);
});

const python = process.env["L2E_PYTHON"] ?? "python3";

function pythonHas(modules: readonly string[]): boolean {
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("Python", () => {
  for (const { line, text } of fences.filter(({ language }) => language === "python")) {
    const modules = [...text.matchAll(/^import (.+)$/gm)].flatMap(([, names]) =>
      names.split(",").map((name) => name.trim().split(" ")[0]),
    );
    const title = `line ${line} (needs ${modules.join(", ")}: set L2E_PYTHON to a Python that has them)`;
    test.skipIf(!pythonHas(modules))(title, { timeout: limit }, async () => {
      const code = text.replace(/checkpoints\/([\w-]+)\//g, "checkpoints/$1-smoke/");
      await execute(python, ["-c", code], { cwd: folder, timeout: limit });
    });
  }
});

const scriptBlocks = fences.flatMap(({ language, text }) => {
  const name = language === "ts" ? /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] : undefined;
  return name === undefined ? [] : [{ name, text }];
});

test.each(scriptBlocks)("the script $name runs", { timeout: limit }, async ({ name, text }) => {
  await writeFile(join(folder, name), text);
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") };
  const loader = import.meta.resolve("tsx");
  await execute(process.execPath, ["--import", loader, join(folder, name)], {
    cwd: folder,
    env,
    timeout: limit,
  });
});

test("every block of code is run, compiled or shown as output", () => {
  const covered = ["sh", "bash", "shell", "python", "text", ""];
  const others = fences.filter(({ language, title }) => !covered.includes(language) && title === "");
  expect(others).toHaveLength(pipelines.length + scriptBlocks.length);
});

test.each(pages)("links of $name lead somewhere", ({ name, text }) => {
  const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]);
  const missing = targets.filter((target) => !existsSync(join(root, dirname(name), target)));
  expect(missing).toEqual([]);
});

describe("the gallery", () => {
  test("makes every figure that is shown", () => {
    const made = recipes.flatMap(({ figures }) => Object.keys(figures)).concat("playground.png");
    const shown = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/(?:!\[[^\]]*\]\(|<img src=")([^)"]+)/g)].map(([, path]) =>
        join(dirname(name), path),
      ),
    );
    expect(new Set(shown)).toEqual(new Set(made.map((name) => join("docs", name))));
  });

  test("by runs that have a pipeline, a preset and settings", async () => {
    for (const { command } of recipes) {
      const words = command.split(" ");
      if (words[2] !== "run" || words[0] !== "npx") continue;
      const definition = await loadPipeline(words[3]);
      const given = (option: string) => words.filter((_, k) => words[k - 1] === option);
      const preset = choosePreset(definition, given("--preset")[0]);
      expect(() => resolveSettings(definition, preset, given("--set").map(parseOverride))).not.toThrow();
    }
  });
});
