/** @file Prints a result on stdout: tables to read, or one JSON object. */

import { relative } from "node:path";
import { failures, type Result } from "../pipeline/result.ts";
import type { ReportSection } from "../report/report.ts";
import { duration } from "./progress.ts";
import { style } from "./style.ts";
import { textTable } from "./textTable.ts";

/** Prints the tables of the report, the time of each stage, and where the report is; or the result as JSON. */
export async function showResult(
  outcome: { readonly result: Result; readonly sections: readonly ReportSection[]; readonly report: string },
  options: { readonly json?: boolean },
): Promise<void> {
  if (options.json === true) {
    print(JSON.stringify(outcome.result));
    return;
  }
  for (const section of outcome.sections) {
    for (const table of section.tables ?? []) print(`${textTable(table)}\n`);
    for (const note of section.notes ?? []) print(`${note}\n`);
  }
  const stages = Object.entries(outcome.result.seconds).map(([stage, time]) => `${stage} ${duration(time)}`);
  print(style(stages.join(", "), "dim"));
  print(`report: ${relative(process.cwd(), outcome.report) || outcome.report}`);
}

/** Prints each metric that is outside its bounds on stderr. True where there is one. */
export function reportFailures(result: Result): boolean {
  const outside = failures(result.metrics);
  for (const line of outside) process.stderr.write(`check: ${line}\n`);
  return outside.length > 0;
}

/** One line, or a block of them, on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
