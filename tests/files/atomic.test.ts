/** @file Files are replaced whole or not at all. */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/check/check.ts";
import {
  isLeftover,
  removeLeftovers,
  temporaryName,
  writeAtomically,
  writeStreamAtomically,
} from "../../src/files/atomic.ts";
import { sha256, sha256OfFile } from "../../src/files/hash.ts";
import { fileUri, pathOfUri } from "../../src/files/uri.ts";
import { testFolder } from "./folder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("writeAtomically", () => {
  it("makes folders, replaces the file and leaves nothing else", async () => {
    const path = join(await testFolder(), "a", "b.txt");
    await writeAtomically(path, "old");
    await writeAtomically(path, bytes("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(join(path, ".."))).toEqual(["b.txt"]);
  });

  it("keeps the old file when the source of the bytes fails", async () => {
    const path = join(await testFolder(), "b.txt");
    await writeAtomically(path, "old");
    async function* failing() {
      yield bytes("half");
      throw new Error("no more");
    }
    await expect(writeStreamAtomically(path, failing())).rejects.toThrow("no more");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(join(path, ".."))).toEqual(["b.txt"]);
  });

  it("returns size and hash, and keeps the old file when they are not accepted", async () => {
    const path = join(await testFolder(), "b.txt");
    const written = await writeStreamAtomically(path, [bytes("ab"), bytes("c")]);
    expect(written).toEqual({ bytes: 3, sha256: sha256("abc") });
    expect(await sha256OfFile(path)).toBe(sha256("abc"));
    const refuse = () => {
      throw new InputError("not this one");
    };
    await expect(writeStreamAtomically(path, [bytes("x")], { accept: refuse })).rejects.toThrow(
      "not this one",
    );
    expect(await readFile(path, "utf8")).toBe("abc");
  });

  it("hashes as SHA-256 does", () => {
    // FIPS 180-4, the message "abc".
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("lets many writers of one file finish, the last one winning whole", async () => {
    const path = join(await testFolder(), "b.txt");
    const texts = Array.from({ length: 20 }, (_, k) => String(k).repeat(10_000));
    await Promise.all(texts.map((text) => writeAtomically(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await readdir(join(path, ".."))).toEqual(["b.txt"]);
  });
});

describe("removeLeftovers", () => {
  it("removes temporary files and folders at any depth, and nothing else", async () => {
    const folder = await testFolder();
    await mkdir(join(folder, "deep"));
    const left = [temporaryName(join(folder, "a.arrow")), temporaryName(join(folder, "deep", "b"))].sort();
    for (const path of left) await writeFile(path, "half");
    await writeFile(join(folder, "notes.tmp-final.txt"), "mine");
    expect(left.every(isLeftover)).toBe(true);
    expect(await removeLeftovers(folder)).toEqual(left);
    expect((await readdir(folder)).sort()).toEqual(["deep", "notes.tmp-final.txt"]);
  });
});

describe("file URIs", () => {
  it("name the path they came from", () => {
    for (const path of ["/tmp/mlruns", "/tmp/with space/100%/ü#?"]) {
      expect(fileUri(path)).toMatch(/^file:\/\/\//);
      expect(pathOfUri(fileUri(path))).toBe(path);
    }
    expect(fileUri("/tmp/a b")).toBe("file:///tmp/a%20b");
  });

  it("may be relative or plain paths, but not on other hosts", () => {
    expect(pathOfUri("file:mlruns")).toBe("mlruns");
    expect(pathOfUri("mlruns/x")).toBe("mlruns/x");
    expect(() => pathOfUri("file://server/share")).toThrow(
      "file://server/share does not name a file on this machine. Write file:///absolute/path or a plain path.",
    );
  });
});
