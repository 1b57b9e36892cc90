/** @file What a target of fuzzing is, and what its inputs may end in. */

import { fileURLToPath } from "node:url";
import { InputError } from "../../src/check/check.ts";
import { MlflowError } from "../../src/tracking/mlflow/error.ts";

/** One thing that reads input. */
export interface Target {
  readonly name: string;
  /** How inputs are changed: bytes, or JSON by its members (and as bytes too). */
  readonly form: "bytes" | "json";
  readonly seeds: readonly Uint8Array[];
  /** Gives anything, or rejects with the package's own errors. */
  run(input: Uint8Array): Promise<unknown>;
  /** Of every so many cases this target gets one: what draws pages is slow. */
  readonly every?: number;
}

/** True of the errors that an input may end in. */
export function isOwn(error: unknown): boolean {
  return error instanceof InputError || error instanceof MlflowError;
}

/** Texts as inputs and back. */
export const utf8 = new TextEncoder();
export const textOf = (input: Uint8Array) => new TextDecoder().decode(input);

/** Where this repository lies. */
export const clone = fileURLToPath(new URL("../../", import.meta.url));

/** An input as JSON; what is none is no input. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch {
    throw new InputError("not JSON");
  }
}

/** Goes on after an error of the package's own. */
export function own(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    onlyOwn(error);
  }
}

/** Throws what is not an error of the package's own. */
export function onlyOwn(error: unknown): void {
  if (!isOwn(error)) throw error;
}
