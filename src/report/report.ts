/** @file One HTML file that tells a run: it opens from disk, needs no network, and can be sent by mail. */
import { check } from "../check/check.ts";
import { pageScript } from "../pages/bundle.ts";
import { numberText } from "./axes.ts";
import { drawLineChart, type LineChartSpec } from "./lineChart.ts";
import { element, escapeText, jsonForScript } from "./markup.ts";
import { type PlayerSpec, renderPlayer } from "./player.ts";
import { styleSheet, withPageColours } from "./style.ts";
import { renderTable, type TableSpec } from "./tables.ts";

/** Plain data: what a run has to say. Everything but the title and the facts may be left out. */
export interface ReportData {
  readonly title: string;
  readonly subtitle?: string;
  /** One paragraph in plain words. */
  readonly summary?: string;
  /** Pipeline, preset, seed, engine, date and the like. */
  readonly facts: readonly { readonly label: string; readonly value: string; readonly note?: string }[];
  /** Seconds that each stage took. */
  readonly seconds?: Readonly<Record<string, number>>;
  readonly sections?: readonly ReportSection[];
  /** Shown folded, as JSON. */
  readonly configuration?: unknown;
  /** Shell commands. */
  readonly reproduce?: readonly string[];
}

export interface ReportSection {
  readonly title: string;
  /** How to read this, in a sentence or two. */
  readonly explanation?: string;
  readonly notes?: readonly string[];
  readonly tables?: readonly TableSpec[];
  readonly charts?: readonly (LineChartSpec & { readonly explanation?: string })[];
  /** Figures made by this folder's functions: `svg` goes into the page as it is. */
  readonly panels?: readonly {
    readonly title: string;
    readonly explanation?: string;
    readonly svg: string;
  }[];
  readonly players?: readonly PlayerSpec[];
}

/** Nothing may be loaded from anywhere: what the page needs is in it. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/** The report as one HTML document. All text is escaped; only the panels' SVG is trusted. */
export async function renderReport(report: ReportData): Promise<string> {
  check(report.title.trim() !== "", () => "renderReport: title must not be empty.");
  const sections = report.sections ?? [];
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(report.title)}</title>`,
    `<style>${styleSheet}</style>`,
  ];
  const body = [
    renderHeader(report),
    element("main", {}, ...sections.map(renderSection), renderReproduction(report)),
    element("footer", {}, "Made by learn-to-evolve. This file is complete: it loads nothing."),
    `<script>${await pageScript("report")}</script>`,
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${body.join("\n")}\n</body>\n</html>\n`;
}

function renderHeader(report: ReportData): string {
  const facts = report.facts.map(({ label, value, note }) => {
    const small = note === undefined ? "" : element("small", {}, escapeText(note));
    return element(
      "div",
      {},
      element("dt", {}, escapeText(label)),
      element("dd", {}, escapeText(value), small),
    );
  });
  const links = (report.sections ?? []).map((section, i) =>
    element("a", { href: `#section-${i + 1}` }, escapeText(section.title)),
  );
  return element(
    "header",
    {},
    element("h1", {}, escapeText(report.title)),
    paragraph("subtitle", report.subtitle),
    paragraph("summary", report.summary),
    facts.length === 0 ? "" : element("dl", { class: "facts" }, ...facts),
    links.length < 2 ? "" : element("nav", { "aria-label": "Sections" }, ...links),
  );
}

function renderSection(section: ReportSection, index: number): string {
  const id = `section-${index + 1}`;
  const charts = (section.charts ?? []).map(renderChart);
  return element(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    element("h2", { id: `${id}-title` }, escapeText(section.title)),
    paragraph("explanation", section.explanation),
    ...(section.notes ?? []).map((note) => paragraph("note", note)),
    ...(section.tables ?? []).map(renderTable),
    charts.length === 0 ? "" : element("div", { class: "charts" }, ...charts),
    ...(section.players ?? []).map((player, k) =>
      renderFigure(player, renderPlayer(player, `${id}-player-${k + 1}`)),
    ),
    ...(section.panels ?? []).map((panel) =>
      renderFigure(panel, scrollable(panel.title, withPageColours(panel.svg))),
    ),
  );
}

function renderChart(spec: LineChartSpec & { readonly explanation?: string }): string {
  const { svg, geometry } = drawLineChart(
    { ...spec, width: spec.width ?? 480, height: spec.height ?? 300 },
    { titled: false },
  );
  const data = `<script type="application/json" class="chart-data">${jsonForScript(geometry)}</script>`;
  const caption = element("figcaption", {}, escapeText(spec.title));
  return element(
    "figure",
    { class: "chart" },
    caption,
    paragraph("explanation", spec.explanation),
    scrollable(spec.title, withPageColours(svg)),
    data,
  );
}

function renderFigure(
  item: { readonly title: string; readonly explanation?: string },
  content: string,
): string {
  return element(
    "figure",
    { class: "panel" },
    element("figcaption", {}, escapeText(item.title)),
    paragraph("explanation", item.explanation),
    content,
  );
}

function scrollable(name: string, content: string): string {
  return element("div", { class: "scroll", role: "region", "aria-label": name, tabindex: "0" }, content);
}

function renderReproduction(report: ReportData): string {
  const { seconds, reproduce, configuration } = report;
  if (seconds === undefined && reproduce === undefined && configuration === undefined) return "";
  return element(
    "section",
    { id: "reproduce", "aria-labelledby": "reproduce-title" },
    element("h2", { id: "reproduce-title" }, "How to reproduce this"),
    reproduce === undefined ? "" : element("pre", {}, element("code", {}, escapeText(reproduce.join("\n")))),
    seconds === undefined ? "" : renderStages(seconds),
    configuration === undefined
      ? ""
      : element(
          "details",
          {},
          element("summary", {}, "Configuration"),
          element("pre", {}, element("code", {}, escapeText(JSON.stringify(configuration, null, 2) ?? ""))),
        ),
  );
}

function renderStages(seconds: Readonly<Record<string, number>>): string {
  const stages = Object.entries(seconds);
  const longest = Math.max(...stages.map(([, time]) => time), 1e-9);
  const total = stages.reduce((sum, [, time]) => sum + time, 0);
  const rows = stages.map(([name, time]) =>
    [
      element("span", {}, escapeText(name)),
      element(
        "span",
        {},
        element("div", { class: "bar", style: `width:${Math.max(0, (100 * time) / longest).toFixed(1)}%` }),
      ),
      element("span", { class: "time" }, `${escapeText(numberText(time))} s`),
    ].join(""),
  );
  return (
    element("h3", {}, `Time by stage, ${escapeText(numberText(total))} s in all`) +
    element("div", { class: "stages" }, ...rows)
  );
}

function paragraph(name: string, text: string | undefined): string {
  return text === undefined || text === "" ? "" : element("p", { class: name }, escapeText(text));
}
