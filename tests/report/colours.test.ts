/** @file Colours: contrast, and a density map whose lightness falls in equal steps. */
import { describe, expect, it } from "vitest";
import {
  checkedColour,
  darkTwins,
  densityColourMap,
  methodColours,
  palette,
} from "../../src/report/colours.ts";

const linear = (channel: number) =>
  channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
const channels = (hex: string) =>
  [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255));
const luminance = (hex: string) =>
  channels(hex).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (a: string, b: string) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe("the palette", () => {
  it.each([...new Set([...palette, ...Object.values(methodColours)])])(
    "%s is readable on paper, and its twin on a dark page",
    (hex) => {
      expect(contrast(hex, "#ffffff")).toBeGreaterThan(3);
      expect(contrast(darkTwins[hex], "#121416")).toBeGreaterThan(4.5);
    },
  );

  it("lets in nothing but #rrggbb", () => {
    expect(checkedColour("#0072B2")).toBe("#0072b2");
    expect(() => checkedColour('red" onload="x')).toThrow("#rrggbb");
  });
});

describe("densityColourMap", () => {
  it("falls from white in equal steps of OKLab lightness", () => {
    const map = densityColourMap();
    expect([...map.subarray(0, 3)]).toEqual([255, 255, 255]);
    const lightness = Array.from({ length: 256 }, (_, i) => {
      const [r, g, b] = [0, 1, 2].map((c) => linear(map[3 * i + c] / 255));
      const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
      const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
      const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
      return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
    });
    const step = (lightness[0] - lightness[255]) / 255;
    expect(lightness[255]).toBeLessThan(0.3);
    for (let i = 0; i < 256; i++) expect(Math.abs(lightness[0] - i * step - lightness[i])).toBeLessThan(0.02);
  });
});
