/** @file One cloud on its canvas: points in the plane, or a density curve above a rug on the line. */
/// <reference lib="dom" />

import type { PlayerData } from "../player.ts";
import { pageColour, themed } from "./elements.ts";
import type { PlayerCloud } from "./frames.ts";

/** The part of a canvas that the data fill. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A cloud at a time: `at` counts frames, and `positions` are shares of the window. */
export interface Moment {
  readonly cloud: PlayerCloud;
  readonly positions: Float32Array;
  readonly at: number;
}

/** Draws a cloud at a time, with axes. */
export function drawPanel(canvas: HTMLCanvasElement, data: PlayerData, moment: Moment): void {
  const sheet = prepare(canvas, data);
  if (data.axes.length === 2) drawPoints(sheet, moment);
  else drawCurves(sheet, moment, data.clouds[data.clouds.length - 1]);
}

interface Sheet {
  readonly pen: CanvasRenderingContext2D;
  readonly box: Box;
}

/** A canvas in device pixels, cleared, with axes, and clipped to the box. */
function prepare(canvas: HTMLCanvasElement, data: PlayerData): Sheet {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.scale(ratio, ratio);
  const box = { left: 44, top: 6, width: width - 50, height: height - 44 };
  pen.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  drawAxes({ pen, box }, data);
  pen.beginPath();
  pen.rect(box.left, box.top, box.width, box.height);
  pen.clip();
  return { pen, box };
}

function drawAxes({ pen, box }: Sheet, { extent: { x, y }, ticks, axes }: PlayerData): void {
  pen.fillStyle = pageColour("--muted");
  pen.strokeStyle = pageColour("--line");
  pen.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
  pen.textAlign = "center";
  for (const [value, text] of ticks.x)
    pen.fillText(text, box.left + (box.width * (value - x[0])) / (x[1] - x[0]), box.top + box.height + 15);
  pen.fillText(axes[0], box.left + box.width / 2, box.top + box.height + 32);
  if (axes.length === 2) {
    pen.save();
    pen.translate(11, box.top + box.height / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(axes[1], 0, 0);
    pen.restore();
  }
  pen.textAlign = "right";
  for (const [value, text] of ticks.y)
    pen.fillText(text, box.left - 6, box.top + 4 + box.height * (1 - (value - y[0]) / (y[1] - y[0])));
}

function drawPoints({ pen, box }: Sheet, { cloud, positions }: Moment): void {
  const radius = Math.max(1, Math.min(2, 60 / Math.sqrt(cloud.count)));
  pen.fillStyle = themed(cloud.colour);
  pen.globalAlpha = Math.max(0.3, Math.min(0.8, 25 / Math.sqrt(cloud.count)));
  for (let k = 0; k < cloud.count; k++) {
    const [x, y] = [positions[k], positions[cloud.count + k]];
    pen.beginPath();
    pen.arc(box.left + box.width * x, box.top + box.height * (1 - y), radius, 0, 2 * Math.PI);
    pen.fill();
  }
}

/** The density, with a rug of particles below it and the curve of the reference over it. */
function drawCurves({ pen, box }: Sheet, { cloud, positions, at }: Moment, reference: PlayerCloud): void {
  const floor = box.top + box.height;
  const colour = themed(cloud.colour);
  traceCurve({ pen, box }, cloud, at);
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke();
  pen.lineTo(box.left + box.width, floor);
  pen.lineTo(box.left, floor);
  pen.fillStyle = colour;
  pen.globalAlpha = 0.18;
  pen.fill();
  pen.globalAlpha = 0.45;
  const stride = Math.ceil(cloud.count / 300);
  for (let k = 0; k < cloud.count; k += stride)
    pen.fillRect(box.left + box.width * positions[k] - 0.5, floor - 9, 1, 9);
  if (cloud === reference) return;
  pen.globalAlpha = 0.9;
  pen.strokeStyle = themed(reference.colour);
  pen.lineWidth = 1.2;
  pen.setLineDash([5, 4]);
  traceCurve({ pen, box }, reference, at);
  pen.stroke();
}

function traceCurve({ pen, box }: Sheet, cloud: PlayerCloud, at: number): void {
  const from = Math.floor(at);
  const [curve, next] = [cloud.curves[from], cloud.curves[Math.min(cloud.curves.length - 1, from + 1)]];
  pen.beginPath();
  curve.forEach((value, i) => {
    const height = (value + (at - from) * (next[i] - value)) / 1000;
    pen.lineTo(box.left + (box.width * i) / (curve.length - 1), box.top + box.height * (1 - height));
  });
}
