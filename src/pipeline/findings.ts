/** @file What single evaluations found, as files: for runs whose evaluations are made by several processes. */

import { join } from "node:path";
import { readCheckpointManifest } from "../checkpoints/checkpoint.ts";
import { writeAtomically } from "../files/atomic.ts";
import { sha256 } from "../files/hash.ts";
import { readTextIfAny } from "../files/text.ts";
import type { Evaluation, Findings } from "./definition.ts";
import type { GeneratingRun } from "./generation.ts";

const SCHEMA = "l2e.findings/1";

/** What an evaluation found, and how long it took. */
export interface StoredFindings {
  readonly findings: Findings;
  readonly seconds: number;
}

/** Where the findings of a run's evaluations are kept until its report is written. */
export interface FindingsStore {
  /** What the evaluation at a place in the pipeline's list found; undefined where nobody has made it for this very operator. */
  read(index: number): Promise<StoredFindings | undefined>;
  write(index: number, stored: StoredFindings): Promise<void>;
}

/** Opens the findings of a run for its operator as it is now. */
export async function openFindings(
  run: GeneratingRun,
  evaluations: readonly Evaluation[],
): Promise<FindingsStore> {
  const { paths, definition, preset, settings, engine } = run;
  const weights = definition.trains
    ? (await readCheckpointManifest(paths.checkpoint)).files["weights.safetensors"].sha256
    : "";
  const orderOf = (index: number) => {
    const words = [definition.name, preset, settings, engine.name, weights, index, evaluations[index].suite];
    return sha256(JSON.stringify(words));
  };
  const pathOf = (index: number) => join(paths.findings, `${String(index).padStart(3, "0")}.json`);
  return {
    async read(index) {
      const stored = decodeFindings((await readTextIfAny(pathOf(index))) ?? "");
      return stored?.order === orderOf(index) ? stored : undefined;
    },
    async write(index, stored) {
      await writeAtomically(pathOf(index), encodeFindings({ order: orderOf(index), ...stored }));
    },
  };
}

/** Arrays by the name that stands for them in the files. */
const arrays = { Float32Array, Float64Array, Int32Array, Uint8Array } as const;

/** JSON that keeps what JSON has no words for: numbers that are not finite, and arrays of one type. */
export function encodeFindings(stored: StoredFindings & { readonly order: string }): string {
  const plain = (_name: string, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
    const kind = Object.entries(arrays).find(([, Numbers]) => value instanceof Numbers)?.[0];
    if (kind === undefined) return value;
    const { buffer, byteOffset, byteLength } = value as Float64Array;
    return { $array: kind, base64: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
  };
  return `${JSON.stringify({ schema: SCHEMA, ...stored }, plain)}\n`;
}

/** What {@link encodeFindings} wrote; undefined for anything else. */
export function decodeFindings(text: string): (StoredFindings & { readonly order: string }) | undefined {
  try {
    const stored = JSON.parse(text, revived);
    const whole =
      stored?.schema === SCHEMA && typeof stored.findings?.metrics === "object" && stored.seconds >= 0;
    return whole && Array.isArray(stored.findings.sections) ? stored : undefined;
  } catch {
    return undefined;
  }
}

function revived(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$number" in value) return Number(value.$number);
  if (!("$array" in value && "base64" in value)) return value;
  const bytes = Uint8Array.from(Buffer.from(String(value.base64), "base64"));
  return new arrays[value.$array as keyof typeof arrays](bytes.buffer);
}
