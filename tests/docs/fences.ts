/** @file Fenced code blocks of a Markdown page. */

import { readFile } from "node:fs/promises";

export interface Fence {
  readonly language: string;
  /** What follows the language: `points.csv` in "```csv points.csv". */
  readonly title: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

export async function fencesOf(page: string | URL): Promise<Fence[]> {
  const lines = (await readFile(page, "utf8")).split(/\r?\n/);
  const fences: Fence[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = /^\s*```(\S*)\s*(.*)$/.exec(lines[i]);
    if (opening === null) continue;
    const start = i;
    while (++i < lines.length && !/^\s*```\s*$/.test(lines[i]));
    fences.push({
      language: opening[1],
      title: opening[2].trim(),
      text: `${lines.slice(start + 1, i).join("\n")}\n`,
      line: start + 1,
    });
  }
  return fences;
}
