/** @file The elements of the page that its script works with. */
/// <reference lib="dom" />

function byId<E extends HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element "${id}"`);
  return found as E;
}

/** Every element by its id; it is an error of this package when one is missing. */
export function pageElements() {
  return {
    learned: byId<HTMLCanvasElement>("learned"),
    reference: byId<HTMLCanvasElement>("reference"),
    chart: byId("energy-chart"),
    leastKey: byId("least-key"),
    readout: byId("readout"),
    status: byId("status"),
    alert: byId("alert"),
    time: byId<HTMLOutputElement>("time"),
    play: byId<HTMLButtonElement>("play"),
    step: byId<HTMLButtonElement>("step"),
    reset: byId<HTMLButtonElement>("reset"),
    clear: byId<HTMLButtonElement>("clear"),
    draw: byId<HTMLInputElement>("draw"),
    erase: byId<HTMLInputElement>("erase"),
    size: byId<HTMLInputElement>("brush-size"),
    speed: byId<HTMLSelectElement>("speed"),
    particles: byId<HTMLSelectElement>("particles"),
    file: byId<HTMLInputElement>("table"),
    openFile: byId<HTMLButtonElement>("open-table"),
    scale: byId<HTMLCanvasElement>("scale"),
    examples: [...document.querySelectorAll<HTMLButtonElement>("[data-example]")],
    has: (id: string) => document.getElementById(id) !== null,
    text: (id: string) => byId(id).textContent ?? "",
  };
}

export type PageElements = ReturnType<typeof pageElements>;
