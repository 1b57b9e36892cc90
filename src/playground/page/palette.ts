/** @file The colours of the page as it is now, light or dark. */
/// <reference lib="dom" />

import { densityColour } from "../../report/colours.ts";

export interface Palette {
  readonly page: string;
  readonly card: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly font: string;
  /** Colours of particles, from the thinnest density to the densest. */
  readonly levels: readonly string[];
}

/** Densities at the two ends of the colour scale, in units of mass over area. */
export const densityRange = [1e-3, 1] as const;

const levelCount = 32;

/** Where a density lies on the colour scale, 0 to 1, by its logarithm. */
export function sharesOf(logDensity: number): number {
  const [low, high] = densityRange.map(Math.log);
  return Math.min(1, Math.max(0, (logDensity - low) / (high - low)));
}

/** Reads the style sheet's variables. On a dark page dense is light, so that dense always stands out. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const [thin, dense] = isDark ? [0.68, 0.06] : [0.26, 1];
  return {
    page: colour("--page"),
    card: colour("--card"),
    text: colour("--text"),
    muted: colour("--muted"),
    line: colour("--line"),
    font: getComputedStyle(document.body).fontFamily,
    levels: Array.from({ length: levelCount }, (_, k) =>
      densityColour(thin + ((dense - thin) * k) / (levelCount - 1)),
    ),
  };
}
