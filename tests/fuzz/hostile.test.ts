/** @file Files that were made to do harm: ways out of a folder, code, lies about sizes, what all objects inherit. */

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/check/check.ts";
import { loadCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { decodeSafetensors } from "../../src/checkpoints/safetensors.ts";
import { openDataset } from "../../src/datasets/dataset.ts";
import { readSamples } from "../../src/datasets/samples.ts";
import { loadOperator } from "../../src/pipeline/model.ts";
import { parseOverride, resolveSettings } from "../../src/pipeline/resolveSettings.ts";
import { readRun } from "../../src/tracking/runs.ts";
import { fromYaml } from "../../src/tracking/yaml.ts";
import { planeFormat, planeSnapshot } from "../datasets/snapshots.ts";
import { testFolder } from "../files/folder.ts";
import tiny from "../fixtures/tiny.ts";

const shipped = fileURLToPath(new URL("../../checkpoints/fokker-planck-2d", import.meta.url));
const outside = [
  "../secret",
  "../../secret",
  "/etc/passwd",
  "..\\secret",
  "C:\\secret",
  "a/../../secret",
  "CON:",
  ".",
];

async function copied(edit: (manifest: Record<string, unknown>) => object): Promise<string> {
  const folder = join(await testFolder(), "checkpoint");
  await cp(shipped, folder, { recursive: true });
  const path = join(folder, "manifest.json");
  await writeFile(path, JSON.stringify(edit(JSON.parse(await readFile(path, "utf8")))));
  return folder;
}

describe("ways out of a folder", () => {
  it.each(outside)("are refused in a checkpoint's manifest: %s", async (name) => {
    const folder = await copied((manifest) => ({
      ...manifest,
      files: { [name]: { bytes: 1, sha256: "0".repeat(64) } },
    }));
    await expect(loadCheckpoint(folder)).rejects.toThrow("is no plain name");
  });

  it.each(outside)("are refused in a dataset's manifest: %s", async (name) => {
    const folder = await testFolder();
    const dataset = await openDataset(folder, planeFormat);
    const part = await dataset.append({ round: 0, name: "a", snapshots: [planeSnapshot(0, 0, 2)] });
    const parts = [{ ...part, path: name }];
    await writeFile(join(folder, "manifest.json"), JSON.stringify({ ...dataset.manifest, parts }));
    await expect(openDataset(folder)).rejects.toThrow("is not a dataset manifest");
  });

  it("a link in the place of a part is read for what it is, which is not the part", async () => {
    const folder = await testFolder();
    const dataset = await openDataset(folder, planeFormat);
    const part = await dataset.append({ round: 0, name: "a", snapshots: [planeSnapshot(0, 0, 2)] });
    await mkdir(join(folder, "round-001"));
    await symlink("/etc/passwd", join(folder, "round-001", "a.arrow"));
    const parts = [{ ...part, round: 1, path: "round-001/a.arrow" }];
    await writeFile(join(folder, "manifest.json"), JSON.stringify({ ...dataset.manifest, parts }));
    await expect((await openDataset(folder)).verify()).rejects.toThrow("the manifest says");
  });

  it("a run's id is found among the ids that are there, and is no path", async () => {
    const folder = await testFolder();
    await expect(readRun(join(folder, "mlruns"), "../../etc")).rejects.toThrow(InputError);
  });
});

describe("code", () => {
  it("of a checkpoint is never run: it names a pipeline that is installed, or the user names a file", async () => {
    const folder = await testFolder();
    const evil = join(folder, "evil.mjs");
    await writeFile(evil, `globalThis.hostile = true; export default {};`);
    for (const pipeline of [
      evil,
      `file://${evil}`,
      "../evil",
      `data:text/javascript,globalThis.hostile=true`,
    ]) {
      const checkpoint = await copied((manifest) => ({ ...manifest, pipeline }));
      await expect(loadOperator(checkpoint)).rejects.toThrow("which is not one of");
    }
    expect("hostile" in globalThis).toBe(false);
  });
});

describe("what all objects inherit", () => {
  it("stays as it is", async () => {
    const json = '{"__proto__":{"hostile":1},"constructor":{"prototype":{"hostile":1}}}';
    for (const text of [
      "__proto__.hostile=1",
      "constructor.prototype.hostile=1",
      `training=${json}`,
      `parameters=${json}`,
    ]) {
      expect(() => resolveSettings(tiny, "smoke", [parseOverride(text)])).toThrow(InputError);
    }
    const folder = await copied((manifest) => ({
      ...manifest,
      settings: JSON.parse(json),
      flow: JSON.parse(json),
    }));
    await expect(loadOperator(folder)).rejects.toThrow(InputError);
    fromYaml("__proto__: x\nconstructor: y\n");
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { readonly hostile?: number }).hostile).toBeUndefined();
  });
});

describe("lies about sizes", () => {
  it("cost no memory: safetensors of 2⁴⁰ numbers, a header of 2⁶² bytes", () => {
    const file = (header: object, length?: bigint) => {
      const json = new TextEncoder().encode(JSON.stringify(header));
      const bytes = new Uint8Array(8 + json.length);
      new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
      bytes.set(json, 8);
      return bytes;
    };
    const tensor = { dtype: "F32", shape: [2 ** 40], data_offsets: [0, 2 ** 42] };
    expect(() => decodeSafetensors(file({ a: tensor }), "x")).toThrow("x is truncated");
    expect(() => decodeSafetensors(file({}, 2n ** 62n), "x")).toThrow("is not a safetensors file");
  });

  it("cost no memory: a bomb of gzip, and a quote that is never closed", async () => {
    const folder = await testFolder();
    const bomb = join(folder, "bomb.csv.gz");
    await writeFile(bomb, gzipSync(Buffer.alloc(1e8)));
    await expect(readSamples(bomb)).rejects.toThrow("over a hundred times its size");
    const quote = join(folder, "quote.csv");
    await writeFile(quote, `a,b\n"${"1,2\n".repeat(1e6)}`);
    await expect(readSamples(quote)).rejects.toThrow(InputError);
  });
});
