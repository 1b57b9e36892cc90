/** @file Curves against time or iteration, each named at its own end. */
import { crc32 } from "node:zlib";
import { check } from "../check/check.ts";
import { linearTicks, logTicks, tickText } from "./axes.ts";
import { checkedColour, gridInk, mutedInk, palette } from "./colours.ts";
import type { Point } from "./densityGrid.ts";
import { figure, figureTitle, label, mutedLabel, shortened, spreadOut, textWidth } from "./figure.ts";
import { element } from "./markup.ts";
import { draw, Plot } from "./plot.ts";

export type Dash = "solid" | "dashed" | "dotted";

export interface AxisSpec {
  /** Name and unit, e.g. `time t` or `L²-UVP (%)`. */
  readonly label: string;
  readonly type?: "linear" | "log";
  /** Default: what the data span. */
  readonly domain?: readonly [number, number];
}

export interface Series {
  /** Empty for a line that belongs to another one, and stands unnamed. */
  readonly name: string;
  readonly points: readonly Point[];
  /** Shaded range around the line. */
  readonly band?: readonly (readonly [x: number, low: number, high: number])[];
  readonly dash?: Dash;
  readonly colour?: string;
  /** Marks every point: for a handful of measurements rather than a curve; `alone` without a line between them. */
  readonly dots?: boolean | "alone";
  /** Of the dots, in pixels; 3 by default. Where points of several series coincide, larger ones show under smaller ones. */
  readonly radius?: number;
  /** Where the name stands: in the right margin, or inside the chart above the end of the line. Default margin. */
  readonly place?: "margin" | "above";
}

/** A straight line across the chart: a known value, a tolerance, the end of a stage. */
export interface Reference {
  readonly axis: "x" | "y";
  readonly value: number;
  readonly label?: string;
  /** At which end of a line of constant `y` its label stands. Default left. */
  readonly at?: "left" | "right";
}

export interface LineChartSpec {
  readonly title: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly Series[];
  readonly references?: readonly Reference[];
  readonly width?: number;
  readonly height?: number;
}

/** What a pointer read-out needs to turn a pixel into a value. */
export interface ChartGeometry {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly domain: readonly [number, number];
  readonly type: "linear" | "log";
  readonly series: readonly {
    readonly name: string;
    readonly colour: string;
    readonly points: readonly Point[];
  }[];
}

const DASHES: Readonly<Record<Dash, { readonly strokeDasharray?: string }>> = {
  solid: {},
  dashed: { strokeDasharray: "6 4" },
  dotted: { strokeDasharray: "1.5 3.5" },
};
const POINTS_DRAWN = 1200;
/** A line of more points than this is a noisy record, and is drawn thin. */
const NOISY = 500;

/** The chart as an SVG document. Values that a logarithmic axis cannot show are left out, and the chart says how many. */
export function lineChart(spec: LineChartSpec): string {
  return drawLineChart(spec, { titled: true }).svg;
}

/** {@link lineChart} with its geometry, and without the title where the page prints it. */
export function drawLineChart(
  spec: LineChartSpec,
  options: { readonly titled: boolean },
): { readonly svg: string; readonly geometry: ChartGeometry } {
  const plan = planned(spec, options.titled);
  const { width, height, frame, domain, shown, titleHeight } = plan;
  const axes = draw({ ...scales(spec, plan), marks: axisMarks(spec, plan) });
  const curves = draw({ ...scales(spec, plan), marks: curveMarks(spec, shown) });
  const clip = `clip-${crc32(JSON.stringify(spec)).toString(36)}`;
  const window = {
    x: frame.left - 4,
    y: frame.top - 4,
    width: frame.right - frame.left + 8,
    height: frame.bottom - frame.top + 5,
  };
  const omitted = shown.reduce((sum, series) => sum + series.omitted, 0);
  const names = shown.map((series) => series.name).filter((name) => name !== "");
  const svg = figure(
    {
      width,
      height,
      label: `${spec.title}: ${spec.y.label} against ${spec.x.label} for ${names.join(", ")}`,
    },
    element("clipPath", { id: clip }, element("rect", window)),
    options.titled ? figureTitle(spec.title, 0) : "",
    mutedLabel(spec.y.label, { x: 0, y: titleHeight + 12 }),
    axes.content,
    element("g", { "clip-path": `url(#${clip})` }, curves.content),
    ...(spec.references ?? []).map((reference) => referenceLabel(reference, { frame, scale: axes.scale })),
    endLabels(plan, axes.scale),
    ...shown.filter(({ place }) => place === "above").map((series) => innerLabel(series, axes.scale)),
    mutedLabel(spec.x.label, { x: (frame.left + frame.right) / 2, y: height - 6, anchor: "middle" }),
    omitted === 0
      ? ""
      : mutedLabel(omittedText(omitted), { x: width, y: titleHeight + 12, anchor: "end", italic: true }),
  );
  const series = shown.map(({ name, colour, points }) => ({
    name,
    colour,
    points: points.map(([x, y]) => [short(x), short(y)] as const),
  }));
  return { svg, geometry: { ...frame, width, domain: domain.x, type: spec.x.type ?? "linear", series } };
}

interface ShownSeries {
  readonly name: string;
  readonly colour: string;
  readonly dash: Dash;
  readonly dots: boolean | "alone";
  readonly radius: number;
  readonly place: "margin" | "above";
  readonly points: readonly Point[];
  readonly band: readonly (readonly [number, number, number])[];
  /** Values that the axes cannot show. */
  readonly omitted: number;
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

type Scale = (name: "x" | "y", value: number) => number;

interface Plan {
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  readonly titleHeight: number;
  readonly nameWidth: number;
  readonly domain: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  readonly ticks: { readonly x: readonly number[]; readonly y: readonly number[] };
  readonly shown: readonly ShownSeries[];
}

/** Everything about the chart that is decided before a line is drawn. */
function planned(spec: LineChartSpec, titled: boolean): Plan {
  const { width = 640, height = 340 } = spec;
  check(spec.series.length > 0, () => `lineChart: "${spec.title}" must have at least one series.`);
  const shown = spec.series.map((series, i) => showable(spec, series, palette[i % palette.length]));
  check(
    shown.some((series) => series.points.length > 0),
    () => `lineChart: "${spec.title}" has no value that its axes can show.`,
  );
  const domain = { x: domainOf(spec, "x", shown), y: domainOf(spec, "y", shown) };
  const ticks = { x: ticksOf(spec.x, domain.x, 6), y: ticksOf(spec.y, domain.y, 5) };
  const titleHeight = titled ? 26 : 0;
  const nameWidth = Math.min(
    0.38 * width,
    Math.max(0, ...shown.filter(({ place }) => place === "margin").map(({ name }) => textWidth(name))),
  );
  const frame = {
    left: Math.max(34, 12 + Math.max(...ticks.y.map((value) => textWidth(textOf(spec.y, ticks.y)(value))))),
    right: width - 18 - nameWidth,
    top: titleHeight + 26,
    bottom: height - 42,
  };
  return { width, height, frame, titleHeight, nameWidth, domain, ticks, shown };
}

/** On a logarithmic axis every tick is written by itself, on a linear one all in one way. */
function textOf(axis: AxisSpec, ticks: readonly number[]): (value: number) => string {
  return (value) => (axis.type === "log" ? tickText(value) : tickText(value, ticks));
}

function ticksOf(axis: AxisSpec, domain: readonly [number, number], count: number): number[] {
  return axis.type === "log" ? logTicks(domain, count) : linearTicks(domain, count);
}

function scales(spec: LineChartSpec, plan: Plan): Plot.PlotOptions {
  const { width, height, frame, domain } = plan;
  return {
    width,
    height,
    marginLeft: frame.left,
    marginRight: width - frame.right,
    marginTop: frame.top,
    marginBottom: height - frame.bottom,
    x: { type: spec.x.type ?? "linear", domain: domain.x, axis: null },
    y: { type: spec.y.type ?? "linear", domain: domain.y, axis: null },
  };
}

function axisMarks(spec: LineChartSpec, { ticks, domain }: Plan): Plot.Markish[] {
  return [
    Plot.gridY(ticks.y, { stroke: gridInk, strokeOpacity: 1 }),
    Plot.ruleY([domain.y[0]], { stroke: mutedInk }),
    Plot.axisX(ticks.x, {
      tickFormat: textOf(spec.x, ticks.x),
      tickSize: 4,
      label: null,
      fontSize: 11.5,
      stroke: mutedInk,
      fill: "currentColor",
    }),
    Plot.axisY(ticks.y, {
      tickFormat: textOf(spec.y, ticks.y),
      tickSize: 0,
      label: null,
      fontSize: 11.5,
      fill: "currentColor",
    }),
  ];
}

function curveMarks(spec: LineChartSpec, shown: readonly ShownSeries[]): Plot.Markish[] {
  const bands = shown.filter((series) => series.band.length > 1);
  const lines = shown.filter((series) => series.dots !== "alone");
  const dotted = shown.filter((series) => series.dots !== false || series.points.length === 1);
  const references = spec.references ?? [];
  const rule = { stroke: mutedInk, strokeDasharray: "2 3" };
  return [
    ...bands.map(({ band, colour }) =>
      Plot.areaY(band, { x: "0", y1: "1", y2: "2", fill: colour, fillOpacity: 0.16 }),
    ),
    ...references.map(({ axis, value }) =>
      axis === "y" ? Plot.ruleY([value], rule) : Plot.ruleX([value], rule),
    ),
    ...lines.map(({ points, colour, dash }) =>
      Plot.line(points, {
        x: "0",
        y: "1",
        stroke: colour,
        strokeWidth: points.length > NOISY ? 1 : 2,
        strokeLinejoin: "round",
        ...DASHES[dash],
      }),
    ),
    ...dotted.map(({ points, colour, radius }) =>
      Plot.dot(points, { x: "0", y: "1", fill: colour, r: radius }),
    ),
  ];
}

function showable(spec: LineChartSpec, series: Series, colour: string): ShownSeries {
  const fits = (value: number, axis: AxisSpec) =>
    Number.isFinite(value) && (axis.type !== "log" || value > 0);
  const points = series.points.filter(([x, y]) => fits(x, spec.x) && fits(y, spec.y));
  const band = (series.band ?? []).filter(
    ([x, low, high]) => fits(x, spec.x) && fits(low, spec.y) && fits(high, spec.y),
  );
  return {
    name: series.name,
    colour: checkedColour(series.colour ?? colour),
    dash: series.dash ?? "solid",
    dots: series.dots ?? false,
    radius: series.radius ?? 3,
    place: series.place ?? "margin",
    points: thinned(points, POINTS_DRAWN),
    band,
    omitted: series.points.length - points.length,
  };
}

/** At most about `limit` points: of every run of neighbours the lowest and the highest, so that no peak is lost. */
function thinned(points: readonly Point[], limit: number): readonly Point[] {
  if (points.length <= limit) return points;
  const run = Math.ceil((2 * points.length) / limit);
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += run) {
    const part = points.slice(start, start + run);
    const lowest = part.reduce((a, b) => (b[1] < a[1] ? b : a));
    const highest = part.reduce((a, b) => (b[1] > a[1] ? b : a));
    kept.push(...[lowest, highest].sort((a, b) => a[0] - b[0]));
  }
  return kept;
}

function domainOf(
  spec: LineChartSpec,
  name: "x" | "y",
  shown: readonly ShownSeries[],
): readonly [number, number] {
  const axis = spec[name];
  if (axis.domain !== undefined) return axis.domain;
  const values = shown.flatMap(({ points, band }) =>
    name === "x"
      ? points.map(([x]) => x)
      : [...points.map(([, y]) => y), ...band.flatMap(([, low, high]) => [low, high])],
  );
  const marked = (spec.references ?? [])
    .filter((r) => r.axis === name && Number.isFinite(r.value))
    .map((r) => r.value);
  const all = [...values, ...marked].filter((value) => axis.type !== "log" || value > 0);
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  if (axis.type === "log")
    return high > low ? (name === "x" ? [low, high] : [low / 1.15, high * 1.15]) : [low / 3, high * 3];
  if (high === low) return [low - Math.max(1, Math.abs(low)) / 2, high + Math.max(1, Math.abs(high)) / 2];
  if (name === "x") return [low, high];
  const margin = 0.05 * (high - low);
  return [low >= 0 && low < 0.25 * high ? 0 : low - margin, high + margin];
}

function referenceLabel(
  reference: Reference,
  options: { readonly frame: Frame; readonly scale: Scale },
): string {
  if (reference.label === undefined) return "";
  const { frame, scale } = options;
  const at = scale(reference.axis, reference.value);
  return reference.axis === "y"
    ? reference.at === "right"
      ? mutedLabel(reference.label, { x: frame.right - 4, y: at - 5, anchor: "end" })
      : mutedLabel(reference.label, { x: frame.left + 6, y: at - 5 })
    : mutedLabel(reference.label, { x: at + 4, y: frame.top + 8 });
}

/** Every line's name beside its last point; where names would touch they move apart and a hairline leads back. */
function endLabels(plan: Plan, scale: Scale): string {
  const { frame, nameWidth, shown } = plan;
  const named = shown.filter(
    ({ name, points, place }) => name !== "" && points.length > 0 && place === "margin",
  );
  const ends = named.map((series) => series.points[series.points.length - 1]);
  const wishes = ends.map(([, y]) => Math.min(frame.bottom, Math.max(frame.top, scale("y", y))));
  const placed = spreadOut(wishes, 15, [frame.top, frame.bottom]);
  return named
    .map((series, i) => {
      const from = Math.min(frame.right, scale("x", ends[i][0]));
      const moved = Math.abs(placed[i] - wishes[i]) > 3 || frame.right - from > 6;
      const leader = element("path", {
        d: `M${(from + 2).toFixed(1)},${wishes[i].toFixed(1)}L${frame.right + 9},${placed[i].toFixed(1)}`,
        stroke: series.colour,
        "stroke-opacity": 0.55,
      });
      const name = shortened(series.name, nameWidth + 2);
      return (
        (moved ? leader : "") + label(name, { x: frame.right + 12, y: placed[i] + 4, colour: series.colour })
      );
    })
    .join("");
}

/** A line's name above its last point. */
function innerLabel({ name, colour, points }: ShownSeries, scale: Scale): string {
  if (points.length === 0 || name === "") return "";
  const [x, y] = points[points.length - 1];
  return label(name, { x: scale("x", x), y: scale("y", y) - 8, anchor: "middle", colour });
}

/** Six significant digits: enough for a read-out, and a quarter of the bytes. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}

function omittedText(count: number): string {
  return `${count} ${count === 1 ? "value" : "values"} not shown (not finite, or ≤ 0 on a logarithmic axis)`;
}
