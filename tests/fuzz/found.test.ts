/** @file What fuzzing has found stays mended, and a few new cases of everything that is read. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { suiteFolder } from "../files/folder.ts";
import { draws, mutatedBytes, mutatedJson } from "./mutate.ts";
import { isOwn, type Target } from "./target.ts";
import { openTargets } from "./targets.ts";

const folder = suiteFolder();
let targets: readonly Target[];
let close: () => void;

beforeAll(async () => {
  ({ targets, close } = await openTargets(await folder));
});
afterAll(() => close());

async function problemOf(target: Target, input: Uint8Array): Promise<string | undefined> {
  try {
    await target.run(input);
  } catch (error) {
    if (!isOwn(error)) return `${target.name}: ${(error as Error).stack}`;
  }
  return undefined;
}

it("what was found is a value or an error of the package's own now", async () => {
  const text = await readFile(join(import.meta.dirname, "found.json"), "utf8");
  const found = JSON.parse(text) as { readonly target: string; readonly input: string }[];
  expect(found.length).toBeGreaterThan(10);
  for (const { target: name, input } of found) {
    const target = targets.find((candidate) => candidate.name === name);
    expect(target, name).toBeDefined();
    expect(await problemOf(target as Target, Buffer.from(input, "base64"))).toBeUndefined();
  }
});

it("inputs to begin from are good, and a few that are made from them end well", async () => {
  for (const target of targets) {
    let isGood = false;
    for (const seed of target.seeds) {
      isGood ||= await target.run(seed).then(
        () => true,
        () => false,
      );
    }
    expect(isGood, target.name).toBe(true);
    if (target.every !== undefined) continue;
    for (let seed = 1; seed <= 15; seed++) {
      const random = draws(seed);
      const base = random.pick(target.seeds.filter(({ length }) => length < 1e5));
      const isJson = target.form === "json" && seed % 3 > 0;
      const input = isJson
        ? new TextEncoder().encode(mutatedJson(new TextDecoder().decode(base), random))
        : mutatedBytes(base, base, random);
      expect(await problemOf(target, input), `seed ${seed}`).toBeUndefined();
    }
  }
});
