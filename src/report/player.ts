/** @file Particles in time, packed small enough to travel inside the page that plays them. */
import { deflateRawSync } from "node:zlib";
import { check } from "../check/check.ts";
import { linearTicks, tickText } from "./axes.ts";
import { checkedColour, palette } from "./colours.ts";
import { densityCurve, type Extent, extentOf } from "./densityGrid.ts";
import { element, escapeText, jsonForScript } from "./markup.ts";
import { packLevels, substeps } from "./page/format.ts";

export interface PlayerCloud {
  readonly name: string;
  /** One for each time, `[n, axes.length]` row-major. */
  readonly frames: readonly ArrayLike<number>[];
  readonly colour?: string;
  /** One line below the panel for each time, e.g. the error there. */
  readonly captions?: readonly string[];
  /** Particle i of one frame is particle i of the next, so that it may be moved in between. Default true; false for fresh samples. */
  readonly follows?: boolean;
}

export interface PlayerSpec {
  readonly title: string;
  readonly explanation?: string;
  readonly times: readonly number[];
  /** Symbol of time; default t. */
  readonly timeLabel?: string;
  /** Names of the one or two coordinates. */
  readonly axes: readonly string[];
  readonly clouds: readonly PlayerCloud[];
  readonly extent?: Extent;
  /** Particles kept of each cloud; default 2000. */
  readonly maxParticles?: number;
}

/** What the client script reads. Positions are packed by {@link packFrames}. */
export interface PlayerData {
  readonly times: readonly number[];
  readonly timeLabel: string;
  readonly axes: readonly string[];
  readonly extent: Extent;
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] };
  readonly clouds: readonly {
    readonly name: string;
    readonly colour: string;
    readonly count: number;
    readonly follows: boolean;
    readonly captions: readonly string[];
    readonly packed: string;
    /** In one dimension: density curve over the extent, in thousandths of `top`, for each time. */
    readonly curves: readonly (readonly number[])[];
  }[];
}

type Tick = readonly [value: number, text: string];

const CURVE_POINTS = 161;

/** The player's element; it shows nothing before the client script has run, except a sentence that says so. */
export function renderPlayer(spec: PlayerSpec, id: string): string {
  const data = playerData(spec);
  const panels = data.clouds.map((cloud) =>
    element(
      "div",
      { class: "player-panel" },
      element(
        "p",
        { class: "player-name", style: `color:var(--c${cloud.colour.slice(1)},${cloud.colour})` },
        escapeText(cloud.name),
      ),
      element("canvas", { role: "img", "aria-label": `Particles of ${cloud.name}` }),
      element("p", { class: "player-caption" }),
    ),
  );
  const last = substeps * (data.times.length - 1);
  const controls = element(
    "div",
    { class: "player-controls" },
    element(
      "button",
      { type: "button", class: "player-button", "aria-label": `Play ${spec.title}`, "aria-pressed": "false" },
      "▶",
    ),
    element("input", {
      type: "range",
      min: 0,
      max: last,
      step: 1,
      value: 0,
      class: "player-slider",
      "aria-label": `Time in ${spec.title}`,
    }),
    element(
      "output",
      { class: "player-time" },
      `${escapeText(data.timeLabel)} = ${escapeText(tickText(data.times[0]))}`,
    ),
  );
  return element(
    "div",
    { class: "player", id, "data-dimension": String(spec.axes.length) },
    element("div", { class: "player-panels" }, ...panels),
    controls,
    element(
      "p",
      { class: "player-message" },
      "The player needs JavaScript; the density panels show the same states.",
    ),
    `<script type="application/json" class="player-data">${jsonForScript(data)}</script>`,
  );
}

/** Checks, thins and packs. */
export function playerData(spec: PlayerSpec): PlayerData {
  const { times, axes, clouds } = spec;
  const dimension = axes.length;
  check(
    dimension === 1 || dimension === 2,
    () => `player "${spec.title}": axes must name 1 or 2 coordinates, got ${dimension}.`,
  );
  check(
    times.length > 0 && clouds.length > 0,
    () => `player "${spec.title}": times and clouds must not be empty.`,
  );
  for (const cloud of clouds) {
    check(
      cloud.frames.length === times.length,
      () =>
        `player "${spec.title}": ${cloud.name} must have one frame for each of ${times.length} times, got ${cloud.frames.length}.`,
    );
  }
  const extent =
    spec.extent ??
    extentOf(
      clouds.flatMap((cloud) => cloud.frames.slice(0, 1).concat(cloud.frames.slice(-1))),
      dimension,
    );
  const curves =
    dimension === 1
      ? clouds.map((cloud) =>
          cloud.frames.map((frame) => densityCurve(frame, { extent: extent.x, count: CURVE_POINTS })),
        )
      : [];
  const top = 1.08 * curves.flat(2).reduce((high, [, value]) => Math.max(high, value), 1e-300);
  const window = dimension === 1 ? { x: extent.x, y: [0, top] as const } : extent;
  const ticks = (range: readonly [number, number]) =>
    linearTicks(range, 4).map((value, _, all) => [value, tickText(value, all)] as const);
  return {
    times,
    timeLabel: spec.timeLabel ?? "t",
    axes,
    extent: window,
    ticks: { x: ticks(window.x), y: ticks(window.y) },
    clouds: clouds.map((cloud, i) => {
      const count = Math.min(
        spec.maxParticles ?? 2000,
        ...cloud.frames.map((frame) => frame.length / dimension),
      );
      return {
        name: cloud.name,
        colour: checkedColour(cloud.colour ?? palette[i % palette.length]),
        count,
        follows: cloud.follows ?? true,
        captions: cloud.captions ?? [],
        packed: packFrames(cloud.frames, { count, dimension, extent: window }),
        curves: (curves[i] ?? []).map((curve) => curve.map(([, value]) => Math.round((1000 * value) / top))),
      };
    }),
  };
}

/**
 * Frames as base64: each coordinate in 13 bits over twice the window, as differences from the frame before (zigzag), low bytes before
 * high bytes, deflated. Particles move little between frames, so the high bytes are nearly all zero.
 */
export function packFrames(
  frames: readonly ArrayLike<number>[],
  options: { readonly count: number; readonly dimension: number; readonly extent: Extent },
): string {
  const { count, dimension, extent } = options;
  const size = count * dimension;
  const bytes = new Uint8Array(2 * size * frames.length);
  let before = new Int32Array(size);
  frames.forEach((frame, f) => {
    const stride = Math.max(1, Math.floor(frame.length / dimension / count));
    const now = new Int32Array(size);
    for (let k = 0; k < count; k++) {
      for (let a = 0; a < dimension; a++) {
        now[a * count + k] = quantised(frame[k * stride * dimension + a], a === 0 ? extent.x : extent.y);
      }
    }
    for (let i = 0; i < size; i++) {
      const change = now[i] - before[i];
      const zigzag = change >= 0 ? 2 * change : -2 * change - 1;
      bytes[f * size + i] = zigzag & 255;
      bytes[(frames.length + f) * size + i] = zigzag >> 8;
    }
    before = now;
  });
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

function quantised(value: number, range: readonly [number, number]): number {
  const share = (value - range[0]) / (range[1] - range[0]);
  const kept = Number.isFinite(share) ? Math.min(1.5, Math.max(-0.5, share)) : 1.5;
  return Math.round(((kept + 0.5) / 2) * packLevels);
}
