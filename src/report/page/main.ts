/** @file The script inside a report: it plays the particles and reads values off the charts. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { startChart } from "./chart.ts";
import { startPlayer } from "./player.ts";

for (const root of document.querySelectorAll<HTMLElement>(".chart")) startChart(root);
for (const root of document.querySelectorAll<HTMLElement>(".player")) {
  startPlayer(root).catch((error: unknown) => {
    const message = root.querySelector(".player-message");
    if (message !== null)
      message.textContent = `The particles could not be unpacked in this browser (${String(error)}); the density panels show the same states.`;
  });
}
