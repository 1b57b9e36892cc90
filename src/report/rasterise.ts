/** @file Figures as PNG files, with the same letters on every machine. */
import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";

const FONT_PACKAGE = "@expo-google-fonts/inter";
const FONT_FILES = [
  "400Regular/Inter_400Regular.ttf",
  "400Regular_Italic/Inter_400Regular_Italic.ttf",
  "600SemiBold/Inter_600SemiBold.ttf",
];

export interface RasterOptions {
  /** Pixels of the PNG for one of the SVG; 2 unless given. */
  readonly scale?: number;
  /** A CSS colour; white unless given. */
  readonly background?: string;
  /** TrueType files to write text with, in the place of the bundled Inter. */
  readonly fontFiles?: readonly string[];
}

/** The bytes of a PNG file. Text is set in the bundled Inter (SIL Open Font License), so that no font need be installed. */
export function svgToPng(svg: string, options: RasterOptions = {}): Uint8Array {
  const { scale = 2, background = "white", fontFiles = bundledFonts() } = options;
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    background,
    font: {
      fontFiles: [...fontFiles],
      loadSystemFonts: fontFiles.length === 0,
      defaultFontFamily: "Inter",
      sansSerifFamily: "Inter",
    },
  });
  return resvg.render().asPng();
}

/** Paths of the bundled font's files; empty where its package was left out, and then the system's fonts are used. */
export function bundledFonts(): string[] {
  const { resolve } = createRequire(import.meta.url);
  try {
    return FONT_FILES.map((file) => resolve(`${FONT_PACKAGE}/${file}`));
  } catch {
    return [];
  }
}
