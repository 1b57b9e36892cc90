/** @file A player: a slider and a button move the clouds of its panels through time. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { PlayerData } from "../player.ts";
import { readJson } from "./elements.ts";
import { substeps } from "./format.ts";
import { between, unpackFrames } from "./frames.ts";
import { drawPanel } from "./panel.ts";

/** Unpacks the particles of a player and makes its controls work. Rejects where the browser cannot unpack them. */
export async function startPlayer(root: HTMLElement): Promise<void> {
  const data = readJson<PlayerData>(root, ".player-data");
  const slider = root.querySelector(".player-slider") as HTMLInputElement;
  const show = await screen(root, data, slider);
  const end = substeps * (data.times.length - 1);
  const film = projector(root.querySelector(".player-button") as HTMLButtonElement, slider, { end, show });
  slider.addEventListener("keydown", (event) => {
    if (event.key === " ") film.toggle();
    else if (event.key in moves) {
      film.pause();
      slider.value = String(substeps * (Math.round(Number(slider.value) / substeps) + moves[event.key]));
      show();
    } else return;
    event.preventDefault();
  });
  slider.addEventListener("input", () => {
    film.pause();
    show();
  });
  new ResizeObserver(show).observe(root);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  root.classList.add("player-ready");
  show();
}

/** By how many frames a key moves the slider. */
const moves: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 5,
  PageDown: -5,
};

/** What draws the panels and writes the time and the captions for where the slider is. */
async function screen(root: HTMLElement, data: PlayerData, slider: HTMLInputElement): Promise<() => void> {
  const frames = await Promise.all(
    data.clouds.map((cloud) => unpackFrames(cloud, data.times.length, data.axes.length)),
  );
  const canvases = [...root.querySelectorAll("canvas")];
  const captions = [...root.querySelectorAll<HTMLElement>(".player-caption")];
  const output = root.querySelector(".player-time") as HTMLOutputElement;
  const { times } = data;
  const last = times.length - 1;
  const step = (times[last] - times[0]) / Math.max(1, last);
  const digits = Math.max(2, Math.ceil(-Math.log10(step || 1)) + 1);
  return () => {
    const at = Math.min(last, Number(slider.value) / substeps);
    const from = Math.floor(at);
    const time = times[from] + (at - from) * ((times[from + 1] ?? times[last]) - times[from]);
    const nearest = Math.round(at);
    output.textContent = `${data.timeLabel} = ${time.toFixed(digits)}`;
    slider.setAttribute("aria-valuetext", `${output.textContent}, frame ${nearest + 1} of ${last + 1}`);
    data.clouds.forEach((cloud, i) => {
      drawPanel(canvases[i], data, { cloud, positions: between(frames[i], at, cloud.follows), at });
      captions[i].textContent = cloud.captions[nearest] ?? "";
    });
  };
}

/** Moves the slider by itself; the button starts and stops it, and so does `toggle`. */
function projector(
  button: HTMLButtonElement,
  slider: HTMLInputElement,
  { end, show }: { readonly end: number; readonly show: () => void },
) {
  const title = (button.getAttribute("aria-label") ?? "").replace(/^Play /, "");
  let playing = 0;
  const label = (sign: string, verb: string, pressed: boolean) => {
    button.textContent = sign;
    button.setAttribute("aria-pressed", String(pressed));
    button.setAttribute("aria-label", `${verb} ${title}`);
  };
  const pause = () => {
    cancelAnimationFrame(playing);
    playing = 0;
    label("▶", "Play", false);
  };
  const play = () => {
    if (Number(slider.value) >= end) slider.value = "0";
    const begin = performance.now();
    const start = Number(slider.value);
    const speed = end / Math.max(3000, Math.min(9000, (350 * end) / substeps)); // slider positions a millisecond
    const whole = matchMedia("(prefers-reduced-motion: reduce)").matches ? substeps : 1;
    label("❚❚", "Pause", true);
    const tick = (now: number) => {
      const position = Math.min(end, start + speed * (now - begin));
      slider.value = String(whole * Math.floor(position / whole));
      show();
      if (position >= end) pause();
      else playing = requestAnimationFrame(tick);
    };
    playing = requestAnimationFrame(tick);
  };
  const toggle = () => (playing === 0 ? play() : pause());
  button.addEventListener("click", toggle);
  return { pause, toggle };
}
