/**
 * @file Whole runs through random faults: each ends in the same bytes when it goes on, or is refused with the name of the
 * file that is at fault, and nothing is lost that had been reported as written.
 *
 * `L2E_FAULT_CASES` says how many (200), `L2E_FAULT_SEED` where to begin (0): a case that fails is run again alone by its seed.
 */

import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { InputError } from "../../src/check/check.ts";
import { loadCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { openDataset } from "../../src/datasets/dataset.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import type { Ended } from "../process.ts";
import { type Case, caseOf, type Damage, type Fault } from "./fault.ts";
import { differing, name, products, resume, victim } from "./runs.ts";

const cases = Number(process.env["L2E_FAULT_CASES"] ?? 200);
const first = Number(process.env["L2E_FAULT_SEED"] ?? 0);

let base: string;
let engine: Engine;
let wanted: Record<string, string>;
let calls: Record<string, number>;
/** Folders to begin from. */
let whole: string;
let interrupted: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "l2e-faults-"));
  engine = await openEngine("onnx", { threads: 1 });
  whole = join(base, "whole");
  const [counts, log] = [join(base, "counts.json"), join(base, "calls.log")];
  expect(await victim(whole, { kind: "none", counts, log }, false)).toMatchObject({ code: 0, stderr: "" });
  wanted = await products(whole);
  calls = JSON.parse(await readFile(counts, "utf8"));
  // In the midst of the third round, with its part written and not yet trained on.
  const made = (await readFile(log, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const { area, call } = made.findLast((entry) => entry.area === "datasets" && entry.name === "rename");
  interrupted = join(base, "interrupted");
  expect(await victim(interrupted, { kind: "die", area, call: call + 1 }, false)).toMatchObject({
    signal: "SIGKILL",
  });
}, 120_000);

afterAll(async () => {
  await engine.dispose();
  await rm(base, { recursive: true, force: true });
});

it(`${cases} faults from seed ${first} on lose nothing`, async () => {
  const failures: string[] = [];
  const tally: Record<string, number> = {};
  const queue = Array.from({ length: cases }, (_, k) => first + k);
  const worker = async () => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      const one = caseOf(seed, calls);
      const root = join(base, `case-${seed}`);
      try {
        const outcome =
          one.damage === undefined
            ? await survives(one, root)
            : await isNoticed(one.damage, one.damage.of, root);
        tally[outcome] = (tally[outcome] ?? 0) + 1;
      } catch (error) {
        failures.push(
          `L2E_FAULT_SEED=${seed} L2E_FAULT_CASES=1: ${JSON.stringify(one)}\n${(error as Error).message}`,
        );
      }
      await rm(root, { recursive: true, force: true });
    }
  };
  // One waits for a process while the other goes on in this one.
  await Promise.all([worker(), worker()]);
  process.stderr.write(`${cases} cases: ${JSON.stringify(tally)}\n`);
  expect(failures.join("\n\n")).toBe("");
}, 3_600_000);

/** A run that a fault strikes goes on to the same bytes. */
async function survives({ start, fault }: Case, root: string): Promise<string> {
  const { kind, code } = fault as Fault;
  if (start !== "fresh") await cp(start === "over" ? whole : interrupted, root, { recursive: true });
  const ended = await victim(root, fault as Omit<Fault, "root">, start === "resumed");
  checkWords(ended, kind, root);
  await checkReported(ended, root);
  await resume(root, engine);
  expect(differing(await products(root), wanted)).toEqual([]);
  const how = ended.signal ?? (ended.code === 0 ? "finished all the same" : `exit code ${ended.code}`);
  return `${kind}${code === undefined ? "" : ` ${code}`}: ${how}`;
}

/** One line that says what, where and which code; never a stack trace. */
function checkWords({ code, signal, stderr, stdout }: Ended, kind: Fault["kind"], root: string): void {
  expect(stderr, stderr).not.toMatch(/^\s+at /m);
  if (kind === "die" || kind === "power")
    expect([signal, code]).toContainEqual(signal === null ? 0 : "SIGKILL");
  else expect(signal, stderr).toBe(null);
  if (kind === "clock") expect(code, stderr).toBe(0);
  if (kind === "term") expect([0, 130], stderr).toContain(code);
  if (kind !== "error") return;
  expect([0, 1, 2], stderr).toContain(code);
  if (code === 0) return;
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^(failed|error): [^\n]+ \(E[A-Z]+, \w+\)\. [^\n]+\n$/);
  expect(stderr).toContain(basename(root));
}

/** What a run has said to be done is there, before anybody mends anything. */
async function checkReported({ stdout }: Ended, root: string): Promise<void> {
  if (stdout !== "") expect(differing(await products(root), wanted), "reported as finished").toEqual([]);
  const text = await readFile(join(root, "runs", name, "run.json"), "utf8").catch(() => "{}");
  const { rounds = 0 } = JSON.parse(text) as { rounds?: number };
  if (rounds === 0) return;
  const { manifest } = await loadCheckpoint(join(root, "checkpoints", name));
  expect(manifest.progress.round).toBeGreaterThanOrEqual(rounds);
  const dataset = await openDataset(join(root, "datasets", name));
  await dataset.verify([0, rounds]);
  const stored = new Set(dataset.manifest.parts.map(({ round }) => round));
  expect([...stored]).toEqual(expect.arrayContaining(Array.from({ length: rounds }, (_, k) => k + 1)));
}

/** A file that was changed while nobody ran makes no difference, or is named. */
async function isNoticed(damage: Damage, of: "finished" | "interrupted", root: string): Promise<string> {
  await cp(of === "finished" ? whole : interrupted, root, { recursive: true });
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  // What the run needs, rather than the many small files of the tracking.
  const [needed, tracked] = [false, true].map((isTracked) =>
    files.filter((path) => path.includes("mlruns") === isTracked).sort(),
  );
  const list = damage.file < 0.85 ? needed : tracked;
  const path =
    list[
      Math.floor(
        ((damage.file < 0.85 ? damage.file : damage.file - 0.85) / (damage.file < 0.85 ? 0.85 : 0.15)) *
          list.length,
      )
    ];
  await harm(path, damage);
  const shown = `${damage.how} of ${path.slice(root.length)}`;
  try {
    await resume(root, engine);
  } catch (error) {
    expect(error, shown).toBeInstanceOf(InputError);
    expect((error as Error).message, shown).toContain(basename(path));
    return "damage: refused by name";
  }
  expect(differing(await products(root), wanted), shown).toEqual([]);
  return "damage: made no difference, or was mended";
}

async function harm(path: string, { how, where }: Damage): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(where * bytes.length);
  if (how === "gone") return await rm(path);
  if (how === "cut") return await truncate(path, at);
  if (how === "empty") return await truncate(path, 0);
  if (how === "bit") bytes[at] ^= 1 << Math.floor(where * 8);
  if (how === "zeros") bytes.fill(0, at, Math.min(at + 512, bytes.length));
  await writeFile(path, how === "more" ? Buffer.concat([bytes, bytes.subarray(0, 100)]) : bytes);
}
