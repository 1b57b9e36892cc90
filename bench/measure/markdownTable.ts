/** @file Tables of a report as Markdown. */

import { cellText, type TableSpec } from "../../src/report/tables.ts";

/** A table as lines of Markdown, its title above it; a heading names its group too, since Markdown has no cells over several columns. */
export function markdownTable({ title, rowHeading = "", columns, rows }: TableSpec): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    `*${title}*`,
    "",
    line([
      rowHeading,
      ...columns.map(({ label, group }) => (group === undefined ? label : `${group}: ${label}`)),
    ]),
    line(["---", ...columns.map(({ align }) => (align === "right" ? "---:" : "---"))]),
    ...rows.map(({ label, cells }) => line([label, ...columns.map((_, i) => cellText(cells[i] ?? null))])),
  ];
}
