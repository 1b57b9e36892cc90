/** @file Data and colours that the page holds. */
/// <reference lib="dom" />

/** The data in the first element below `scope` that the selector finds. */
export function readJson<T>(scope: Element, selector: string): T {
  return JSON.parse(scope.querySelector(selector)?.textContent ?? "null") as T;
}

/** A colour of the style sheet, light or dark as the page is. */
export function pageColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The colour of a figure, as the page's theme has it. */
export function themed(hex: string): string {
  return pageColour(`--c${hex.slice(1)}`) || hex;
}
