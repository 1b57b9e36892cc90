/** @file Drawing on a panel with mouse, finger, stylus or the keyboard. */
/// <reference lib="dom" />

import { type Dab, halfWidth } from "../drawing.ts";
import type { Brush, Surface } from "./surface.ts";

export interface Pen {
  /** Where the brush is; undefined while neither pointer nor focus is on the panel. */
  readonly brush: Brush | undefined;
}

/** What one move of a key does to the brush. */
const moves: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, -1],
  ArrowUp: [0, 1],
};
const keyStep = 0.2;

/**
 * Makes a canvas a sheet to draw on.
 *
 * @param options.brush the size of the brush now, and whether it erases.
 * @param options.apply a piece of a stroke, from where the brush was to where it is; the same twice for a single dab.
 * @param options.moved the brush is elsewhere, and nothing was drawn.
 */
export function pen(
  canvas: HTMLCanvasElement,
  surface: Surface,
  options: {
    readonly brush: () => { readonly size: number; readonly erases: boolean };
    readonly apply: (from: Dab, to: Dab) => void;
    readonly moved: () => void;
  },
): Pen {
  let place: { x: number; y: number } | undefined;
  let isDown = false;
  const dab = ({ x, y }: { readonly x: number; readonly y: number }): Dab => ({
    x,
    y,
    size: options.brush().size,
  });
  const goTo = (next: { x: number; y: number }, draws: boolean) => {
    const from = place ?? next;
    place = next;
    if (draws) options.apply(dab(from), dab(next));
    else options.moved();
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    isDown = true;
    place = undefined;
    goTo(surface.locate(event), true);
  });
  canvas.addEventListener("pointermove", (event) => {
    // The browser puts several moves into one event; a fast stroke would have corners without them.
    const path = event.getCoalescedEvents?.() ?? [];
    for (const each of path.length > 0 ? path : [event]) goTo(surface.locate(each), isDown);
  });
  const lift = () => {
    isDown = false;
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => {
    if (isDown) return;
    place = undefined;
    options.moved();
  });
  canvas.addEventListener("blur", () => {
    place = undefined;
    options.moved();
  });
  canvas.addEventListener("keydown", (event) => {
    const { key, shiftKey } = event;
    const now = place ?? { x: 0, y: 0 };
    if (key === "Enter") goTo(now, true);
    else if (key in moves) {
      const within = (z: number) => Math.max(-halfWidth, Math.min(halfWidth, z));
      const [dx, dy] = moves[key];
      goTo({ x: within(now.x + keyStep * dx), y: within(now.y + keyStep * dy) }, shiftKey);
    } else return;
    event.preventDefault();
  });
  return {
    get brush() {
      return place && { ...place, ...options.brush() };
    },
  };
}
