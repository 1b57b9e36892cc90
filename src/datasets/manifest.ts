/** @file The manifest of a dataset: the list of parts that count, replaced atomically. */

import { join } from "node:path";
import { z } from "zod";
import { check, InputError } from "../check/check.ts";
import { writeAtomically } from "../files/atomic.ts";
import { readTextIfAny } from "../files/text.ts";
import { checkFormat, type SnapshotFormat } from "./schema.ts";

/** Version of `manifest.json`; another one is refused. */
export const DATASET_SCHEMA_VERSION = 1;

const count = z.int().nonnegative();

/** What the manifest says of a part. */
export const PartEntrySchema = z.strictObject({
  path: z
    .string()
    .regex(/^round-\d{3,}\/[\w-]+\.arrow$/)
    .describe("below the dataset's folder, with forward slashes on every system"),
  round: count,
  snapshots: count,
  rows: count.describe("particles of all snapshots together"),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const DatasetManifestSchema = z.strictObject({
  schemaVersion: z.literal(DATASET_SCHEMA_VERSION),
  kind: z.literal("density-snapshots"),
  dimension: z.int().positive(),
  domain: z.string(),
  coordinates: z.array(z.string()),
  units: z.array(z.string()),
  parameters: z.array(z.string()),
  weights: z.boolean(),
  metadata: z.record(z.string(), z.string()),
  parts: z.array(PartEntrySchema),
});

/** One committed part. */
export type PartEntry = Readonly<z.infer<typeof PartEntrySchema>>;

/** What `manifest.json` holds: the format that all parts share, and the parts, sorted by round and name. */
export interface DatasetManifest extends Required<SnapshotFormat> {
  readonly schemaVersion: typeof DATASET_SCHEMA_VERSION;
  readonly kind: "density-snapshots";
  readonly parts: readonly PartEntry[];
}

/** Where the manifest of a dataset lies. */
export function manifestPath(folder: string): string {
  return join(folder, "manifest.json");
}

/** The manifest of a dataset that has no parts yet. */
export function emptyManifest(format: SnapshotFormat, where: string): DatasetManifest {
  checkFormat(format, where);
  return {
    schemaVersion: DATASET_SCHEMA_VERSION,
    kind: "density-snapshots",
    dimension: format.dimension,
    domain: format.domain,
    coordinates: [...format.coordinates],
    units: [...format.units],
    parameters: [...(format.parameters ?? [])],
    weights: format.weights ?? false,
    metadata: { ...format.metadata },
    parts: [],
  };
}

/** The bytes of `manifest.json`: two manifests with the same content give the same bytes. */
export function manifestText(manifest: DatasetManifest): string {
  const parts = [...manifest.parts].sort((a, b) => a.round - b.round || (a.path < b.path ? -1 : 1));
  return `${JSON.stringify({ ...manifest, parts }, null, 2)}\n`;
}

/** Commits a manifest. */
export async function writeManifest(folder: string, manifest: DatasetManifest): Promise<void> {
  await writeAtomically(manifestPath(folder), manifestText(manifest));
}

/** Reads a manifest; undefined when the folder has none. Throws {@link InputError} when it cannot be trusted. */
export async function readManifest(folder: string): Promise<DatasetManifest | undefined> {
  const path = manifestPath(folder);
  const text = await readTextIfAny(path);
  if (text === undefined) return undefined;
  const content = parsed(text, path);
  const version = (content as { schemaVersion?: unknown } | null)?.schemaVersion;
  check(
    version === DATASET_SCHEMA_VERSION,
    () =>
      `${path} has schema version ${version}, this l2e reads ${DATASET_SCHEMA_VERSION}: install the version of learn-to-evolve that wrote it, or generate the dataset again.`,
  );
  const result = DatasetManifestSchema.safeParse(content);
  check(
    result.success,
    () => `${path} is not a dataset manifest:\n${z.prettifyError(result.error as z.ZodError)}`,
  );
  checkFormat(result.data, path);
  return result.data;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${path} is not JSON: ${(error as Error).message}.`);
  }
}
