/** @file The completion scripts, each in its own shell. */

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { l2e } from "./run.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-completion-"));
  await mkdir(join(folder, "my folder"));
  await writeFile(join(folder, "points.csv"), "x\n1\n");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, stdout } = await l2e(folder, "completion", shell);
    expect(code).toBe(0);
    await writeFile(join(folder, shell), stdout);
  }
});
afterAll(() => rm(folder, { recursive: true }));

function run(shell: string, code: string): string[] {
  const bare = { bash: ["--norc", "--noprofile"], zsh: ["-f"], fish: ["--no-config"] }[shell] ?? [];
  const text = execFileSync(shell, [...bare, "-c", code], { cwd: folder, encoding: "utf8" });
  return text.split("\n").filter((line) => line !== "");
}

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ["-c", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const quote = (word: string) => `'${word}'`;

/** What each shell offers for the last of the words, without descriptions. */
const offers: Readonly<Record<string, (...words: string[]) => string[]>> = {
  bash: (...words) =>
    run(
      "bash",
      `source ./bash; COMP_WORDS=(l2e ${words.map(quote).join(" ")}); COMP_CWORD=${words.length}; _l2e 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  // zsh completes on a terminal alone; what it would be told is printed here instead.
  zsh: (...words) =>
    run(
      "zsh",
      `compdef() {}; compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }
       _describe() { print -l -- "\${(@P)2%%:*}" }; _files() { print -l -- *(N\${1:+/}) }
       source ./zsh; words=(l2e ${words.map(quote).join(" ")}); CURRENT=${words.length + 1}; _l2e`,
    ),
  fish: (...words) =>
    run("fish", `source ./fish; complete -C "l2e ${words.join(" ")}"`).map((line) => line.split("\t")[0]),
};

describe.each(Object.entries(offers))("%s", (shell, offered) => {
  const here = test.skipIf(!isThere(shell));
  here("commands, and commands of commands", () => {
    expect(offered("")).toEqual(expect.arrayContaining(["run", "rollout", "completion", "schema"]));
    expect(offered("runs", "")).toEqual(expect.arrayContaining(["ls", "show", "sync"]));
    expect(offered("runs", "")).not.toContain("rollout");
  });

  here("the options of each command", () => {
    expect(offered("run", "--")).toEqual(expect.arrayContaining(["--preset", "--set", "--resume"]));
    expect(offered("run", "--")).not.toContain("--seeds");
    expect(offered("sweep", "fokker-planck-1d", "--")).toContain("--seeds");
    expect(offered("runs", "sync", "--")).toContain("--to");
  });

  here("values: pipelines, presets, engines, settings, alternatives", () => {
    expect(offered("run", "")).toEqual(expect.arrayContaining(["fokker-planck-2d", "kuramoto"]));
    expect(offered("run", "kuramoto", "--preset", "")).toEqual(expect.arrayContaining(["smoke", "paper"]));
    expect(offered("run", "kuramoto", "-p", "")).not.toContain("kuramoto");
    expect(offered("evaluate", "x", "--engine", "")).toEqual(expect.arrayContaining(["auto", "onnx-wasm"]));
    expect(offered("sweep", "kuramoto", "--grid", "")).toContain("training.rounds=");
    expect(offered("rollout", "x", "--second-order", "").sort()).toEqual(["global", "local"]);
    expect(offered("completion", "")).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });

  here("files and folders", () => {
    const plain = (words: string[]) => words.map((word) => word.replace(/\/$/, "").replaceAll("\\", ""));
    expect(plain(offered("rollout", "x", "--input", ""))).toContain("points.csv");
    const folders = plain(offered("run", "kuramoto", "--out", ""));
    expect(folders).toContain("my folder");
    expect(folders).not.toContain("points.csv");
  });
});

test.skipIf(!isThere("bash"))("bash filters by what is typed, and leaves values of settings alone", () => {
  expect(offers["bash"]("run", "fokker-planck-")).toEqual([
    "fokker-planck-1d",
    "fokker-planck-2d",
    "fokker-planck-nd",
  ]);
  expect(offers["bash"]("run", "kuramoto", "--set", "seed", "=", "")).toEqual([]);
});

test("an unknown shell is refused", async () => {
  const { code, stderr } = await l2e(folder, "completion", "fishy");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "fish"?');
});

test("a schema by the command line", async () => {
  const schema = await l2e(folder, "schema");
  expect(JSON.parse(schema.stdout).properties.training.properties.rounds.type).toBe("integer");
  const paths = await l2e(folder, "schema", "kuramoto", "--preset", "smoke", "--paths");
  expect(paths.stdout).toMatch(/parameters\.coupling +1\.5/);
});
