/** @file Reads values off a chart where the pointer is. */
/// <reference lib="dom" />

import type { ChartGeometry } from "../lineChart.ts";
import { readJson, themed } from "./elements.ts";

/** Shows the values of all series below the pointer. */
export function startChart(root: HTMLElement): void {
  const geometry = readJson<ChartGeometry>(root, ".chart-data");
  const svg = root.querySelector("svg") as SVGSVGElement;
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  const rule = document.createElementNS("http://www.w3.org/2000/svg", "path");
  rule.setAttribute("class", "readout-rule");
  svg.append(rule);
  root.append(readout);
  const { left, right, top, bottom } = geometry;
  const hide = () => {
    readout.hidden = true;
    rule.setAttribute("d", "");
  };
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("pointermove", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    if (at.x < left || at.x > right || at.y < top || at.y > bottom) return hide();
    readout.replaceChildren(...valuesAt(geometry, at.x));
    rule.setAttribute("d", `M${at.x},${top}V${bottom}`);
    const bounds = root.getBoundingClientRect();
    readout.hidden = false;
    const offset = event.clientX - bounds.left;
    readout.style.left = `${offset > bounds.width / 2 ? offset - readout.offsetWidth - 14 : offset + 14}px`;
    readout.style.top = `${event.clientY - bounds.top + 10}px`;
  });
}

/** The value on the horizontal axis at a pixel, and below it that of every series there. */
function valuesAt({ left, right, domain, type, series }: ChartGeometry, pixel: number): HTMLElement[] {
  const share = (pixel - left) / (right - left);
  const x =
    type === "log"
      ? domain[0] * (domain[1] / domain[0]) ** share
      : domain[0] + share * (domain[1] - domain[0]);
  const head = document.createElement("strong");
  head.textContent = shown(x);
  const lines = series
    .filter(({ points }) => points.length > 0)
    .map(({ name, colour, points }) => {
      const line = document.createElement("span");
      line.style.color = themed(colour);
      line.textContent = `${name}: ${shown(points[nearestPoint(points, x)][1])}`;
      return line;
    });
  return [head, ...lines];
}

function shown(n: number): string {
  return n !== 0 && (Math.abs(n) >= 1e5 || Math.abs(n) < 1e-3)
    ? n.toExponential(2)
    : String(Number(n.toPrecision(4)));
}

/** Index of the point nearest to `x`. Points are in order of x. */
function nearestPoint(points: ChartGeometry["series"][number]["points"], x: number): number {
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < x) low = middle;
    else high = middle;
  }
  return Math.abs(points[low][0] - x) <= Math.abs(points[high][0] - x) ? low : high;
}
