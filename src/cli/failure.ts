/** @file What a failure means at the command line: one line on stderr and an exit code. */

import { CommanderError } from "commander";
import { ZodError } from "zod";
import { InputError } from "../check/check.ts";
import { describeSystemError, isSystemError } from "./systemError.ts";

export const exitCodes = { done: 0, failed: 1, input: 2, unexpectedMetric: 3, interrupted: 130 } as const;

/** What is printed for an error, if anything, and the exit code. */
export function describeFailure(error: unknown): { readonly line?: string; readonly code: number } {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? exitCodes.done : exitCodes.input };
  if (error instanceof InputError) return { line: `error: ${oneLine(error.message)}`, code: exitCodes.input };
  if (error instanceof ZodError) {
    const [issue] = error.issues;
    const where = issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    return { line: `error: ${where}${oneLine(issue.message)}`, code: exitCodes.input };
  }
  if (isSystemError(error)) {
    const { text, isInput } = describeSystemError(error);
    return isInput
      ? { line: `error: ${oneLine(text)}`, code: exitCodes.input }
      : { line: `failed: ${oneLine(text)}`, code: exitCodes.failed };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { line: `failed: ${oneLine(message)}`, code: exitCodes.failed };
}

/** An error is one line, so that it can be searched for in a log. */
function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
