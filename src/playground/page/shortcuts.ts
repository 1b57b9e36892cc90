/** @file Keys that do what the buttons do. */
/// <reference lib="dom" />

import type { PageElements } from "./elements.ts";

/** Listens on the whole page, and leaves keys alone that a control has a use for. */
export function shortcuts(page: PageElements): void {
  const press = (button: HTMLElement) => () => button.click();
  const resize = (sign: number) => () => {
    page.size.stepUp(2 * sign);
    page.size.dispatchEvent(new Event("input"));
  };
  const keys: Readonly<Record<string, () => void>> = {
    " ": press(page.play),
    n: press(page.step),
    r: press(page.reset),
    c: press(page.clear),
    d: press(page.draw),
    e: press(page.erase),
    o: press(page.openFile),
    "[": resize(-1),
    "]": resize(1),
    ...Object.fromEntries(page.examples.map((button, k) => [String(k + 1), press(button)])),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    // A focused button is pressed by the space bar already, a slider and a list take keys of their own.
    const own =
      target instanceof HTMLButtonElement || (target instanceof HTMLElement && target.tagName === "SUMMARY");
    if (key === " " && own) return;
    if (target instanceof HTMLSelectElement) return;
    const action = keys[key.toLowerCase()];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
