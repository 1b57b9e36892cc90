/** @file The colour scale of the particles. */
/// <reference lib="dom" />

import { densityRange, type Palette } from "./palette.ts";

/** Draws the colours, thin to dense, with the densities that they stand for. */
export function drawScale(canvas: HTMLCanvasElement, palette: Palette): void {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const edge = 22;
  const span = width - 2 * edge;
  palette.levels.forEach((colour, k) => {
    pen.fillStyle = colour;
    pen.fillRect(edge + (span * k) / palette.levels.length, 0, span / palette.levels.length + 0.5, 9);
  });
  pen.font = `11px ${palette.font}`;
  pen.fillStyle = palette.muted;
  pen.textAlign = "center";
  const decades = Math.round(Math.log10(densityRange[1] / densityRange[0]));
  for (let k = 0; k <= decades; k++) {
    const value = densityRange[0] * 10 ** k;
    const sign = k === 0 ? "≤ " : k === decades ? "≥ " : "";
    pen.fillText(`${sign}${Number(value.toPrecision(1))}`, edge + (span * k) / decades, height - 2);
  }
}
