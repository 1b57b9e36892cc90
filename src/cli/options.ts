/** @file Options that several commands share, and how their values are read. */

import type { Command } from "commander";
import { check } from "../check/check.ts";

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

export interface EngineOptions {
  readonly engine: string;
  readonly threads?: string;
}

/** `--json`, `--quiet`, `--debug`. */
export function withOutput(command: Command): Command {
  return command
    .option("--json", "print one JSON object on stdout and nothing else")
    .option("-q, --quiet", "no progress on stderr")
    .option("--debug", "print the stack trace of a failure");
}

/** `--engine`, `--threads`. */
export function withEngine(command: Command): Command {
  return command
    .option(
      "--engine <engine>",
      "onnx, onnx-cuda, onnx-webgpu, onnx-wasm, tfjs-cpu, tfjs-node, tfjs-node-gpu, or auto",
      "auto",
    )
    .option("--threads <n>", "threads of the engine (default: one a core)");
}

/** Collects an option that may be given several times. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** The words of an option that was given so many times: what {@link collect} has collected, as it can be typed again. */
export function repeated(option: string, values: readonly string[]): string[] {
  return values.flatMap((value) => [option, value]);
}

/** `a,b` as a list of names. */
export function names(text: string | undefined): string[] | undefined {
  const list = text?.split(",").map((name) => name.trim());
  return list?.filter((name) => name !== "");
}

/** A whole number of at least `least`. Throws `InputError` naming the option. */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  check(
    text.trim() !== "" && Number.isSafeInteger(value) && value >= least,
    () => `${option} must be a whole number of at least ${least}, got "${text}".`,
  );
  return value;
}

/** A number above zero. Throws `InputError` naming the option. */
export function positiveNumber(option: string, text: string): number {
  const value = Number(text);
  check(
    text.trim() !== "" && Number.isFinite(value) && value > 0,
    () => `${option} must be a positive number, got "${text}".`,
  );
  return value;
}

/** `name=value` words as numbers by name. Throws `InputError` naming the option. */
export function namedNumbers(option: string, words: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    words.map((word) => {
      const [name, text = ""] = word.split("=", 2);
      const value = Number(text);
      check(
        name !== "" && text.trim() !== "" && Number.isFinite(value),
        () => `${option} must be name=value with a number, got "${word}".`,
      );
      return [name, value];
    }),
  );
}
