/** @file The frame that every figure shares: type, ink, sizes, and the small pieces of text in it. */

import { ink, mutedInk } from "./colours.ts";
import { type Attributes, element, escapeText } from "./markup.ts";

export const fontStack = "Inter, 'Helvetica Neue', Arial, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
export const fontSize = 12;

export interface FigureFrame {
  readonly width: number;
  readonly height: number;
  /** Read aloud in the place of the picture. */
  readonly label: string;
}

/** White space around every figure, in pixels. */
const PADDING = 8;

/** A complete SVG document: nothing in it refers to anything outside it. */
export function figure(frame: FigureFrame, ...children: readonly string[]): string {
  const width = Math.ceil(frame.width) + 2 * PADDING;
  const height = Math.ceil(frame.height) + 2 * PADDING;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `${-PADDING} ${-PADDING} ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-label": frame.label,
      "font-family": fontStack,
      "font-size": fontSize,
      fill: "none",
      color: ink,
    },
    ...children,
  );
}

export interface TextOptions {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly bold?: boolean;
  readonly italic?: boolean;
  /** Default: the page's ink. */
  readonly colour?: string;
  readonly rotate?: number;
}

/** One line of text. */
export function label(content: string, options: TextOptions): string {
  const {
    x,
    y,
    anchor = "start",
    size = fontSize,
    bold = false,
    italic = false,
    colour = "currentColor",
    rotate,
  } = options;
  const attributes: Attributes = {
    x,
    y,
    fill: colour,
    "text-anchor": anchor === "start" ? undefined : anchor,
    "font-size": size === fontSize ? undefined : size,
    "font-weight": bold ? 600 : undefined,
    "font-style": italic ? "italic" : undefined,
    transform: rotate === undefined ? undefined : `rotate(${rotate} ${x} ${y})`,
  };
  return element("text", attributes, escapeText(content));
}

/** A figure's title: bold, at the left edge. */
export function figureTitle(content: string | undefined, x: number): string {
  return content === undefined || content === "" ? "" : label(content, { x, y: 17, size: 14, bold: true });
}

export function mutedLabel(content: string, options: TextOptions): string {
  return label(content, { size: 11, colour: mutedInk, ...options });
}

/** Width in pixels that `text` takes at `size`, near enough to place things beside it. */
export function textWidth(text: string, size: number = fontSize): number {
  let em = 0;
  for (const character of text) {
    em += /[ilj.,:;'|!\u2009 ]/.test(character)
      ? 0.3
      : /[mwMW@%]/.test(character)
        ? 0.9
        : /[A-Z0-9−+×=]/.test(character)
          ? 0.65
          : 0.57;
  }
  return em * size;
}

/** `text`, cut with an ellipsis so that it takes at most `width` pixels. */
export function shortened(text: string, width: number, size: number = fontSize): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > width) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** Moves labels apart so that neighbours are at least `gap` apart and all stay inside `range`, each as near its wish as that allows. */
export function spreadOut(
  wishes: readonly number[],
  gap: number,
  range: readonly [number, number],
): number[] {
  const order = wishes.map((_, i) => i).sort((a, b) => wishes[a] - wishes[b]);
  const placed = [...wishes];
  for (let round = 0; round < 60; round++) {
    for (let k = 1; k < order.length; k++) {
      const [above, below] = [order[k - 1], order[k]];
      const overlap = gap - (placed[below] - placed[above]);
      if (overlap > 0) {
        placed[above] -= overlap / 2;
        placed[below] += overlap / 2;
      }
    }
    for (const i of order) placed[i] = Math.min(range[1], Math.max(range[0], placed[i]));
  }
  return placed;
}
