/** @file A panel: a square window of the plane on a canvas, with axes, and particles coloured by their density. */
/// <reference lib="dom" />

import { linearTicks, tickText } from "../../report/axes.ts";
import { halfWidth } from "../drawing.ts";
import { type Palette, sharesOf } from "./palette.ts";

/** Where the brush is, in the coordinates of the window. */
export interface Brush {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly erases: boolean;
}

/** Particles between two frames: `share` of the way from the first to the second. */
export interface Between {
  readonly from: { readonly positions: Float32Array; readonly logDensity: Float32Array };
  readonly to: { readonly positions: Float32Array; readonly logDensity: Float32Array };
  readonly share: number;
}

export interface Surface {
  /** Fits the canvas to its place on the page. */
  resize(): void;
  draw(particles: Between | undefined, brush?: Brush): void;
  /** A point of the page in the coordinates of the window, and the other way for lengths. */
  locate(event: { readonly clientX: number; readonly clientY: number }): {
    readonly x: number;
    readonly y: number;
  };
}

/** Room for ticks and labels, in CSS pixels. */
const margins = { left: 40, right: 6, top: 6, bottom: 38 };

/** A panel on a canvas. */
export function surface(
  canvas: HTMLCanvasElement,
  axes: () => readonly [string, string],
  palette: () => Palette,
): Surface {
  const pen = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
  let box = { left: 0, top: 0, size: 1 };
  const toX = (x: number) => box.left + (box.size * (x + halfWidth)) / (2 * halfWidth);
  const toY = (y: number) => box.top + (box.size * (halfWidth - y)) / (2 * halfWidth);
  return {
    resize() {
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      const width = canvas.clientWidth;
      const size = width - margins.left - margins.right;
      box = { left: margins.left, top: margins.top, size };
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round((size + margins.top + margins.bottom) * ratio);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    },
    draw(particles, brush) {
      const colours = palette();
      drawFrame(pen, { canvas, colours, box, axes: axes(), toX, toY });
      pen.save();
      pen.beginPath();
      pen.rect(box.left, box.top, box.size, box.size);
      pen.clip();
      if (particles !== undefined) drawParticles(pen, particles, { colours, toX, toY, size: box.size });
      if (brush !== undefined) drawBrush(pen, brush, { colours, toX, toY, size: box.size });
      pen.restore();
    },
    locate({ clientX, clientY }) {
      const place = canvas.getBoundingClientRect();
      const along = (pixels: number) => (2 * halfWidth * pixels) / box.size - halfWidth;
      return { x: along(clientX - place.left - box.left), y: -along(clientY - place.top - box.top) };
    },
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

function drawFrame(
  pen: CanvasRenderingContext2D,
  frame: {
    readonly canvas: HTMLCanvasElement;
    readonly colours: Palette;
    readonly box: Box;
    readonly axes: readonly [string, string];
    readonly toX: (x: number) => number;
    readonly toY: (y: number) => number;
  },
): void {
  const { canvas, colours, box, axes, toX, toY } = frame;
  pen.fillStyle = colours.page;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = colours.card;
  pen.fillRect(box.left, box.top, box.size, box.size);
  pen.strokeStyle = colours.line;
  pen.lineWidth = 1;
  pen.strokeRect(box.left + 0.5, box.top + 0.5, box.size - 1, box.size - 1);
  pen.font = `11px ${colours.font}`;
  pen.fillStyle = colours.muted;
  const ticks = linearTicks([-halfWidth, halfWidth], 4);
  pen.textAlign = "center";
  for (const tick of ticks) pen.fillText(tickText(tick), toX(tick), box.top + box.size + 15);
  pen.fillText(axes[0], box.left + box.size / 2, box.top + box.size + 31);
  pen.textAlign = "right";
  for (const tick of ticks) pen.fillText(tickText(tick), box.left - 6, toY(tick) + 4);
  pen.save();
  pen.translate(11, box.top + box.size / 2);
  pen.rotate(-Math.PI / 2);
  pen.textAlign = "center";
  pen.fillText(axes[1], 0, 0);
  pen.restore();
}

function drawParticles(
  pen: CanvasRenderingContext2D,
  { from, to, share }: Between,
  place: {
    readonly colours: Palette;
    readonly toX: (x: number) => number;
    readonly toY: (y: number) => number;
    readonly size: number;
  },
): void {
  const { colours, toX, toY, size } = place;
  const count = from.logDensity.length;
  const diameter = Math.max(1.6, Math.min(4, (size / 150) * Math.sqrt(4096 / count)));
  const levels = colours.levels.length;
  // One pass a colour, the thinnest density first: changing the colour costs more than drawing a particle.
  const order = new Int32Array(count).fill(-1);
  const first = new Int32Array(levels).fill(-1);
  for (let i = 0; i < count; i++) {
    const logDensity = from.logDensity[i] + share * (to.logDensity[i] - from.logDensity[i]);
    const level = Math.min(levels - 1, Math.floor(levels * sharesOf(logDensity)));
    order[i] = first[level];
    first[level] = i;
  }
  pen.globalAlpha = 0.85;
  for (let level = 0; level < levels; level++) {
    pen.fillStyle = colours.levels[level];
    for (let i = first[level]; i >= 0; i = order[i]) {
      const x = from.positions[2 * i] + share * (to.positions[2 * i] - from.positions[2 * i]);
      const y = from.positions[2 * i + 1] + share * (to.positions[2 * i + 1] - from.positions[2 * i + 1]);
      pen.fillRect(toX(x) - diameter / 2, toY(y) - diameter / 2, diameter, diameter);
    }
  }
  pen.globalAlpha = 1;
}

function drawBrush(
  pen: CanvasRenderingContext2D,
  brush: Brush,
  place: {
    readonly colours: Palette;
    readonly toX: (x: number) => number;
    readonly toY: (y: number) => number;
    readonly size: number;
  },
): void {
  const { colours, toX, toY, size } = place;
  const [x, y] = [toX(brush.x), toY(brush.y)];
  const radius = (size * Math.max(0.12, 1.5 * brush.size)) / (2 * halfWidth);
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.setLineDash(brush.erases ? [4, 3] : []);
  pen.strokeStyle = colours.text;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.setLineDash([]);
  pen.beginPath();
  pen.moveTo(x - 4, y);
  pen.lineTo(x + 4, y);
  if (!brush.erases) {
    pen.moveTo(x, y - 4);
    pen.lineTo(x, y + 4);
  }
  pen.stroke();
}
