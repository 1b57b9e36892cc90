/** @file A checkpoint comes back as it was saved, and is refused when anything does not match. */

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCheckpoint, readCheckpointManifest, saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { testFolder } from "../files/folder.ts";
import { contentsWith, valueIn } from "./contents.ts";

const message = (promise: Promise<unknown>) =>
  promise.then(
    () => "no error",
    (error: Error) => error.message,
  );

async function saved(value = 2): Promise<string> {
  const folder = join(await testFolder(), "x");
  await saveCheckpoint(folder, contentsWith(value));
  return folder;
}

async function editManifest(
  folder: string,
  change: (manifest: Record<string, unknown>) => object,
): Promise<void> {
  const path = join(folder, "manifest.json");
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, "utf8")))));
}

describe("checkpoint", () => {
  it("comes back with every field, tensor and byte", async () => {
    const contents = contentsWith(2);
    const folder = await saved(2);
    const checkpoint = await loadCheckpoint(folder, { kind: "jko-operator", shapes: { w: [2, 3] } });
    expect(checkpoint.recovered).toBe(false);
    expect(checkpoint.weights).toEqual(contents.weights);
    expect(checkpoint.training).toEqual(contents.training);
    expect(Array.from(checkpoint.onnx ?? [])).toEqual(Array.from(contents.onnx ?? []));
    const { files, schemaVersion, ...fields } = checkpoint.manifest;
    expect(fields).toEqual(contents.fields);
    expect(schemaVersion).toBe(2);
    expect(Object.keys(files)).toEqual(["operator.onnx", "training.safetensors", "weights.safetensors"]);
    expect(await readCheckpointManifest(folder)).toEqual(checkpoint.manifest);
  });

  it("has plain files under their public names and nothing else, also after the next save", async () => {
    const folder = await saved(2);
    const all = ["manifest.json", "operator.onnx", "training.safetensors", "weights.safetensors"];
    expect((await readdir(folder)).sort()).toEqual(all);
    await saveCheckpoint(folder, contentsWith(3));
    expect((await readdir(folder)).sort()).toEqual(["manifest.json", "weights.safetensors"]);
    expect(valueIn(await loadCheckpoint(folder))).toBe(3);
    await saveCheckpoint(folder, contentsWith(8));
    expect((await readdir(folder)).sort()).toEqual(all);
  });

  it("has the same bytes when the same training is saved again", async () => {
    const [one, two] = [await saved(4), await saved(4)];
    for (const name of await readdir(one)) {
      expect(await readFile(join(one, name))).toEqual(await readFile(join(two, name)));
    }
  });

  it("can be loaded while it is being saved", async () => {
    const folder = await saved(0);
    let isSaving = true;
    const saving = (async () => {
      for (let value = 1; value <= 25; value++) await saveCheckpoint(folder, contentsWith(value));
      isSaving = false;
    })();
    let last = 0;
    while (isSaving) {
      const value = valueIn(await loadCheckpoint(folder));
      expect(value).toBeGreaterThanOrEqual(last - 1);
      last = value;
    }
    await saving;
  });
});

describe("checkpoint refuses", () => {
  it("another version, naming both", async () => {
    const folder = await saved();
    await editManifest(folder, (manifest) => ({ ...manifest, schemaVersion: 3 }));
    expect(await message(loadCheckpoint(folder))).toBe(
      `checkpoint ${join(folder, "manifest.json")} has schema version 3, this l2e reads 2: install the version of learn-to-evolve that wrote it, or train again.`,
    );
  });

  it("a folder that is none, and a manifest that is no JSON or has other fields", async () => {
    const folder = await saved();
    expect(await message(loadCheckpoint(join(folder, "..")))).toBe(
      `${join(folder, "..")} is not a checkpoint: it has no manifest.json. Name the folder that holds it.`,
    );
    await editManifest(folder, (manifest) => ({ ...manifest, sede: 1, seed: "x" }));
    const complaint = await message(loadCheckpoint(folder));
    expect(complaint).toContain("manifest.json does not match the format");
    expect(complaint).toContain('Unrecognized key: "sede"');
    expect(complaint).toContain("at seed");
    await writeFile(join(folder, "manifest.json"), "{");
    expect(await message(loadCheckpoint(folder))).toContain("is not JSON");
  });

  it("files that are missing, changed or cut off", async () => {
    for (const name of ["weights.safetensors", "training.safetensors", "operator.onnx"]) {
      const folder = await saved();
      const path = join(folder, name);
      const bytes = await readFile(path);
      await writeFile(path, bytes.subarray(1));
      expect(await message(loadCheckpoint(folder))).toContain(
        `checkpoint ${path} does not match the manifest: it has ${bytes.length - 1} bytes`,
      );
      bytes[bytes.length - 1] ^= 1;
      await writeFile(path, bytes);
      expect(await message(loadCheckpoint(folder))).toContain(
        `checkpoint ${path} does not match the manifest`,
      );
      await rm(path);
      const complaint = await message(loadCheckpoint(folder));
      expect(complaint).toContain(`checkpoint ${path} is listed in the manifest and does not exist. Whole: `);
      expect(complaint).not.toContain(` ${name},`);
      expect(complaint.includes("so the operator can be used")).toBe(name !== "weights.safetensors");
      const alone = loadCheckpoint(folder, { weightsOnly: true });
      if (name === "weights.safetensors") await expect(alone).rejects.toThrow("does not exist");
      else expect(await alone).toMatchObject({ recovered: false });
    }
  });

  it("paths that lead out of the folder", async () => {
    const folder = await saved();
    const file = { bytes: 1, sha256: "0".repeat(64) };
    await editManifest(folder, (manifest) => ({ ...manifest, files: { "../secret": file } }));
    expect(await message(loadCheckpoint(folder))).toContain(
      'files lists "../secret", which is no plain name',
    );
  });

  it("weights of another architecture, naming the tensor", async () => {
    const folder = await saved();
    const path = join(folder, "weights.safetensors");
    const load = (shapes: Record<string, number[]>) => message(loadCheckpoint(folder, { shapes }));
    expect(await load({ w: [3, 2] })).toBe(`${path}: the tensor "w" has shape [2,3], expected [3,2].`);
    expect(await load({ w: [2, 3], b: [3] })).toBe(`${path}: the tensor "b" of shape [3] is missing.`);
    expect(await load({})).toBe(`${path}: the tensor "w" is not one of this architecture.`);
  });

  it("to save fields that JSON cannot hold, and keeps the old checkpoint", async () => {
    const folder = await saved(2);
    const next = contentsWith(4);
    const broken = { ...next, fields: { ...next.fields, flow: { tau: Number.NaN } } };
    expect(await message(saveCheckpoint(folder, broken))).toContain("at flow");
    expect(valueIn(await loadCheckpoint(folder))).toBe(2);
  });
});
