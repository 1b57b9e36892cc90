/** @file Small multiples of plane densities on one colour scale: rows are times, columns are methods. */
import { check } from "../check/check.ts";
import { linearTicks, tickText } from "./axes.ts";
import { densityColour, densityColourMap, mutedInk } from "./colours.ts";
import type { DensityGrid, Extent } from "./densityGrid.ts";
import { figure, figureTitle, label, mutedLabel, textWidth } from "./figure.ts";
import { element } from "./markup.ts";
import { draw, Plot } from "./plot.ts";
import { pngDataUri } from "./png.ts";

export interface DensityPanel {
  readonly title: string;
  readonly density?: DensityGrid;
  /** Dots over the density, `[n, 2]`. */
  readonly particles?: ArrayLike<number>;
}

export interface DensityPanelsSpec {
  readonly title?: string;
  readonly frames: readonly { readonly label: string; readonly panels: readonly DensityPanel[] }[];
  /** The window of every panel, in data units. */
  readonly extent: Extent;
  /** Names of the two coordinates; default x₁ and x₂. */
  readonly axes?: readonly string[];
  /** Level lines at 5, 15, 35, 60 and 85 % of the panel's own peak. */
  readonly contours?: boolean;
  /** `sqrt` shows tails beside a sharp peak; the colour bar's ticks tell. Default linear. */
  readonly scale?: "linear" | "sqrt";
  readonly densityLabel?: string;
  /** Width of a panel in pixels; default by the number of columns. */
  readonly panelSize?: number;
}

/** How densities become colours, the same in every panel of a figure. */
export interface ColourScale {
  readonly top: number;
  readonly power: number;
}

const LEVELS = [0.05, 0.15, 0.35, 0.6, 0.85];
const GAP = 10;
const TICK_SIZE = 10.5;
/** So few particles are seen one by one, and dots are drawn for that. */
const FEW = 250;

/** The figure as an SVG document; every grid is one small embedded image. Equal aspect unless the extent's spans differ threefold. */
export function densityPanels(spec: DensityPanelsSpec): string {
  const { frames, extent, axes = ["x₁", "x₂"] } = spec;
  check(frames.length > 0, () => "densityPanels: frames must not be empty.");
  const columns = Math.max(...frames.map((frame) => frame.panels.length));
  const size = panelShape(extent, spec.panelSize ?? Math.min(230, Math.max(120, 640 / columns)));
  const scale = colourScale(
    frames.flatMap((frame) => frame.panels.flatMap((panel) => panel.density ?? [])),
    spec.scale,
  );
  const rowLabels = 14 + Math.max(...frames.map((frame) => textWidth(frame.label)));
  const margin = {
    left: rowLabels + tickWidth(extent) + 24,
    top: (spec.title ? 28 : 0) + 24,
    right: 74,
    bottom: 44,
  };
  const at = (row: number, column: number) => ({
    x: margin.left + column * (size.width + GAP),
    y: margin.top + row * (size.height + GAP),
  });
  const width = at(0, columns).x - GAP + margin.right;
  const height = at(frames.length, 0).y - GAP + margin.bottom;
  const titles = frames[0].panels.map((panel, column) =>
    label(panel.title, {
      x: at(0, column).x + size.width / 2,
      y: margin.top - 8,
      anchor: "middle",
      bold: true,
    }),
  );
  const cells = frames.flatMap((frame, row) =>
    frame.panels.map((panel, column) => {
      const edges = { left: column === 0, bottom: row === frames.length - 1 };
      return densityCell(panel, {
        ...at(row, column),
        ...size,
        extent,
        scale,
        edges,
        contours: spec.contours ?? false,
      });
    }),
  );
  const times = frames.map((frame, row) =>
    label(frame.label, { x: 0, y: at(row, 0).y + size.height / 2 + 4 }),
  );
  const middle = {
    x: (margin.left + width - margin.right) / 2,
    y: (margin.top + height - margin.bottom) / 2,
  };
  return figure(
    {
      width,
      height,
      label: `${spec.title ?? "Densities"}: ${frames[0].panels.map((panel) => panel.title).join(", ")} at ${frames.map((frame) => frame.label).join(", ")}`,
    },
    figureTitle(spec.title, 0),
    ...titles,
    ...times,
    ...cells,
    mutedLabel(axes[0], { x: middle.x, y: height - 8, anchor: "middle" }),
    mutedLabel(axes[1], { x: rowLabels + 6, y: middle.y, anchor: "middle", rotate: -90 }),
    colourBar(scale, {
      x: width - margin.right + 16,
      y: margin.top,
      height: Math.min(height - margin.top - margin.bottom, 260),
      label: spec.densityLabel ?? "density",
    }),
  );
}

/** The largest density of all grids at the top of the scale. */
export function colourScale(grids: readonly DensityGrid[], kind: "linear" | "sqrt" = "linear"): ColourScale {
  let top = 0;
  for (const grid of grids) {
    check(
      grid.values.length === grid.columns * grid.rows,
      () =>
        `density grid: values must have ${grid.columns} × ${grid.rows} entries, got ${grid.values.length}.`,
    );
    for (let i = 0; i < grid.values.length; i++)
      if (grid.values[i] > top && Number.isFinite(grid.values[i])) top = grid.values[i];
  }
  return { top: top > 0 ? top : 1, power: kind === "sqrt" ? 0.5 : 1 };
}

/** Height that goes with `width`: equal aspect, or a square where the axes carry different units. */
export function panelShape(
  extent: Extent,
  width: number,
): { readonly width: number; readonly height: number } {
  const ratio = (extent.y[1] - extent.y[0]) / (extent.x[1] - extent.x[0]);
  return { width, height: ratio > 3 || ratio < 1 / 3 ? width : width * ratio };
}

export interface CellOptions {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly extent: Extent;
  readonly scale: ColourScale;
  readonly contours: boolean;
  /** Which axes carry numbers. */
  readonly edges: { readonly left: boolean; readonly bottom: boolean };
}

/** One panel: image, level lines, dots, frame, ticks. */
export function densityCell(panel: DensityPanel, options: CellOptions): string {
  const { x, y, width, height, extent } = options;
  const toX = (value: number) => x + (width * (value - extent.x[0])) / (extent.x[1] - extent.x[0]);
  const toY = (value: number) => y + height - (height * (value - extent.y[0])) / (extent.y[1] - extent.y[0]);
  const image =
    panel.density === undefined
      ? ""
      : element("image", {
          class: "l2e-density",
          x,
          y,
          width,
          height,
          preserveAspectRatio: "none",
          href: densityImage(panel.density, options.scale),
        });
  const lines = panel.density !== undefined && options.contours ? levelLines(panel.density, options) : "";
  const dots =
    panel.particles === undefined
      ? ""
      : particleDots(panel.particles, { toX, toY, extent, over: panel.density !== undefined });
  const border = element("rect", {
    x: x + 0.5,
    y: y + 0.5,
    width: width - 1,
    height: height - 1,
    stroke: mutedInk,
    "stroke-width": 0.75,
    "stroke-opacity": 0.6,
  });
  return image + lines + dots + border + tickMarks(options, { toX, toY });
}

function tickMarks(
  options: CellOptions,
  map: { toX: (v: number) => number; toY: (v: number) => number },
): string {
  const { x, y, height, width, extent, edges } = options;
  // Numbers stay beside their own panel, so that those of neighbours do not touch.
  const inside = (at: number, from: number, to: number) => Math.min(Math.max(at, from), Math.max(from, to));
  const below = linearTicks(extent.x, width / 60).map((value, _, all) => {
    const at = map.toX(value);
    const half = textWidth(tickText(value, all), TICK_SIZE) / 2;
    const mark = element("path", {
      d: `M${at.toFixed(1)},${(y + height).toFixed(1)}v4`,
      stroke: mutedInk,
      "stroke-width": 0.75,
    });
    return edges.bottom
      ? mark +
          label(tickText(value, all), {
            x: inside(at, x + half, x + width - half),
            y: y + height + 16,
            anchor: "middle",
            size: TICK_SIZE,
          })
      : "";
  });
  const beside = linearTicks(extent.y, height / 50).map((value, _, all) => {
    const at = map.toY(value);
    const mark = element("path", {
      d: `M${x.toFixed(1)},${at.toFixed(1)}h-4`,
      stroke: mutedInk,
      "stroke-width": 0.75,
    });
    return edges.left
      ? mark +
          label(tickText(value, all), {
            x: x - 7,
            y: inside(at + 3.5, y + 8, y + height),
            anchor: "end",
            size: TICK_SIZE,
          })
      : "";
  });
  return [...below, ...beside].join("");
}

function tickWidth(extent: Extent): number {
  return Math.max(
    ...linearTicks(extent.y, 4).map((value, _, all) => textWidth(tickText(value, all), TICK_SIZE)),
  );
}

/** The grid as an indexed PNG, top row first. */
function densityImage(grid: DensityGrid, scale: ColourScale): string {
  const pixels = new Uint8Array(grid.columns * grid.rows);
  for (let j = 0; j < grid.rows; j++) {
    for (let i = 0; i < grid.columns; i++) {
      const share = Math.min(1, Math.max(0, grid.values[j * grid.columns + i] / scale.top));
      pixels[(grid.rows - 1 - j) * grid.columns + i] = Math.round(255 * share ** scale.power);
    }
  }
  return pngDataUri({ width: grid.columns, height: grid.rows, pixels, palette: densityColourMap() });
}

/** The grid in cells of twice the width while it is finer than level lines need: half the points a line, and the same picture. */
function coarsened(grid: DensityGrid): DensityGrid {
  if (Math.min(grid.columns, grid.rows) < 96 || grid.columns % 2 === 1 || grid.rows % 2 === 1) return grid;
  const [columns, rows] = [grid.columns / 2, grid.rows / 2];
  const values = Float64Array.from({ length: columns * rows }, (_, k) => {
    const corner = 2 * Math.floor(k / columns) * grid.columns + 2 * (k % columns);
    return (
      (grid.values[corner] +
        grid.values[corner + 1] +
        grid.values[corner + grid.columns] +
        grid.values[corner + grid.columns + 1]) /
      4
    );
  });
  return coarsened({ values, columns, rows });
}

function levelLines(fine: DensityGrid, options: CellOptions): string {
  const grid = coarsened(fine);
  let peak = 0;
  for (let i = 0; i < grid.values.length; i++) peak = Math.max(peak, grid.values[i]);
  if (!(peak > 0)) return "";
  const drawing = draw({
    width: options.width,
    height: options.height,
    margin: 0,
    axis: null,
    x: { domain: [0, grid.columns] },
    y: { domain: [0, grid.rows] },
    marks: [
      Plot.contour(grid.values as number[], {
        width: grid.columns,
        height: grid.rows,
        x1: 0,
        x2: grid.columns,
        y1: 0,
        y2: grid.rows,
        thresholds: LEVELS.map((level) => level * peak),
        stroke: mutedInk,
        strokeOpacity: 0.55,
        strokeWidth: 0.7,
      }),
    ],
  });
  return element(
    "g",
    { transform: `translate(${options.x.toFixed(2)} ${options.y.toFixed(2)})` },
    drawing.content,
  );
}

function particleDots(
  positions: ArrayLike<number>,
  options: { toX: (v: number) => number; toY: (v: number) => number; extent: Extent; over: boolean },
): string {
  const { toX, toY, extent, over } = options;
  const count = positions.length / 2;
  const stride = Math.max(1, Math.ceil(count / 1500));
  let path = "";
  for (let k = 0; k < count; k += stride) {
    const [px, py] = [positions[2 * k], positions[2 * k + 1]];
    if (!(px >= extent.x[0] && px <= extent.x[1] && py >= extent.y[0] && py <= extent.y[1])) continue;
    path += `M${toX(px).toFixed(1)},${toY(py).toFixed(1)}h0`;
  }
  const look = over
    ? {
        stroke: "#c2410c",
        "stroke-opacity": count > FEW ? 0.45 : 0.85,
        "stroke-width": count > FEW ? 1.7 : 2.6,
      }
    : { stroke: densityColour(0.7), "stroke-opacity": 0.5, "stroke-width": 2.2 };
  return element("path", {
    class: over ? "l2e-data" : "l2e-particles",
    d: path,
    "stroke-linecap": "round",
    ...look,
  });
}

/** A vertical colour bar with round ticks. */
export function colourBar(
  scale: ColourScale,
  options: { readonly x: number; readonly y: number; readonly height: number; readonly label: string },
): string {
  const { x, y, height } = options;
  const pixels = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
  const image = element("image", {
    class: "l2e-density",
    x,
    y,
    width: 11,
    height,
    preserveAspectRatio: "none",
    href: pngDataUri({ width: 1, height: 256, pixels, palette: densityColourMap() }),
  });
  const border = element("rect", {
    x: x + 0.5,
    y: y + 0.5,
    width: 10,
    height: height - 1,
    stroke: mutedInk,
    "stroke-width": 0.75,
    "stroke-opacity": 0.6,
  });
  const ticks = linearTicks([0, scale.top], 5).map((value, _, all) => {
    const at = y + height * (1 - (value / scale.top) ** scale.power);
    const mark = element("path", {
      d: `M${x + 11},${at.toFixed(1)}h4`,
      stroke: mutedInk,
      "stroke-width": 0.75,
    });
    return mark + label(tickText(value, all), { x: x + 18, y: at + 3.5, size: TICK_SIZE });
  });
  return image + border + ticks.join("") + mutedLabel(options.label, { x: x - 2, y: y - 9, size: 10.5 });
}
