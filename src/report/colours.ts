/** @file Colours that survive colour blindness, grey printing and a dark page. */
import { check } from "../check/check.ts";

/**
 * One fixed colour for each method, so that a reader learns it once. From Okabe & Ito's set for colour-blind readers;
 * every one has a contrast above 3:1 on white, and a lighter twin for dark pages in {@link darkTwins}.
 */
export const methodColours = {
  operator: "#0072b2",
  perStep: "#d55e00",
  exact: "#1f2328",
  euler: "#a8588c",
  identity: "#7a828b",
  floor: "#00855f",
} as const;

/** Colours for series that name none, in the order in which they are given out. */
export const palette: readonly string[] = [
  methodColours.operator,
  methodColours.perStep,
  methodColours.floor,
  methodColours.euler,
  "#8a6d00",
  methodColours.identity,
];

/** What the report's style sheet puts in the place of a colour on a dark page. */
export const darkTwins: Readonly<Record<string, string>> = {
  "#0072b2": "#5ab4ee",
  "#d55e00": "#ff8f4a",
  "#1f2328": "#e8eaed",
  "#a8588c": "#e59acb",
  "#7a828b": "#9aa3ad",
  "#00855f": "#3ccf9f",
  "#8a6d00": "#dcb73c",
};

/** A colour given by a caller, which ends in markup and in style sheets: only `#rrggbb` is let in. */
export function checkedColour(colour: string): string {
  check(/^#[0-9a-f]{6}$/i.test(colour), () => `colour must be written #rrggbb, got "${colour}".`);
  return colour.toLowerCase();
}

export const ink = "#1f2328";
export const mutedInk = "#5c656e";
export const gridInk = "#d9dde1";

/**
 * Colour map for densities: from white (no mass: the paper) through blue-green to deep indigo, in 256 steps of equal
 * OKLab lightness, so that equal differences of density look equal, and stay so in grey.
 *
 * @returns RGB triples, `[256 * 3]`.
 * @see Ottosson (2020), "A perceptual color space for image processing", for the OKLab matrices.
 */
export function densityColourMap(): Uint8Array {
  const table = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const lightness = 1 - 0.76 * t;
    const chroma = 0.135 * Math.sin(Math.PI * Math.min(1, t ** 0.8 * 0.86));
    const hue = ((195 + 85 * t) * Math.PI) / 180;
    table.set(oklabToRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)), 3 * i);
  }
  return table;
}

/** `t` in [0, 1] to `#rrggbb` on {@link densityColourMap}. */
export function densityColour(t: number): string {
  const index = Math.round(255 * Math.min(1, Math.max(0, t)));
  const [r, g, b] = MAP.subarray(3 * index, 3 * index + 3);
  return `#${[r, g, b].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function oklabToRgb(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const clipped = Math.min(1, Math.max(0, linear));
    const encoded = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
    return Math.round(255 * encoded);
  });
}

const MAP = densityColourMap();
