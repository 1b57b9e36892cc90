/** @file Tables of a report as aligned text. */

import { type Cell, cellText, type TableSpec } from "../report/tables.ts";
import { type Style, style } from "./style.ts";

/** A table as lines of text: title, headings, rows. */
export function textTable(spec: TableSpec): string {
  const { columns } = spec;
  const groups = [
    "",
    ...columns.map((column, i) => (column.group === columns[i - 1]?.group ? "" : (column.group ?? ""))),
  ];
  const heads = [spec.rowHeading ?? "", ...columns.map((column) => column.label)];
  const rows = spec.rows.map((row) => [row.label, ...columns.map((_, i) => cellText(row.cells[i] ?? null))]);
  const widths = heads.map((head, i) => Math.max(width(head), ...rows.map((row) => width(row[i]))));
  widenForGroups(widths, groups);
  const isRight = (i: number) => i > 0 && columns[i - 1].align === "right";
  const line = (cells: readonly string[], paint: (text: string, i: number) => string = (text) => text) =>
    cells
      .map((cell, i) => {
        const space = " ".repeat(Math.max(0, widths[i] - width(cell)));
        return isRight(i) ? space + paint(cell, i) : paint(cell, i) + space;
      })
      .join("  ")
      .trimEnd();
  const body = rows.map((row, k) => {
    const { role, cells } = spec.rows[k];
    return line(row, (text, i) =>
      style(text, styleOf(i === 0 ? null : (cells[i - 1] ?? null), role === "subject")),
    );
  });
  return [
    style(spec.title, "bold"),
    ...(groups.some((group) => group !== "") ? [groupLine(groups, widths)] : []),
    style(line(heads), "dim"),
    ...body,
  ].join("\n");
}

/** Headings of groups stand at the left of their first column and run over the ones that follow. */
function groupLine(groups: readonly string[], widths: readonly number[]): string {
  let text = "";
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== "") text = text.padEnd(start) + group;
    start += widths[i] + 2;
  });
  return style(text, "dim");
}

/** A group's name must fit above its columns: the last of them is widened. */
function widenForGroups(widths: number[], groups: readonly string[]): void {
  const starts = groups.map((group, i) => (group === "" ? -1 : i)).filter((i) => i >= 0);
  starts.forEach((start, k) => {
    const end = starts[k + 1] ?? groups.length;
    const room = widths.slice(start, end).reduce((sum, w) => sum + w + 2, 0) - 2;
    widths[end - 1] += Math.max(0, width(groups[start]) - room);
  });
}

function styleOf(cell: Cell, isSubject: boolean): Style | undefined {
  const status = typeof cell === "object" && cell !== null ? cell.status : undefined;
  if (status !== undefined) return status === "pass" ? "green" : "red";
  return isSubject ? "bold" : undefined;
}

/** Columns that a text takes on a terminal: code points, without the marks that combine with one before them. */
function width(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}
