/** @file The manifest of a checkpoint: what was trained, on what, how far, and the files that belong together. */

import { z } from "zod";
import { check, InputError } from "../check/check.ts";

/** Version of `manifest.json`, and of the step that the weights belong to; another one is refused. */
export const CHECKPOINT_SCHEMA_VERSION = 2;

/** Kinds of checkpoint that exist. */
export type CheckpointKind = "jko-operator";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** What the one who saves has to say. Nothing here comes from a clock, so that the same training gives the same bytes. */
export interface CheckpointFields {
  readonly kind: CheckpointKind;
  /** ISO date, only where the caller wants one. */
  readonly created?: string;
  readonly pipeline: string;
  readonly preset: string;
  readonly seed: number;
  readonly engine: string;
  /** The flow that was learnt: domain, energy, mobility, conservative part. */
  readonly flow: JsonValue;
  /** Sizes and choices of the network. */
  readonly architecture: JsonValue;
  /** Schedule of the training. */
  readonly training: JsonValue;
  /** All further settings of the run. */
  readonly settings: JsonValue;
  /** The dataset that it was trained on, and the hash of that dataset's manifest. */
  readonly dataset?: { readonly path: string; readonly sha256: string };
  readonly gitCommit?: string;
  /** May be non-finite; JSON holds those as texts. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly progress: { readonly round: number; readonly iteration: number; readonly finished: boolean };
}

/** Size and hash of one file of the checkpoint. */
export interface CheckpointFile {
  readonly bytes: number;
  readonly sha256: string;
}

export interface CheckpointManifest extends CheckpointFields {
  readonly schemaVersion: typeof CHECKPOINT_SCHEMA_VERSION;
  readonly files: Readonly<Record<string, CheckpointFile>>;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/, "expected a sha256 of 64 hexadecimal digits");
const count = z.int().nonnegative();
const nonFinite = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};
const metric = z.union([
  z.number(),
  z.enum(["NaN", "Infinity", "-Infinity"]).transform((text) => nonFinite[text]),
]);
const json = z.json() as z.ZodType<JsonValue>;

const ManifestSchema = z.strictObject({
  schemaVersion: z.literal(CHECKPOINT_SCHEMA_VERSION),
  kind: z.enum(["jko-operator"]),
  created: z.string().optional(),
  pipeline: z.string(),
  preset: z.string(),
  seed: z.int(),
  engine: z.string(),
  flow: json,
  architecture: json,
  training: json,
  settings: json,
  dataset: z.strictObject({ path: z.string(), sha256: hash }).optional(),
  gitCommit: z.string().optional(),
  metrics: z.record(z.string(), metric),
  progress: z.strictObject({ round: count, iteration: count, finished: z.boolean() }),
  files: z.record(z.string(), z.strictObject({ bytes: count, sha256: hash })),
});

/** The bytes of `manifest.json`, keys in one fixed order. Throws `InputError` naming a field that cannot be stored. */
export function encodeManifest(manifest: CheckpointManifest, where: string): string {
  const metrics = Object.fromEntries(
    sortedEntries(manifest.metrics).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : String(value),
    ]),
  );
  const files = Object.fromEntries(sortedEntries(manifest.files));
  const stored = { ...manifest, metrics, files };
  validated(stored, where);
  const ordered = Object.keys(ManifestSchema.shape).map((key) => [key, stored[key as keyof typeof stored]]);
  return `${JSON.stringify(Object.fromEntries(ordered), null, 2)}\n`;
}

/** Reads `manifest.json`; refuses other versions and whatever does not fit, naming the field. */
export function decodeManifest(text: string, where: string): CheckpointManifest {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where} is not JSON: ${(error as Error).message}.`);
  }
  const version = (content as { schemaVersion?: unknown } | null)?.schemaVersion;
  check(
    version === CHECKPOINT_SCHEMA_VERSION,
    () =>
      `checkpoint ${where} has schema version ${version}, this l2e reads ${CHECKPOINT_SCHEMA_VERSION}: install the version of learn-to-evolve that wrote it, or train again.`,
  );
  return validated(content, where);
}

function validated(content: unknown, where: string): CheckpointManifest {
  const result = ManifestSchema.safeParse(content);
  check(
    result.success,
    () => `checkpoint ${where} does not match the format:\n${z.prettifyError(result.error as z.ZodError)}`,
  );
  return result.data as CheckpointManifest;
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
