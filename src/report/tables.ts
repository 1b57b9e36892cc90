/** @file Tables of a report, and the ones that every report has: errors, expected metrics, speed. */
import { numberText } from "./axes.ts";
import { element, escapeText } from "./markup.ts";

/** `subject` is what the report is about, `reference` a truth or floor, `trivial` what costs nothing. */
export type Role = "subject" | "reference" | "trivial";

export type Cell =
  | string
  | number
  | null
  | { readonly value: string | number | null; readonly status?: "pass" | "fail"; readonly note?: string };

export interface TableSpec {
  readonly title: string;
  readonly explanation?: string;
  /** The first column, of the rows' labels, is not among them. Neighbours of one group share a heading. */
  readonly columns: readonly {
    readonly label: string;
    readonly group?: string;
    readonly align?: "left" | "right";
  }[];
  readonly rowHeading?: string;
  readonly rows: readonly { readonly label: string; readonly cells: readonly Cell[]; readonly role?: Role }[];
}

export interface ErrorRow {
  readonly method: string;
  readonly role?: Role;
  /** One for each number of steps; null where it was not measured. */
  readonly errors: readonly ({ readonly median: number; readonly max: number } | null)[];
}

/** Median and largest error after each number of steps, a method a row. */
export function errorTable(spec: {
  readonly title: string;
  readonly unit: string;
  readonly explanation?: string;
  readonly steps: readonly number[];
  readonly rows: readonly ErrorRow[];
}): TableSpec {
  const groups = spec.steps.map((step) => `${step === 1 ? "1 step" : `${step} steps`} (${spec.unit})`);
  return {
    title: spec.title,
    ...(spec.explanation === undefined ? {} : { explanation: spec.explanation }),
    rowHeading: "Method",
    columns: groups.flatMap((group) => [
      { label: "median", group, align: "right" as const },
      { label: "max", group, align: "right" as const },
    ]),
    rows: spec.rows.map(({ method, role, errors }) => ({
      label: method,
      ...(role === undefined ? {} : { role }),
      cells: spec.steps.flatMap((_, i) => [errors[i]?.median ?? null, errors[i]?.max ?? null]),
    })),
  };
}

export interface ExpectedMetric {
  readonly value: number;
  readonly reference?: number;
  readonly tolerance?: number;
  readonly passed?: boolean;
  readonly reason?: string;
}

/** Every metric of a run beside what was expected of it. */
export function metricsTable(metrics: Readonly<Record<string, ExpectedMetric>>): TableSpec {
  return {
    title: "Metrics",
    rowHeading: "Metric",
    explanation:
      "A metric passes when it differs from its reference by no more than the tolerance. Metrics without a reference are reported only.",
    columns: [
      { label: "value", align: "right" },
      { label: "expected", align: "right" },
      { label: "tolerance", align: "right" },
      { label: "verdict", align: "left" },
      { label: "why this tolerance", align: "left" },
    ],
    rows: Object.entries(metrics).map(([name, metric]) => ({
      label: name,
      cells: [
        metric.value,
        metric.reference ?? null,
        metric.tolerance === undefined ? null : `± ${numberText(metric.tolerance)}`,
        verdict(metric),
        metric.reason ?? "",
      ],
    })),
  };
}

/** Seconds for one step of each method, and how many times the slowest takes as long. */
export function speedTable(
  rows: readonly {
    readonly method: string;
    readonly role?: Role;
    readonly secondsPerStep: number;
    readonly particles?: number;
  }[],
): TableSpec {
  const slowest = Math.max(...rows.map((row) => row.secondsPerStep));
  return {
    title: "Seconds per step",
    rowHeading: "Method",
    explanation:
      "Wall-clock time of one step, all measured in this run on this machine; the last column is the slowest method's time divided by this one's.",
    columns: [
      { label: "particles", align: "right" },
      { label: "seconds per step", align: "right" },
      { label: "times faster", align: "right" },
    ],
    rows: rows.map(({ method, role, secondsPerStep, particles }) => ({
      label: method,
      ...(role === undefined ? {} : { role }),
      cells: [
        particles ?? null,
        secondsPerStep,
        secondsPerStep === slowest ? "1" : `${numberText(slowest / secondsPerStep)}`,
      ],
    })),
  };
}

function verdict(metric: ExpectedMetric): Cell {
  if (metric.passed === undefined) return null;
  return metric.passed ? { value: "✓ passed", status: "pass" } : { value: "✗ failed", status: "fail" };
}

/** The table as HTML, in a box of its own that scrolls sideways when it must. */
export function renderTable(spec: TableSpec): string {
  const heads = spec.columns.map((column) =>
    element("th", { scope: "col", class: alignOf(column.align) }, escapeText(column.label)),
  );
  const first = element("th", { scope: "col" }, escapeText(spec.rowHeading ?? ""));
  const body = spec.rows.map((row) => {
    const cells = row.cells.map((cell, i) => renderCell(cell, spec.columns[i]?.align));
    return element(
      "tr",
      { class: row.role === undefined ? undefined : `role-${row.role}` },
      element("th", { scope: "row" }, escapeText(row.label)),
      ...cells,
    );
  });
  const table = element(
    "table",
    {},
    element("caption", {}, escapeText(spec.title)),
    element("thead", {}, groupRow(spec), element("tr", {}, first, ...heads)),
    element("tbody", {}, ...body),
  );
  const explanation =
    spec.explanation === undefined
      ? ""
      : element("p", { class: "explanation" }, escapeText(spec.explanation));
  return element(
    "div",
    { class: "table" },
    element("div", { class: "scroll", role: "region", "aria-label": spec.title, tabindex: "0" }, table),
    explanation,
  );
}

function groupRow(spec: TableSpec): string {
  if (spec.columns.every((column) => column.group === undefined)) return "";
  const groups: { name: string; span: number }[] = [];
  for (const { group = "" } of spec.columns) {
    const last = groups[groups.length - 1];
    if (last !== undefined && last.name === group) last.span += 1;
    else groups.push({ name: group, span: 1 });
  }
  const cells = groups.map(({ name, span }) =>
    element("th", { scope: "colgroup", colspan: span, class: "group" }, escapeText(name)),
  );
  return element("tr", {}, element("td"), ...cells);
}

function renderCell(cell: Cell, align: "left" | "right" | undefined): string {
  const { value, status, note } =
    typeof cell === "object" && cell !== null ? cell : { value: cell, status: undefined, note: undefined };
  const classes = [alignOf(align), status].filter((name) => name !== undefined && name !== "").join(" ");
  return element(
    "td",
    { class: classes || undefined, title: note ?? (typeof value === "number" ? String(value) : undefined) },
    escapeText(cellText(cell)),
  );
}

/** What a cell says: a dash where there is nothing. */
export function cellText(cell: Cell): string {
  const value = typeof cell === "object" && cell !== null ? cell.value : cell;
  if (value === null) return "–";
  return typeof value === "number" ? numberText(value) : value;
}

function alignOf(align: "left" | "right" | undefined): string | undefined {
  return align === "right" ? "right" : undefined;
}
