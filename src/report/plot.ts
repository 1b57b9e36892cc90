/** @file Observable Plot without a browser: the marks that it draws, as a string of SVG elements. */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { element } from "./markup.ts";

export { Plot };

const { document } = parseHTML("<!doctype html><html><body></body></html>");

export interface Drawing {
  /** The elements of the plot without the outer `<svg>`, to be put into a {@link figure}. */
  readonly content: string;
  scale(name: "x" | "y", value: number): number;
}

/** Runs Plot and keeps its shapes; text, titles and legends are the figure's own. */
export function draw(options: Plot.PlotOptions): Drawing {
  const svg = Plot.plot({ ...options, document: document as never }) as unknown as {
    readonly children: ArrayLike<{ readonly localName: string; readonly outerHTML: string }>;
    scale(name: string): { apply(value: number): number };
  };
  const content = Array.from(svg.children)
    .filter((child) => child.localName !== "style")
    .map((child) => shortened(child.outerHTML))
    .join("");
  return {
    content: element("g", { fill: "currentColor", "text-anchor": "middle" }, content),
    scale: (name, value) => svg.scale(name).apply(value),
  };
}

/** Paths and places to a tenth of a pixel; texts and opacities stay as they are. */
function shortened(markup: string): string {
  return markup.replace(/ (?:d|transform)="[^"]*"/g, (attribute) =>
    attribute.replace(/-?\d+\.\d{2,}/g, (digits) => String(Math.round(Number(digits) * 10) / 10)),
  );
}
