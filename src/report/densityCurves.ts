/** @file Densities on the line: small multiples, one panel a time, one curve a method. */
import { check } from "../check/check.ts";
import { linearTicks, tickText } from "./axes.ts";
import { checkedColour, gridInk, mutedInk, palette } from "./colours.ts";
import type { Point } from "./densityGrid.ts";
import { figure, figureTitle, label, mutedLabel, textWidth } from "./figure.ts";
import type { Dash } from "./lineChart.ts";
import { element } from "./markup.ts";

export interface DensityCurve {
  readonly name: string;
  readonly points: readonly Point[];
  readonly colour?: string;
  readonly dash?: Dash;
  /** The colour is one of the density map, which a dark page turns over as a whole. */
  readonly mapped?: boolean;
}

export interface DensityCurvesSpec {
  readonly title?: string;
  readonly frames: readonly { readonly label: string; readonly curves: readonly DensityCurve[] }[];
  /** Name of the coordinate; default x. */
  readonly axis?: string;
  readonly densityLabel?: string;
  /** Panels side by side; default up to three. */
  readonly columns?: number;
}

export interface CurveWindow {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly domain: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** Which axes carry numbers. */
  readonly edges: { readonly left: boolean; readonly bottom: boolean };
}

const DASHES: Readonly<Record<Dash, string | undefined>> = {
  solid: undefined,
  dashed: "6 4",
  dotted: "1.5 3.5",
};
const GAP = { x: 16, y: 34 };

/** The figure as an SVG document: all panels share both axes, and one legend names the curves. */
export function densityCurves(spec: DensityCurvesSpec): string {
  const { frames, title } = spec;
  check(frames.length > 0, () => "densityCurves: frames must not be empty.");
  const columns = Math.min(frames.length, spec.columns ?? 3);
  const rows = Math.ceil(frames.length / columns);
  const size = { width: columns === 1 ? 520 : 620 / columns - GAP.x, height: columns === 1 ? 220 : 130 };
  const domain = curveDomain(frames.flatMap((frame) => frame.curves));
  const left =
    12 + Math.max(...linearTicks(domain.y, 3).map((value, _, all) => textWidth(tickText(value, all), 10.5)));
  const top = (title ? 28 : 0) + 44;
  const panels = frames.map((frame, k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    const place = { x: left + column * (size.width + GAP.x), y: top + row * (size.height + GAP.y) };
    const edges = { left: column === 0, bottom: k + columns >= frames.length };
    const named = label(frame.label, { x: place.x + 4, y: place.y - 6, bold: true });
    return named + curvePlot(frame.curves, { ...place, ...size, domain, edges });
  });
  const width = left + columns * (size.width + GAP.x) - GAP.x + 12;
  const height = top + rows * (size.height + GAP.y) - GAP.y + 44;
  const names = uniqueCurves(frames.flatMap((frame) => frame.curves));
  return figure(
    {
      width,
      height,
      label: `${title ?? "Densities"}: ${names.map((curve) => curve.name).join(", ")} at ${frames.map((frame) => frame.label).join(", ")}`,
    },
    figureTitle(title, 0),
    legend(names, { x: left + 4, y: (title ? 28 : 0) + 14 }),
    ...panels,
    mutedLabel(spec.axis ?? "x", { x: (left + width) / 2, y: height - 6, anchor: "middle" }),
    mutedLabel(spec.densityLabel ?? "density", { x: width - 12, y: (title ? 28 : 0) + 14, anchor: "end" }),
  );
}

/** The window that holds all curves, from zero density up. */
export function curveDomain(curves: readonly DensityCurve[]): CurveWindow["domain"] {
  const points = curves
    .flatMap((curve) => curve.points)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  check(points.length > 0, () => "density curves: there is no finite point to draw.");
  const xs = points.map(([x]) => x);
  const top = points.reduce((high, [, y]) => Math.max(high, y), 0);
  return {
    x: [xs.reduce((a, b) => Math.min(a, b)), xs.reduce((a, b) => Math.max(a, b))],
    y: [0, top > 0 ? 1.08 * top : 1],
  };
}

/** Curves with hairline axes. */
export function curvePlot(curves: readonly DensityCurve[], window: CurveWindow): string {
  const { x, y, width, height, domain, edges } = window;
  const toX = (value: number) => x + (width * (value - domain.x[0])) / (domain.x[1] - domain.x[0]);
  const toY = (value: number) => y + height - (height * (value - domain.y[0])) / (domain.y[1] - domain.y[0]);
  const below = linearTicks(domain.x, width / 60).map((value, _, all) => {
    const mark = element("path", {
      d: `M${toX(value).toFixed(1)},${(y + height).toFixed(1)}v4`,
      stroke: mutedInk,
      "stroke-width": 0.75,
    });
    return edges.bottom
      ? mark +
          label(tickText(value, all), { x: toX(value), y: y + height + 16, anchor: "middle", size: 10.5 })
      : "";
  });
  const beside = linearTicks(domain.y, height / 50).map((value, _, all) => {
    const line =
      value === 0
        ? ""
        : element("path", {
            d: `M${x.toFixed(1)},${toY(value).toFixed(1)}h${width.toFixed(1)}`,
            stroke: gridInk,
          });
    return (
      line +
      (edges.left
        ? label(tickText(value, all), { x: x - 6, y: toY(value) + 3.5, anchor: "end", size: 10.5 })
        : "")
    );
  });
  const base = element("path", {
    d: `M${x.toFixed(1)},${(y + height).toFixed(1)}h${width.toFixed(1)}`,
    stroke: mutedInk,
  });
  const lines = curves.map((curve, i) =>
    element("path", {
      class: curve.mapped ? "l2e-density" : undefined,
      d: `M${curve.points
        .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b))
        .map(([a, b]) => `${toX(a).toFixed(1)},${toY(b).toFixed(1)}`)
        .join("L")}`,
      stroke: colourOf(curve, i),
      "stroke-width": 1.8,
      "stroke-linejoin": "round",
      "stroke-dasharray": DASHES[curve.dash ?? "solid"],
    }),
  );
  return [...below, ...beside, base, ...lines].join("");
}

function colourOf(curve: DensityCurve, index: number): string {
  return checkedColour(curve.colour ?? palette[index % palette.length]);
}

function uniqueCurves(curves: readonly DensityCurve[]): DensityCurve[] {
  return [...new Map(curves.map((curve) => [curve.name, curve])).values()];
}

/** Line samples with names, in one row. */
function legend(curves: readonly DensityCurve[], at: { readonly x: number; readonly y: number }): string {
  let x = at.x;
  return curves
    .map((curve, i) => {
      const start = x;
      x += 28 + textWidth(curve.name) + 18;
      const sample = {
        d: `M${start.toFixed(1)},${at.y - 4}h20`,
        stroke: colourOf(curve, i),
        "stroke-width": 2,
        "stroke-dasharray": DASHES[curve.dash ?? "solid"],
      };
      return element("path", sample) + label(curve.name, { x: start + 26, y: at.y });
    })
    .join("");
}
