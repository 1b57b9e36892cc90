import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { uniforms } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { start } from "../cli/run.ts";

const words = ["run", "fokker-planck-2d", "--preset", "smoke", "--quiet"];
const name = "fokker-planck-2d-smoke";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "l2e-killed-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What must come out the same to the byte: weights, the state of the training, every part of the dataset. */
async function products(root: string): Promise<Record<string, Buffer>> {
  const checkpoint = ["weights.safetensors", "training.safetensors"].map((file) =>
    join("checkpoints", name, file),
  );
  const parts = (await readdir(join(folder, root, "datasets", name), { recursive: true }))
    .filter((path) => path.endsWith(".arrow"))
    .sort()
    .map((path) => join("datasets", name, path));
  const files = [...checkpoint, ...parts, join("datasets", name, "manifest.json")];
  const entries = files.map(async (file) => [file, await readFile(join(folder, root, file))] as const);
  return Object.fromEntries(await Promise.all(entries));
}

it("ends in the same bytes after kill -9 at any of twenty random moments", async () => {
  const began = performance.now();
  expect((await start(folder, ...words, "--out", "whole").finished).code).toBe(0);
  const duration = performance.now() - began;
  const expected = await products("whole");
  expect(Object.keys(expected).length).toBeGreaterThanOrEqual(5);
  for (const [i, u] of uniforms(keyFrom(20), 20).entries()) {
    const root = `killed-${i}`;
    const victim = start(folder, ...words, "--out", root);
    const timer = setTimeout(() => victim.child.kill("SIGKILL"), u * duration);
    await victim.finished;
    clearTimeout(timer);
    const resumed = await start(folder, ...words, "--out", root, "--resume").finished;
    expect(resumed.code, `killed after ${Math.round(u * duration)} ms: ${resumed.stderr}`).toBe(0);
    const actual = await products(root);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [file, bytes] of Object.entries(expected)) {
      expect(actual[file].equals(bytes), `${file}, killed after ${Math.round(u * duration)} ms`).toBe(true);
    }
    await rm(join(folder, root), { recursive: true, force: true });
  }
});
