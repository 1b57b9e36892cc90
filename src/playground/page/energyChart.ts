/** @file The free energy over time, of the operator and of the reference, as SVG. */
/// <reference lib="dom" />

import { linearTicks, tickText } from "../../report/axes.ts";
import { methodColours } from "../../report/colours.ts";
import { element } from "../../report/markup.ts";
import { withPageColours } from "../../report/style.ts";

/** Energies at the times `0, τ, 2τ, …`. */
export interface EnergyCourse {
  readonly tau: number;
  readonly learned: readonly number[];
  readonly reference: readonly number[];
  /** What the reference is called. */
  readonly referenceName: string;
  readonly least: number | undefined;
  /** What the panels show, in steps; may lie between two. */
  readonly position: number;
}

const height = 190;
const margins = { left: 58, right: 14, top: 12, bottom: 40 };
const fewestSteps = 20;

/** Draws the chart as wide as its place. */
export function energyChart(course: EnergyCourse, width: number): string {
  const { tau, learned, reference, least, position } = course;
  const steps = Math.max(fewestSteps, learned.length - 1);
  const values = [...learned, ...reference, ...(least === undefined ? [] : [least])];
  const [low, high] = padded(values);
  const x = (step: number) => margins.left + ((width - margins.left - margins.right) * step) / steps;
  const y = (value: number) =>
    height - margins.bottom - ((height - margins.top - margins.bottom) * (value - low)) / (high - low);
  const line = (name: string, list: readonly number[], attributes: Record<string, string | number>) =>
    list.length < 2
      ? ""
      : element("path", {
          "data-series": name,
          d: list
            .map((value, k) => `${k === 0 ? "M" : "L"}${x(k).toFixed(1)},${y(value).toFixed(1)}`)
            .join(""),
          fill: "none",
          ...attributes,
        });
  const shown = Math.min(position, learned.length - 1);
  const from = Math.floor(shown);
  const marker =
    learned.length === 0 ? 0 : mix(learned[from], learned[from + 1] ?? learned[from], shown - from);
  const parts = [
    axes({ x, y, width, time: steps * tau, range: [low, high], tau }),
    least === undefined
      ? ""
      : element("path", {
          d: `M${x(0)},${y(least).toFixed(1)}H${width - margins.right}`,
          stroke: methodColours.identity,
          "stroke-dasharray": "5 4",
        }),
    line("reference", reference, { stroke: methodColours.exact, "stroke-width": 1.6 }),
    line("learned", learned, { stroke: methodColours.operator, "stroke-width": 2.2 }),
    learned.length === 0
      ? ""
      : element("circle", { cx: x(shown), cy: y(marker), r: 4.5, fill: methodColours.operator }),
  ];
  return withPageColours(
    element(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": described(course) },
      ...parts,
    ),
  );
}

function axes(frame: {
  readonly x: (step: number) => number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly time: number;
  readonly tau: number;
  readonly range: readonly [number, number];
}): string {
  const { x, y, width, time, tau, range } = frame;
  const floor = height - margins.bottom;
  const text = (attributes: Record<string, string | number>, content: string) =>
    element("text", { fill: "currentColor", "font-size": 11, ...attributes }, content);
  const times = linearTicks([0, time], Math.min(8, width / 80));
  const energies = linearTicks(range, 4);
  return [
    ...energies.flatMap((tick) => [
      element("path", {
        d: `M${margins.left},${y(tick).toFixed(1)}H${width - margins.right}`,
        stroke: "#d9dde1",
      }),
      text({ x: margins.left - 7, y: y(tick) + 4, "text-anchor": "end" }, tickText(tick, energies)),
    ]),
    ...times.map((tick) =>
      text({ x: x(tick / tau), y: floor + 16, "text-anchor": "middle" }, tickText(tick, times)),
    ),
    text(
      { x: (margins.left + width - margins.right) / 2, y: height - 6, "text-anchor": "middle" },
      "time t (units of the equation)",
    ),
    text(
      {
        x: 0,
        y: 0,
        "text-anchor": "middle",
        transform: `translate(13 ${(margins.top + floor) / 2}) rotate(-90)`,
      },
      "free energy E",
    ),
  ].join("");
}

function padded(values: readonly number[]): readonly [number, number] {
  if (values.length === 0) return [-2, 2];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = 0.08 * Math.max(high - low, 0.05 * Math.max(Math.abs(low), Math.abs(high)), 1e-6);
  return [low - room, high + room];
}

function mix(a: number, b: number, share: number): number {
  return a + share * (b - a);
}

function described({ learned, reference, referenceName }: EnergyCourse): string {
  if (learned.length === 0) return "Free energy over time: nothing is drawn yet.";
  const last = (list: readonly number[]) => list[list.length - 1].toFixed(2);
  return `Free energy over time: from ${learned[0].toFixed(2)} to ${last(learned)} by the learned operator; ${referenceName} ${last(reference)}.`;
}
