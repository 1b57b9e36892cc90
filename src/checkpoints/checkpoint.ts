/** @file Save and load a checkpoint; a kill at any moment leaves the old one or the new one, whole. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { check, InputError } from "../check/check.ts";
import { isCode, naming } from "../files/atomic.ts";
import { sha256 } from "../files/hash.ts";
import { PREVIOUS, replaceGeneration } from "./generation.ts";
import {
  CHECKPOINT_SCHEMA_VERSION,
  type CheckpointFields,
  type CheckpointKind,
  type CheckpointManifest,
  decodeManifest,
  encodeManifest,
} from "./manifest.ts";
import { decodeSafetensors, encodeSafetensors, type HostTensors } from "./safetensors.ts";

const MANIFEST = "manifest.json";
const WEIGHTS = "weights.safetensors";
const TRAINING = "training.safetensors";
const ONNX = "operator.onnx";

/** What a checkpoint is made of. */
export interface CheckpointContents {
  readonly fields: CheckpointFields;
  readonly weights: HostTensors;
  /** Optimiser, moving averages, random state: what is needed to go on training. */
  readonly training?: HostTensors;
  /** The operator as an ONNX model. */
  readonly onnx?: Uint8Array;
}

/** A checkpoint read back. */
export interface Checkpoint {
  readonly folder: string;
  readonly manifest: CheckpointManifest;
  readonly weights: HostTensors;
  readonly training?: HostTensors;
  readonly onnx?: Uint8Array;
  /** True when a save was cut off and this is the checkpoint before it. */
  readonly recovered: boolean;
}

/** What a loaded checkpoint must be. */
export interface CheckpointExpectation {
  readonly kind?: CheckpointKind;
  /** Names and shapes that the weights must have: these and no others. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
  /** Reads the weights alone, which are there to be used where the state of the training is damaged. */
  readonly weightsOnly?: boolean;
}

/**
 * Saves a checkpoint into a folder, over the one that may be there. `manifest.json` is written last and holds
 * the size and hash of every other file; until then the checkpoint before it is kept in `.previous`, where
 * {@link loadCheckpoint} finds it. One process may save at a time; others may load meanwhile.
 */
export async function saveCheckpoint(
  folder: string,
  { fields, weights, training, onnx }: CheckpointContents,
): Promise<CheckpointManifest> {
  const files: Record<string, Uint8Array> = {
    [WEIGHTS]: encodeSafetensors(weights),
    ...(training === undefined ? {} : { [TRAINING]: encodeSafetensors(training) }),
    ...(onnx === undefined ? {} : { [ONNX]: onnx }),
  };
  const manifest: CheckpointManifest = {
    ...fields,
    schemaVersion: CHECKPOINT_SCHEMA_VERSION,
    files: Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
    ),
  };
  const text = encodeManifest(manifest, join(folder, MANIFEST));
  const isWhole = async (candidate: string) => (await readGeneration(candidate)).problem === undefined;
  await replaceGeneration(folder, {
    files: { ...files, [MANIFEST]: new TextEncoder().encode(text) },
    optional: [TRAINING, ONNX],
    last: MANIFEST,
    isWhole,
  });
  return manifest;
}

/**
 * Loads a checkpoint without running any code of it, and refuses what does not match, saying which field.
 *
 * Throws `InputError` for a missing folder, another schema version or kind, files whose size or hash differs
 * from the manifest (unless the checkpoint before it is whole), and weights of other shapes.
 */
export async function loadCheckpoint(
  folder: string,
  { kind, shapes, weightsOnly = false }: CheckpointExpectation = {},
): Promise<Checkpoint> {
  const wanted = (name: string) => !weightsOnly || name === WEIGHTS;
  const { generation, recovered } = await wholeGeneration(folder, wanted);
  const { manifest, files } = generation;
  check(
    kind === undefined || manifest.kind === kind,
    () => `checkpoint ${folder}: kind is "${manifest.kind}", expected "${kind}".`,
  );
  check(WEIGHTS in files, () => `checkpoint ${folder}: files lists no ${WEIGHTS}.`);
  const { tensors: weights } = decodeSafetensors(files[WEIGHTS], join(folder, WEIGHTS));
  if (shapes !== undefined) checkShapes(weights, shapes, join(folder, WEIGHTS));
  return {
    folder,
    manifest,
    weights,
    ...(TRAINING in files
      ? { training: decodeSafetensors(files[TRAINING], join(folder, TRAINING)).tensors }
      : {}),
    ...(ONNX in files ? { onnx: files[ONNX] } : {}),
    recovered,
  };
}

/** The manifest of a checkpoint alone, for listings: the other files are neither read nor checked. */
export async function readCheckpointManifest(folder: string): Promise<CheckpointManifest> {
  const path = join(folder, MANIFEST);
  const text = await naming(path, readFile(path, "utf8")).catch((error) => {
    if (isCode(error, "ENOENT", "ENOTDIR")) throw new InputError(missing(folder));
    throw error;
  });
  return decodeManifest(text, path);
}

/** A manifest and the files that it lists, or what keeps them from being a checkpoint. */
type Generation =
  | {
      readonly manifest: CheckpointManifest;
      readonly files: Record<string, Uint8Array>;
      readonly problem?: undefined;
    }
  | { readonly problem: Error };

async function wholeGeneration(folder: string, wanted: (name: string) => boolean) {
  // A save in another process may replace the files between two reads: what looks torn now is whole a moment later.
  let problem: Error | undefined;
  for (const [candidate, recovered] of [
    [folder, false],
    [join(folder, PREVIOUS), true],
    [folder, false],
  ] as const) {
    const generation = await readGeneration(candidate, wanted);
    if (generation.problem === undefined) return { generation, recovered };
    problem ??= generation.problem;
  }
  throw new InputError(`${problem?.message}${await whatIsWhole(folder)}`);
}

/** Which files of a damaged checkpoint are as its manifest says, in words; nothing where the manifest itself is lost. */
async function whatIsWhole(folder: string): Promise<string> {
  const manifest = await readCheckpointManifest(folder).catch(() => undefined);
  if (manifest === undefined) return "";
  const whole: string[] = [];
  for (const [name, listed] of Object.entries(manifest.files)) {
    await readListed(folder, name, listed).then(
      () => whole.push(name),
      () => undefined,
    );
  }
  if (whole.length === 0) return " None of its files is whole.";
  const use = whole.includes(WEIGHTS) ? ", so the operator can be used (l2e rollout, evaluate, export)" : "";
  return ` Whole: ${whole.join(", ")}${use}.`;
}

async function readGeneration(
  folder: string,
  wanted: (name: string) => boolean = () => true,
): Promise<Generation> {
  try {
    const manifest = await readCheckpointManifest(folder);
    const files: Record<string, Uint8Array> = {};
    for (const [name, expected] of Object.entries(manifest.files)) {
      if (wanted(name)) files[name] = await readListed(folder, name, expected);
    }
    return { manifest, files };
  } catch (error) {
    if (error instanceof InputError) return { problem: error };
    throw error;
  }
}

async function readListed(
  folder: string,
  name: string,
  expected: { readonly bytes: number; readonly sha256: string },
): Promise<Uint8Array> {
  const where = `checkpoint ${join(folder, name)}`;
  check(
    /^[\w-][\w.-]*$/.test(name),
    () => `checkpoint ${folder}: files lists "${name}", which is no plain name.`,
  );
  const bytes = await naming(join(folder, name), readFile(join(folder, name))).catch((error) => {
    if (isCode(error, "ENOENT"))
      throw new InputError(`${where} is listed in the manifest and does not exist.`);
    throw error;
  });
  check(
    bytes.length === expected.bytes && sha256(bytes) === expected.sha256,
    () =>
      `${where} does not match the manifest: it has ${bytes.length} bytes with sha256 ${sha256(bytes)}, expected ${expected.bytes} with ${expected.sha256}. Restore it from a copy, or train again.`,
  );
  return bytes;
}

function checkShapes(
  weights: HostTensors,
  shapes: Readonly<Record<string, readonly number[]>>,
  where: string,
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    check(name in weights, () => `${where}: the tensor "${name}" of shape [${shape}] is missing.`);
    check(
      String(weights[name].shape) === String(shape),
      () => `${where}: the tensor "${name}" has shape [${weights[name].shape}], expected [${shape}].`,
    );
  }
  const extra = Object.keys(weights).find((name) => !(name in shapes));
  check(extra === undefined, () => `${where}: the tensor "${extra}" is not one of this architecture.`);
}

function missing(folder: string): string {
  return `${folder} is not a checkpoint: it has no ${MANIFEST}. Name the folder that holds it.`;
}
