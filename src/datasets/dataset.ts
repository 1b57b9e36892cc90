/** @file A dataset of density snapshots: immutable Arrow parts and the manifest that commits them. */

import { join } from "node:path";
import { check } from "../check/check.ts";
import { writeStreamAtomically } from "../files/atomic.ts";
import { sha256 } from "../files/hash.ts";
import {
  type DatasetManifest,
  emptyManifest,
  manifestText,
  type PartEntry,
  readManifest,
  writeManifest,
} from "./manifest.ts";
import { checkPart, verifyParts } from "./parts.ts";
import { openSnapshots, type StoredSnapshot } from "./reader.ts";
import type { Snapshot, SnapshotFormat } from "./schema.ts";
import { openRows, type RowFile } from "./snapshotRows.ts";
import { type SnapshotTally, snapshotBytes } from "./writer.ts";

/** Snapshots to be stored as one part. */
export interface PartContents {
  /** Which alternation of generating and training they belong to, from 0. */
  readonly round: number;
  /** Letters, digits, `_` and `-`; {@link partName} makes one from a number. */
  readonly name: string;
  readonly snapshots: Iterable<Snapshot> | AsyncIterable<Snapshot>;
}

/** Which snapshots to read; without a field, all. */
export interface SnapshotFilter {
  /** First and last round, both included. */
  readonly rounds?: readonly [first: number, last: number];
  readonly trajectory?: number;
  /** Path of the one part to read. */
  readonly part?: string;
  /** Compare each part's bytes with the manifest before it is read. Default: its size only. */
  readonly verify?: boolean;
}

/** A snapshot and the part that it came from. */
export type DatasetSnapshot = StoredSnapshot & { readonly round: number; readonly part: string };

/** An open dataset. Calls that change it run one after another; only one process may commit at a time. */
export interface Dataset {
  readonly folder: string;
  /** What is committed. */
  readonly manifest: DatasetManifest;
  readonly snapshotCount: number;
  /** Writes a part and commits it. The same part again is a no-op; the same name with other contents is refused. */
  append(part: PartContents): Promise<PartEntry>;
  /** Writes a part without committing it: for workers, which hand the entry to the process that commits. */
  writePart(part: PartContents): Promise<PartEntry>;
  commit(entries: readonly PartEntry[]): Promise<void>;
  /** Snapshots in the order of rounds, parts and writing. */
  read(filter?: SnapshotFilter): AsyncGenerator<DatasetSnapshot, void, void>;
  /** Opens a part to read single particles of its snapshots, in whatever order. */
  openRows(part: PartEntry): Promise<RowFile>;
  /**
   * Compares listed parts, all or those of some rounds, with their sizes and hashes; throws `InputError` naming the first
   * that differs, and the rounds that are whole.
   */
  verify(rounds?: readonly [first: number, last: number]): Promise<void>;
  /** Forgets the parts of later rounds, so that they can be made again, and returns their entries. */
  truncateToRound(round: number): Promise<readonly PartEntry[]>;
  /** SHA-256 of `manifest.json`, which names the whole content; or of what it was when this round was the last. */
  digest(lastRound?: number): string;
}

/** `7 -> "part-00007"`, so that names sort as numbers do. */
export function partName(index: number): string {
  return `part-${String(index).padStart(5, "0")}`;
}

/** Where a part lies below the dataset's folder, with forward slashes on every system. */
export function partPath(round: number, name: string): string {
  return `round-${String(round).padStart(3, "0")}/${name}.arrow`;
}

/**
 * Opens the dataset in a folder. With a format it is created when missing, and must otherwise have that very
 * format; without one it must exist.
 */
export async function openDataset(folder: string, format?: SnapshotFormat): Promise<Dataset> {
  let manifest = await readManifest(folder);
  if (manifest === undefined) {
    check(
      format !== undefined,
      () =>
        `${folder} is not a dataset: it has no manifest.json. Generate one, or name the folder that holds the manifest.`,
    );
    manifest = emptyManifest(format, folder);
    await writeManifest(folder, manifest);
  } else if (format !== undefined) {
    checkSameFormat(manifest, emptyManifest(format, folder), folder);
  }
  return datasetIn(folder, manifest);
}

function datasetIn(folder: string, opened: DatasetManifest): Dataset {
  let manifest = opened;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(body: () => Promise<T>): Promise<T> => {
    const result = last.then(body);
    last = result.catch(() => undefined);
    return result;
  };
  const replace = async (parts: readonly PartEntry[]) => {
    const next = { ...manifest, parts };
    await writeManifest(folder, next);
    manifest = { ...next, parts: [...parts].sort((a, b) => a.round - b.round || (a.path < b.path ? -1 : 1)) };
  };
  const commit = async (entries: readonly PartEntry[]) => {
    const listed = new Map(manifest.parts.map((part) => [part.path, part]));
    const fresh = entries.filter((entry) => !isSamePart(listed.get(entry.path), entry, folder));
    if (fresh.length > 0) await replace([...manifest.parts, ...fresh]);
  };
  const dataset: Dataset = {
    folder,
    get manifest() {
      return manifest;
    },
    get snapshotCount() {
      return manifest.parts.reduce((sum, part) => sum + part.snapshots, 0);
    },
    append: async (part) => {
      const entry = await dataset.writePart(part);
      await dataset.commit([entry]);
      return entry;
    },
    writePart: (part) => writePart(folder, part, () => manifest),
    commit: (entries) => inTurn(() => commit(entries)),
    read: (filter = {}) => readParts(folder, manifest, filter),
    openRows: (part) => openPartRows(folder, part),
    verify: (rounds = everyRound) => verifyParts(folder, partsIn(manifest, rounds)),
    truncateToRound: (round) =>
      inTurn(async () => {
        const dropped = manifest.parts.filter((part) => part.round > round);
        if (dropped.length > 0) await replace(manifest.parts.filter((part) => part.round <= round));
        return dropped;
      }),
    digest: (lastRound = Number.POSITIVE_INFINITY) =>
      sha256(manifestText({ ...manifest, parts: partsIn(manifest, [0, lastRound]) })),
  };
  return dataset;
}

const everyRound = [0, Number.POSITIVE_INFINITY] as const;

function partsIn(manifest: DatasetManifest, [first, last]: readonly [number, number]): readonly PartEntry[] {
  return manifest.parts.filter(({ round }) => round >= first && round <= last);
}

async function writePart(
  folder: string,
  part: PartContents,
  manifest: () => DatasetManifest,
): Promise<PartEntry> {
  const { round, name } = part;
  check(Number.isInteger(round) && round >= 0, () => `${folder}: round must be 0, 1, 2, …, got ${round}`);
  check(
    /^[\w-]+$/.test(name),
    () => `${folder}: the name of a part must be letters, digits, _ and -, got "${name}"`,
  );
  const path = partPath(round, name);
  const tally: SnapshotTally = { snapshots: 0, rows: 0 };
  const entryOf = (written: { bytes: number; sha256: string }) => ({ path, round, ...tally, ...written });
  const written = await writeStreamAtomically(
    join(folder, path),
    snapshotBytes(part.snapshots, manifest(), tally),
    // Asked before the part replaces anything: a listed part must never change under its readers.
    { accept: (result) => void isListed(manifest(), entryOf(result), folder) },
  );
  return entryOf(written);
}

/** True when this very part is committed already; throws when another one is under its name. */
function isListed(manifest: DatasetManifest, entry: PartEntry, folder: string): boolean {
  return isSamePart(
    manifest.parts.find((part) => part.path === entry.path),
    entry,
    folder,
  );
}

function isSamePart(listed: PartEntry | undefined, entry: PartEntry, folder: string): boolean {
  check(
    listed === undefined || listed.sha256 === entry.sha256,
    () =>
      `${join(folder, entry.path)} is committed with other contents, and parts do not change. Drop its round first (truncateToRound(${entry.round - 1})), or use another name.`,
  );
  return listed !== undefined;
}

async function* readParts(
  folder: string,
  manifest: DatasetManifest,
  filter: SnapshotFilter,
): AsyncGenerator<DatasetSnapshot, void, void> {
  for (const part of partsIn(manifest, filter.rounds ?? everyRound)) {
    if (filter.part !== undefined && part.path !== filter.part) continue;
    await checkPart(folder, part, filter.verify ?? false);
    const file = await openSnapshots(join(folder, part.path));
    try {
      checkCount(part, file.path, file.count);
      for await (const snapshot of file) {
        if (filter.trajectory === undefined || snapshot.trajectory === filter.trajectory) {
          yield { ...snapshot, round: part.round, part: part.path };
        }
      }
    } finally {
      await file.close();
    }
  }
}

async function openPartRows(folder: string, part: PartEntry): Promise<RowFile> {
  await checkPart(folder, part, false);
  const file = await openRows(join(folder, part.path));
  try {
    checkCount(part, file.path, file.places.length);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function checkCount(part: PartEntry, path: string, count: number): void {
  check(
    count === part.snapshots,
    () => `${path} holds ${count} snapshots, the manifest says ${part.snapshots}.`,
  );
}

function checkSameFormat(got: DatasetManifest, expected: DatasetManifest, folder: string): void {
  for (const field of ["dimension", "domain", "coordinates", "units", "parameters", "weights"] as const) {
    check(
      JSON.stringify(got[field]) === JSON.stringify(expected[field]),
      () =>
        `${folder}: this dataset has ${field} ${JSON.stringify(got[field])}, and ${JSON.stringify(expected[field])} is asked for. Use another folder, or remove this one.`,
    );
  }
}
