/** @file The playground's page: what is drawn is sent to the worker, and what comes back is shown. */
/// <reference lib="dom" />

import { type Drawing, densityOf, emptyDrawing, erased, isEmpty, painted, stroke } from "../drawing.ts";
import { examples } from "../examples.ts";
import {
  type InitialDensity,
  type PlaygroundData,
  type PlaygroundFrame,
  referenceNames,
} from "../protocol.ts";
import { tableDensity } from "../table.ts";
import { pageElements } from "./elements.ts";
import { energyChart } from "./energyChart.ts";
import { operatorClient } from "./operatorClient.ts";
import { readPalette } from "./palette.ts";
import { pen } from "./pen.ts";
import { playback } from "./playback.ts";
import { rates } from "./rates.ts";
import { drawScale } from "./scale.ts";
import { shortcuts } from "./shortcuts.ts";
import { type Between, surface } from "./surface.ts";

const page = pageElements();
const data = JSON.parse(page.text("playground-data")) as PlaygroundData;
const axes = { names: ["x₁", "x₂"] as [string, string] };
let palette = readPalette();
let drawing: Drawing = emptyDrawing();
let least: number | undefined;
let runtime = "";
let needsFrame = true;

const panels = [page.learned, page.reference].map((canvas) =>
  surface(
    canvas,
    () => axes.names,
    () => palette,
  ),
);
const speedometer = rates();
const film = playback(() => operator.step());
const operator = operatorClient(
  { data, model: page.text("model") },
  { provider: "wasm", script: page.text("worker-script"), runtime: page.text("runtime") },
  {
    ready(message) {
      ({ least } = message);
      page.leastKey.hidden = least === undefined;
      runtime = message.runtime;
      if (document.body.dataset["ready"] === undefined) void offerGraphics();
      document.body.dataset["ready"] = "true";
      show();
    },
    frame(frame) {
      if (frame.step > 0) speedometer.stepped(frame.milliseconds);
      film.take(frame);
      show();
    },
    failed(message) {
      film.pause();
      complain(`The operator stopped: ${message}`);
    },
  },
);
const brush = pen(page.learned, panels[0], {
  brush: () => ({ size: Number(page.size.value), erases: page.erase.checked }),
  apply(from, to) {
    const dabs = stroke(from, to);
    change(
      page.erase.checked ? dabs.reduce((left, dab) => erased(left, dab), drawing) : painted(drawing, dabs),
    );
  },
  moved: show,
});

/** Something is to be drawn in the next frame. */
function show(): void {
  needsFrame = true;
}

function complain(message: string): void {
  page.alert.textContent = message;
}

/** Another density was drawn: time is zero again. */
function change(next: Drawing): void {
  drawing = next;
  axes.names = ["x₁", "x₂"];
  page.status.dataset["source"] = "drawing";
  complain("");
  film.pause();
  if (isEmpty(drawing)) {
    density = undefined;
    operator.cancel();
    film.clear();
  } else begin(densityOf(drawing));
  show();
}

let density: InitialDensity | undefined;
function begin(next: InitialDensity): void {
  density = next;
  operator.begin(next, Number(page.particles.value));
}

function restart(): void {
  film.pause();
  if (density !== undefined) begin(density);
}

function toggle(): void {
  if (film.isPlaying) film.pause();
  else if (density === undefined)
    complain("There is nothing to evolve yet: draw a density, or take an example.");
  else film.play();
  show();
}

async function openTable(file: File): Promise<void> {
  try {
    const table = tableDensity(await file.text(), file.name);
    change(emptyDrawing());
    axes.names = [`${table.columns[0]} (standardised)`, `${table.columns[1]} (standardised)`];
    begin(table.density);
    const part = table.used < table.rows ? `, ${table.used} of them taken at random` : "";
    page.status.dataset["source"] = `${file.name}: ${table.rows} rows${part}`;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
  }
}

function between(): { readonly learned: Between; readonly reference: Between } | undefined {
  const around = film.around();
  if (around === undefined) return undefined;
  const { from, to, share } = around;
  const of = (name: "learned" | "reference"): Between => ({ from: from[name], to: to[name], share });
  return { learned: of("learned"), reference: of("reference") };
}

/** Milliseconds between two drawings of the chart and the texts while time runs: drawn with every frame they cost as much as the particles. */
const textInterval = 100;
let textsDrawn = 0;

function render(now: number): void {
  const state = between();
  panels[0].draw(state?.learned, brush.brush);
  panels[1].draw(state?.reference);
  if (film.isPlaying && now - textsDrawn < textInterval) return;
  textsDrawn = now;
  const shown = film.energies.learned.slice(0, Math.ceil(film.position) + 1);
  page.chart.innerHTML = energyChart(
    {
      tau: data.flow.tau,
      learned: shown,
      reference: film.energies.reference.slice(0, shown.length),
      referenceName: referenceNames[data.reference],
      least,
      position: film.position,
    },
    Math.max(280, page.chart.clientWidth),
  );
  report(film.around()?.from);
}

function report(frame: PlaygroundFrame | undefined): void {
  const time = film.position * data.flow.tau;
  const digits = Math.max(2, Math.ceil(-Math.log10(data.flow.tau)) + 1);
  page.time.textContent = `t = ${time.toFixed(digits)}`;
  page.play.textContent = film.isPlaying ? "❚❚ Pause" : "▶ Play";
  page.play.setAttribute("aria-pressed", String(film.isPlaying));
  const error = frame?.learned.energyError ?? 1;
  const decimals = Math.min(6, Math.max(3, 1 - Math.floor(Math.log10(error))));
  const number = (x: number) => x.toFixed(decimals).replace("-", "−");
  const energies = frame && [
    `E = ${number(frame.learned.energy)} ± ${number(error)} learned`,
    `${referenceNames[data.reference]} ${number(frame.reference.energy)}`,
    least === undefined ? undefined : `${number(least)} at the steady state`,
  ];
  page.readout.textContent = (energies ?? []).filter((text) => text !== undefined).join(", ");
  const [steps, frames] = [speedometer.stepsPerSecond(), speedometer.framesPerSecond()];
  page.status.dataset["stepsPerSecond"] = steps?.toFixed(2) ?? "";
  page.status.dataset["framesPerSecond"] = frames?.toFixed(1) ?? "";
  const source = page.status.dataset["source"];
  page.status.textContent = [
    runtime === "" ? "Opening the operator …" : runtime,
    steps && `a step takes ${(1000 / steps).toFixed(0)} ms`,
    film.isPlaying && frames && `${frames.toFixed(0)} frames a second`,
    source !== undefined && source !== "drawing" && source,
  ]
    .filter((text) => typeof text === "string")
    .join(" · ");
}

let before = 0;
function tick(now: number): void {
  const seconds = Math.min(0.25, (now - before) / 1000);
  before = now;
  if (film.isPlaying) {
    film.advance(seconds, Number(page.speed.value));
    speedometer.drew(now);
    needsFrame = true;
  } else speedometer.rest();
  if (needsFrame) {
    needsFrame = false;
    render(now);
  }
  requestAnimationFrame(tick);
}

function fitPanels(): void {
  for (const panel of panels) panel.resize();
  palette = readPalette();
  drawScale(page.scale, palette);
  show();
}

/** Lets the graphics processor try, where the page has what it takes and the machine has one; `#webgpu` insists on it. */
async function offerGraphics(): Promise<void> {
  const insists = location.hash === "#webgpu";
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GraphicsAdapter | null> } };
  if (gpu === undefined || !page.has("webgpu-script")) return;
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter === null || ((adapter.info?.isFallbackAdapter ?? false) && !insists)) return;
  const [script, runtime] = [page.text("webgpu-script"), page.text("webgpu-runtime")];
  operator.offer({ provider: "webgpu", script, runtime }, { always: insists });
}

/** What is read of WebGPU's `GPUAdapter`, which the compiler's library does not know. */
interface GraphicsAdapter {
  /** A fallback computes graphics on the processor. */
  readonly info?: { readonly isFallbackAdapter?: boolean };
}

function connect(): void {
  page.play.addEventListener("click", toggle);
  page.step.addEventListener("click", () => {
    film.stepOnce();
    show();
  });
  page.reset.addEventListener("click", restart);
  page.clear.addEventListener("click", () => change(emptyDrawing()));
  page.particles.addEventListener("change", restart);
  page.openFile.addEventListener("click", () => page.file.click());
  page.file.addEventListener("change", () => {
    const [file] = page.file.files ?? [];
    if (file !== undefined) void openTable(file);
    page.file.value = ""; // the same file again is a change
  });
  page.examples.forEach((button, k) => {
    button.addEventListener("click", () => change(painted(emptyDrawing(), examples[k].dabs)));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void openTable(file);
  });
  shortcuts(page);
  new ResizeObserver(fitPanels).observe(page.learned);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", fitPanels);
}

connect();
fitPanels();
change(painted(emptyDrawing(), examples[2].dabs));
requestAnimationFrame(tick);
