/** @file A dataset gives back what was put in, and trusts nothing but its manifest. */

import { appendFile, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import { describe, expect, it } from "vitest";
import { openDataset, partName } from "../../src/datasets/dataset.ts";
import { openSnapshots, readSnapshots } from "../../src/datasets/reader.ts";
import { testFolder } from "../files/folder.ts";
import { planeFormat, planeSnapshot } from "./snapshots.ts";

const roundOf = (round: number, sizes: readonly number[] = [5, 3]) => ({
  round,
  name: partName(round),
  snapshots: sizes.map((count, k) => planeSnapshot(10 * round + k, k, count)),
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("dataset", () => {
  it("reads back exactly what was appended, in order, also after reopening", async () => {
    const folder = await testFolder();
    const dataset = await openDataset(folder, planeFormat);
    const rounds = [roundOf(1), roundOf(0, [1, 7, 2])];
    for (const round of rounds) await dataset.append(round);
    const reopened = await openDataset(folder);
    expect(reopened.manifest).toEqual(dataset.manifest);
    expect(reopened.digest()).toBe(dataset.digest());
    expect(reopened.snapshotCount).toBe(5);
    const got = await collect(reopened.read({ verify: true }));
    const put = [...rounds].reverse().flatMap((round) => round.snapshots);
    expect(got.map(({ round, part, dimension, count, ...snapshot }) => snapshot)).toEqual(put);
    expect(got.map(({ round }) => round)).toEqual([0, 0, 0, 1, 1]);
    expect(got.map(({ count }) => count)).toEqual([1, 7, 2, 5, 3]);
    expect(got[0].part).toBe("round-000/part-00000.arrow");
  });

  it("reads by round and by trajectory", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    for (const round of [0, 1, 2, 3]) await dataset.append(roundOf(round));
    const rounds = async (first: number, last: number) =>
      (await collect(dataset.read({ rounds: [first, last] }))).map(({ trajectory }) => trajectory);
    expect(await rounds(1, 2)).toEqual([10, 11, 20, 21]);
    expect((await collect(dataset.read({ trajectory: 21 }))).map(({ step }) => step)).toEqual([1]);
  });

  it("takes snapshots from an async source, with weights, in three dimensions", async () => {
    const format = {
      dimension: 3,
      domain: "torus",
      coordinates: ["a", "b", "c"],
      units: ["1", "1", "1"],
      weights: true,
    };
    const dataset = await openDataset(await testFolder(), format);
    const snapshot = {
      ...planeSnapshot(0, 0),
      parameters: {},
      positions: Float64Array.of(1, 2, 3, 4, 5, 6),
      logDensity: Float64Array.of(-1, Number.NEGATIVE_INFINITY),
      weights: Float64Array.of(0.25, 0.75),
    };
    async function* source() {
      yield snapshot;
    }
    await dataset.append({ round: 0, name: "a", snapshots: source() });
    const [got] = await collect(dataset.read());
    expect(Array.from(got.positions)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Array.from(got.logDensity)).toEqual([-1, Number.NEGATIVE_INFINITY]);
    expect(Array.from(got.weights ?? [])).toEqual([0.25, 0.75]);
  });

  it("gives the same bytes for the same snapshots, so appending twice changes nothing", async () => {
    const [one, two] = [await testFolder(), await testFolder()];
    const first = await openDataset(one, planeFormat);
    const second = await openDataset(two, planeFormat);
    await first.append(roundOf(0));
    await second.append(roundOf(0));
    expect(second.digest()).toBe(first.digest());
    await first.append(roundOf(0));
    expect(first.digest()).toBe(second.digest());
    const path = join(one, "round-000", "part-00000.arrow");
    expect(await readFile(path)).toEqual(await readFile(join(two, "round-000", "part-00000.arrow")));
  });

  it("refuses other contents under a committed name and leaves the part alone", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    await dataset.append(roundOf(1));
    await expect(dataset.append(roundOf(1, [4]))).rejects.toThrow(
      "round-001/part-00001.arrow is committed with other contents, and parts do not change. Drop its round first (truncateToRound(0)), or use another name.",
    );
    await dataset.verify();
    expect(dataset.snapshotCount).toBe(2);
  });

  it("forgets later rounds for a resumed run, which may then write them anew", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    for (const round of [0, 1, 2]) await dataset.append(roundOf(round));
    const dropped = await dataset.truncateToRound(0);
    expect(dropped.map(({ round }) => round)).toEqual([1, 2]);
    expect((await openDataset(dataset.folder)).snapshotCount).toBe(2);
    await dataset.append(roundOf(1, [9, 9, 9]));
    await dataset.verify();
    expect((await collect(dataset.read({ verify: true }))).map(({ count }) => count)).toEqual([
      5, 3, 9, 9, 9,
    ]);
  });

  it("commits parts that workers wrote, and ignores files that nobody committed", async () => {
    const folder = await testFolder();
    const dataset = await openDataset(folder, planeFormat);
    const worker = await openDataset(folder);
    const entries = await Promise.all(
      [0, 1, 2].map((k) => worker.writePart({ ...roundOf(0), name: partName(k) })),
    );
    expect((await openDataset(folder)).snapshotCount).toBe(0);
    await dataset.commit([entries[2], entries[0]]);
    await writeFile(join(folder, "round-000", "stray.arrow.tmp-0123456789ab"), "half");
    const reopened = await openDataset(folder);
    expect(reopened.manifest.parts.map(({ path }) => path)).toEqual([
      "round-000/part-00000.arrow",
      "round-000/part-00002.arrow",
    ]);
    expect(await collect(reopened.read())).toHaveLength(4);
  });

  it("does not lose parts that are appended at the same time", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    await Promise.all(Array.from({ length: 8 }, (_, round) => dataset.append(roundOf(round))));
    expect((await openDataset(dataset.folder)).snapshotCount).toBe(16);
  });

  it("leaves nothing behind when the source of snapshots fails", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    function* failing() {
      yield planeSnapshot(0, 0);
      throw new Error("diverged");
    }
    await expect(dataset.append({ round: 0, name: "a", snapshots: failing() })).rejects.toThrow("diverged");
    expect(dataset.snapshotCount).toBe(0);
    expect(await readdir(join(dataset.folder, "round-000"))).toEqual([]);
  });
});

describe("dataset errors", () => {
  const message = (promise: Promise<unknown>) =>
    promise.then(
      () => "no error",
      (error: Error) => error.message,
    );

  it("say what a snapshot lacks", async () => {
    const dataset = await openDataset("/nowhere", planeFormat).catch(() => undefined);
    expect(dataset === undefined || dataset.folder === "/nowhere").toBe(true);
    const target = await openDataset(await testFolder(), planeFormat);
    const append = (change: object) =>
      message(target.append({ round: 0, name: "a", snapshots: [{ ...planeSnapshot(3, 1), ...change }] }));
    const where = "snapshot of trajectory 3, step 1: ";
    expect(await append({ positions: new Float32Array(9) })).toBe(
      `${where}positions must hold 5 x 2 numbers (one row a log-density), got 9`,
    );
    expect(await append({ seed: 0.5 })).toBe(`${where}seed must be a safe integer, got 0.5`);
    expect(await append({ parameters: {} })).toBe(`${where}parameters must be [stiffness], got []`);
    expect(await append({ weights: new Float32Array(5) })).toBe(
      `${where}weights must hold nothing in this format, got 5`,
    );
  });

  it("tell a missing dataset, another format and another version apart", async () => {
    const folder = await testFolder();
    expect(await message(openDataset(folder))).toBe(
      `${folder} is not a dataset: it has no manifest.json. Generate one, or name the folder that holds the manifest.`,
    );
    await openDataset(folder, planeFormat);
    expect(await message(openDataset(folder, { ...planeFormat, domain: "torus" }))).toBe(
      `${folder}: this dataset has domain "euclidean", and "torus" is asked for. Use another folder, or remove this one.`,
    );
    const path = join(folder, "manifest.json");
    const manifest = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...manifest, schemaVersion: 3 }));
    expect(await message(openDataset(folder))).toContain(`${path} has schema version 3, this l2e reads 1`);
    await writeFile(path, JSON.stringify({ ...manifest, parts: [{ path: "../../etc/passwd" }] }));
    expect(await message(openDataset(folder))).toContain("parts[0].path");
    await writeFile(path, "{");
    expect(await message(openDataset(folder))).toContain("is not JSON");
  });

  it("name the part that is missing, cut off or changed", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    await dataset.append(roundOf(0));
    const path = join(dataset.folder, "round-000", "part-00000.arrow");
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 10));
    expect(await message(collect(dataset.read()))).toBe(
      `${path} has ${whole.length - 10} bytes, the manifest says ${whole.length}. Restore the file, or generate the dataset again.`,
    );
    expect(await message(openSnapshots(path))).toContain(`${path} is truncated`);
    const changed = Uint8Array.from(whole);
    changed[changed.indexOf(0x80, 700)] ^= 1;
    await writeFile(path, changed);
    expect(await message(dataset.verify())).toContain("does not match the manifest: its sha256 is");
    expect(await message(collect(dataset.read({ verify: true })))).toContain("does not match the manifest");
    await rm(path);
    expect(await message(dataset.verify())).toContain("is listed in the manifest and does not exist");
  });

  it("name files that are no snapshots", async () => {
    const folder = await testFolder();
    const path = join(folder, "x.arrow");
    expect(await message(openSnapshots(path))).toBe(`${path} does not exist.`);
    await writeFile(path, "");
    expect(await message(openSnapshots(path))).toBe(`${path} is empty.`);
    await writeFile(path, "x,y\n1,2\n");
    expect(await message(openSnapshots(path))).toBe(
      `${path} is not an Arrow IPC file: it does not begin with ARROW1.`,
    );
    await writeFile(path, arrow.tableToIPC(arrow.tableFromArrays({ x: [1, 2] }), "file"));
    expect(await message(openSnapshots(path))).toBe(
      `${path} is an Arrow file, but not one of density snapshots: its schema metadata has no l2e.kind.`,
    );
    await writeFile(path, `ARROW1\0\0${"x".repeat(40)}ARROW1`);
    expect(await message(openSnapshots(path))).toContain(`${path} is damaged`);
  });
});

describe("openSnapshots", () => {
  it("reads any snapshot by its index without copying or reading the others", async () => {
    const dataset = await openDataset(await testFolder(), planeFormat);
    await dataset.append(roundOf(0, [2, 40_000, 3]));
    const file = await openSnapshots(join(dataset.folder, "round-000", "part-00000.arrow"));
    const last = await file.read(2);
    expect(last.positions).toEqual(planeSnapshot(2, 2, 3).positions);
    expect(last.positions.buffer).toBe(last.logDensity.buffer);
    // The buffer holds that snapshot alone: about a kilobyte, and not the 480 kB before it.
    expect(last.positions.buffer.byteLength).toBeLessThan(4096);
    await expect(file.read(3)).rejects.toThrow("there is no snapshot 3; it holds 3, counted from 0.");
    await file.close();
  });

  it("keeps the format and foreign metadata in the schema", async () => {
    const folder = await testFolder();
    const format = { ...planeFormat, metadata: { author: "Bénard" } };
    const dataset = await openDataset(folder, format);
    await dataset.append({ round: 0, name: "empty", snapshots: [] });
    await mkdir(join(folder, "copy"));
    await copyFile(join(folder, "round-000", "empty.arrow"), join(folder, "copy", "x.arrow"));
    const got = await readSnapshots(join(folder, "copy", "x.arrow"));
    expect(got).toEqual({ format: { ...format, weights: false }, snapshots: [] });
    await appendFile(join(folder, "copy", "x.arrow"), "more");
    await expect(readSnapshots(join(folder, "copy", "x.arrow"))).rejects.toThrow("is truncated");
  });
});
