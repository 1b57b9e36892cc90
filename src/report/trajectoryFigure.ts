/** @file The figure of a roll-out: a cloud's density at several times, on the data's own axes. */
import { check } from "../check/check.ts";
import { linearTicks, tickText } from "./axes.ts";
import { densityColour } from "./colours.ts";
import { curveDomain, curvePlot } from "./densityCurves.ts";
import {
  type DensityGrid,
  densityCurve,
  densityGrid,
  type Extent,
  extentOf,
  type Point,
} from "./densityGrid.ts";
import { colourBar, colourScale, densityCell, panelShape } from "./densityPanels.ts";
import { figure, figureTitle, label, mutedLabel, textWidth } from "./figure.ts";
import { element } from "./markup.ts";

export interface TrajectorySpec {
  readonly title?: string;
  readonly dimension: 1 | 2;
  /** Names of the coordinates, with units where they have some: the columns of the data file. */
  readonly axes: readonly string[];
  /** Positions `[count, dimension]` at each time, and the density where it is known better than they show it. */
  readonly frames: readonly {
    readonly time: number;
    readonly positions: ArrayLike<number>;
    /** In the plane: on the figure's extent, which must then be given. */
    readonly density?: DensityGrid;
    /** On the line. */
    readonly curve?: readonly Point[];
  }[];
  /** The original observations, `[n, dimension]`: dots in the plane, a rug on the line. */
  readonly data?: ArrayLike<number>;
  /** Default: what holds every frame and the data. */
  readonly extent?: Extent;
  /** Symbol of time; default t. */
  readonly timeLabel?: string;
  /** Kernel width of the density estimate in data units. */
  readonly bandwidth?: number;
  readonly scale?: "linear" | "sqrt";
  /** `equal` draws both coordinates to one scale: for coordinates of one unit. Default free, and the panels are nearly square. */
  readonly aspect?: "equal" | "free";
}

const GAP = 14;
const MOST_COLUMNS = 4;

/** The figure as an SVG document of at most 720 pixels' width (two columns of a journal page at 96 dpi). */
export function trajectoryFigure(spec: TrajectorySpec): string {
  const { frames, dimension, axes } = spec;
  check(frames.length > 0, () => "trajectoryFigure: frames must not be empty.");
  check(
    axes.length === dimension,
    () => `trajectoryFigure: axes must name ${dimension} coordinates, got ${axes.length}.`,
  );
  const clouds = [...frames.map((frame) => frame.positions), ...(spec.data === undefined ? [] : [spec.data])];
  const extent = spec.extent ?? extentOf(clouds, dimension, { equal: spec.aspect === "equal" });
  return dimension === 2 ? planeFigure(spec, extent) : lineFigure(spec, extent);
}

function timeText(spec: TrajectorySpec, time: number): string {
  return `${spec.timeLabel ?? "t"} = ${tickText(Number(time.toPrecision(4)))}`;
}

function planeFigure(spec: TrajectorySpec, extent: Extent): string {
  const { frames, data, title, axes } = spec;
  const columns = Math.min(
    frames.length,
    frames.length > MOST_COLUMNS && frames.length % 3 === 0 ? 3 : MOST_COLUMNS,
  );
  const rows = Math.ceil(frames.length / columns);
  const left =
    30 + Math.max(...linearTicks(extent.y, 4).map((value, _, all) => textWidth(tickText(value, all), 10.5)));
  const right = 78;
  const across = Math.min(300, (704 - left - right - (columns - 1) * GAP) / columns);
  const size =
    spec.aspect === "equal" ? panelShape(extent, across) : { width: across, height: 0.92 * across };
  const top = (title ? 28 : 0) + 26;
  const grids = frames.map(
    (frame) => frame.density ?? densityGrid(frame.positions, { extent, ...widthOf(spec) }),
  );
  const scale = colourScale(grids, spec.scale);
  const panels = frames.map((frame, k) => {
    const [row, column] = [Math.floor(k / columns), k % columns];
    const place = { x: left + column * (size.width + GAP), y: top + row * (size.height + GAP + 20) };
    const edges = { left: column === 0, bottom: k + columns >= frames.length };
    const panel = { title: "", density: grids[k], ...(data === undefined ? {} : { particles: data }) };
    const letter = frames.length === 1 ? "" : label(letterOf(k), { x: place.x, y: place.y - 7, bold: true });
    const time = label(timeText(spec, frame.time), {
      x: place.x + (frames.length === 1 ? 0 : 16),
      y: place.y - 7,
    });
    return letter + time + densityCell(panel, { ...place, ...size, extent, scale, edges, contours: true });
  });
  const width = left + columns * (size.width + GAP) - GAP + right;
  const bottom = top + rows * (size.height + GAP + 20) - GAP - 20;
  const height = bottom + 46;
  return figure(
    {
      width,
      height,
      label: `${title ?? "Density of the roll-out"} over ${axes.join(" and ")} at ${frames.map((frame) => timeText(spec, frame.time)).join(", ")}`,
    },
    figureTitle(title, 0),
    ...panels,
    mutedLabel(axes[0], { x: (left + width - right) / 2, y: height - 8, anchor: "middle", size: 12 }),
    mutedLabel(axes[1], { x: 11, y: (top + bottom) / 2, anchor: "middle", rotate: -90, size: 12 }),
    colourBar(scale, {
      x: width - right + 18,
      y: top,
      height: Math.min(bottom - top, size.height),
      label: "density",
    }),
    data === undefined ? "" : dataKey({ x: width - right + 18, y: top + size.height + 24 }),
  );
}

function dataKey(at: { readonly x: number; readonly y: number }): string {
  const dot = element("circle", {
    class: "l2e-data-key",
    cx: at.x + 5,
    cy: at.y - 4,
    r: 2.5,
    fill: "#c2410c",
    "fill-opacity": 0.75,
  });
  return dot + mutedLabel("data", { x: at.x + 13, y: at.y });
}

function lineFigure(spec: TrajectorySpec, extent: Extent): string {
  const { frames, data, title, axes } = spec;
  const curves = frames.map((frame, k) => ({
    name: timeText(spec, frame.time),
    points: frame.curve ?? densityCurve(frame.positions, { extent: extent.x, ...widthOf(spec) }),
    mapped: true,
    colour: densityColour(0.35 + 0.65 * (frames.length === 1 ? 1 : k / (frames.length - 1))),
  }));
  const domain = curveDomain(curves);
  const nameWidth = Math.max(...curves.map((curve) => textWidth(curve.name)));
  const left =
    14 + Math.max(...linearTicks(domain.y, 4).map((value, _, all) => textWidth(tickText(value, all), 10.5)));
  const size = { width: 560 - left, height: 260 };
  const top = (title ? 28 : 0) + 22;
  const width = 560 + 44 + nameWidth;
  const rug =
    data === undefined
      ? ""
      : dataRug(data, {
          toX: (v) => left + (size.width * (v - domain.x[0])) / (domain.x[1] - domain.x[0]),
          y: top + size.height,
          extent: domain.x,
        });
  const key = curves.map((curve, k) => {
    const y = top + 12 + 19 * k;
    return (
      element("path", {
        d: `M574,${y - 4}h18`,
        class: "l2e-density",
        stroke: curve.colour,
        "stroke-width": 2.2,
      }) + label(curve.name, { x: 598, y })
    );
  });
  return figure(
    {
      width,
      height: top + size.height + 46,
      label: `${title ?? "Density of the roll-out"} over ${axes[0]} at ${curves.map((curve) => curve.name).join(", ")}`,
    },
    figureTitle(title, 0),
    mutedLabel("density", { x: 0, y: top - 8 }),
    rug,
    curvePlot(curves, { x: left, y: top, ...size, domain, edges: { left: true, bottom: true } }),
    ...key,
    data === undefined ? "" : dataKey({ x: 578, y: top + 16 + 19 * curves.length }),
    mutedLabel(axes[0], { x: left + size.width / 2, y: top + size.height + 38, anchor: "middle", size: 12 }),
  );
}

function dataRug(
  data: ArrayLike<number>,
  options: { toX: (v: number) => number; y: number; extent: readonly [number, number] },
): string {
  const { toX, y, extent } = options;
  const inside = Array.from(data).filter((value) => value >= extent[0] && value <= extent[1]);
  const stride = Math.max(1, Math.ceil(inside.length / 800));
  const d = inside
    .filter((_, k) => k % stride === 0)
    .map((value) => `M${toX(value).toFixed(1)},${y.toFixed(1)}v-9`)
    .join("");
  return element("path", { class: "l2e-data", d, stroke: "#c2410c", "stroke-opacity": 0.4 });
}

function widthOf(spec: TrajectorySpec): { readonly bandwidth?: number } {
  return spec.bandwidth === undefined ? {} : { bandwidth: spec.bandwidth };
}

function letterOf(index: number): string {
  return `${"abcdefghijklmnopqrstuvwxyz"[index % 26]}`;
}
