/** @file The playground as one HTML file: scripts, runtime and operator are in it, and it loads nothing. */

import { deflateRawSync } from "node:zlib";
import { check } from "../check/check.ts";
import { type Attributes, element, escapeText, jsonForScript } from "../report/markup.ts";
import { styleSheet } from "../report/style.ts";
import { examples } from "./examples.ts";
import { type PlaygroundData, referenceNames } from "./protocol.ts";
import { playgroundStyle } from "./style.ts";

/** What the page is made of. */
export interface PlaygroundParts {
  readonly data: PlaygroundData;
  /** Of the page, of its worker, and of the worker that computes on the graphics processor. */
  readonly scripts: Readonly<Record<"playground" | "worker" | "webgpu", string>>;
  /** `field.onnx`: the operator's velocity field. */
  readonly model: Uint8Array;
  /** The WebAssembly of ONNX Runtime. */
  readonly runtime: Uint8Array;
  /** That of its build for WebGPU, with which the page is more than twice as large; without it the page computes on the processor. */
  readonly webgpuRuntime?: Uint8Array;
}

/** The worker runs from a blob, and WebAssembly is compiled from memory; nothing may be loaded from anywhere. */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:";

/** The page as one document. */
export function renderPlayground(parts: PlaygroundParts): string {
  const { data, scripts } = parts;
  const { title } = data;
  const head = [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)}</title>`,
    `<style>${styleSheet}${playgroundStyle}</style>`,
  ];
  const store = (id: string, text: string, type = "text/plain") => element("script", { id, type }, text);
  const body = [
    header(data),
    element("main", {}, tools(), panels(data), controls(), chart(data), keys(data)),
    element("footer", {}, "Made by learn-to-evolve. This file is complete: it loads nothing."),
    store("playground-data", jsonForScript(data), "application/json"),
    store("model", packed(parts.model)),
    store("runtime", packed(parts.runtime)),
    store("worker-script", scripts.worker),
    ...(parts.webgpuRuntime === undefined
      ? []
      : [store("webgpu-script", scripts.webgpu), store("webgpu-runtime", packed(parts.webgpuRuntime))]),
    element("script", {}, scripts.playground),
  ];
  return `<!doctype html>\n<html lang="en">\n<head>\n${head.join("\n")}\n</head>\n<body>\n${body.join("\n")}\n</body>\n</html>\n`;
}

/** Base64 of the raw deflate: text that a browser can unpack by itself. */
function packed(bytes: Uint8Array): string {
  return deflateRawSync(bytes, { level: 9 }).toString("base64");
}

function header({ title, flow, reference }: PlaygroundData): string {
  return element(
    "header",
    {},
    element("h1", {}, escapeText(title)),
    element(
      "p",
      { class: "subtitle" },
      `Draw a density, then play: a learned operator evolves it in this page, one forward pass a step of τ = ${flow.tau}, beside the ${beside[reference].title.toLowerCase()}.`,
    ),
  );
}

function button(id: string, label: string, attributes: Attributes = {}): string {
  return element("button", { id, type: "button", class: "tool", ...attributes }, escapeText(label));
}

function tools(): string {
  const radio = (id: string, label: string, checked: boolean) =>
    element(
      "label",
      { class: "choice" },
      element("input", { type: "radio", name: "brush", id, checked }),
      element("span", {}, label),
    );
  return element(
    "div",
    { class: "tools", role: "group", "aria-label": "The initial density" },
    ...examples.map(({ name }, k) =>
      element(
        "button",
        { type: "button", class: "tool", "data-example": name, "aria-keyshortcuts": String(k + 1) },
        escapeText(name),
      ),
    ),
    button("open-table", "CSV file …", { "aria-keyshortcuts": "o" }),
    element("input", {
      ...{ type: "file", id: "table", accept: ".csv,.tsv,.txt,text/csv", hidden: true },
      "aria-label": "A table of points",
      tabindex: "-1",
    }),
    button("clear", "Clear", { "aria-keyshortcuts": "c" }),
    element(
      "span",
      { class: "brush", role: "radiogroup", "aria-label": "Brush" },
      radio("draw", "Draw", true),
      radio("erase", "Erase", false),
    ),
    element(
      "label",
      { class: "slider" },
      "Size ",
      element("input", {
        ...{ type: "range", id: "brush-size", min: "0.05", max: "0.8" },
        step: "0.05",
        value: "0.2",
      }),
    ),
  );
}

function panels({ flow, reference }: PlaygroundData): string {
  const panel = (id: string, title: string, note: string, attributes: Attributes) =>
    element(
      "figure",
      { class: `play-panel play-${id}` },
      element("figcaption", {}, title, element("small", {}, note)),
      element("canvas", { id, ...attributes }),
    );
  return [
    element(
      "div",
      { class: "play-panels" },
      panel("learned", "Learned operator", `τ = ${flow.tau}; draw here`, {
        tabindex: "0",
        role: "application",
        "aria-label":
          "Particles of the learned operator, and the sheet to draw on. Arrow keys move the brush, Enter paints, with Shift arrows draw.",
      }),
      panel("reference", beside[reference].title, `${escapeText(flow.name)}, ${beside[reference].note}`, {
        role: "img",
        "aria-label": `Particles of the ${referenceNames[reference]} at the same time`,
      }),
    ),
    element(
      "p",
      { class: "scale" },
      element("span", {}, "Colour: the density ρ that a particle carries, in mass per area"),
      element("canvas", { id: "scale", role: "img", "aria-label": "Colours of densities from 0.001 to 1" }),
    ),
  ].join("");
}

function controls(): string {
  const list = (id: string, label: string, options: readonly (readonly [string, string, boolean?])[]) =>
    element(
      "label",
      { class: "slider" },
      element("span", { class: "word" }, label),
      element(
        "select",
        { id, "aria-label": label },
        ...options.map(([value, text, selected]) =>
          element("option", { value, selected: selected === true }, text),
        ),
      ),
    );
  return [
    element(
      "div",
      { class: "tools time-tools", role: "group", "aria-label": "Time" },
      button("play", "▶ Play", {
        class: "tool primary",
        "aria-pressed": "false",
        "aria-keyshortcuts": "Space",
      }),
      button("step", "Step", { "aria-keyshortcuts": "n" }),
      button("reset", "Reset", { "aria-keyshortcuts": "r" }),
      element("output", { id: "time", class: "time" }, "t = 0"),
      list("speed", "Speed", [
        ["1", "1 step/s"],
        ["2", "2 steps/s"],
        ["5", "5 steps/s", true],
        ["10", "10 steps/s"],
      ]),
      list("particles", "Number", [
        ["1024", "1,024 particles"],
        ["2048", "2,048 particles"],
        ["4096", "4,096 particles", true],
        ["8192", "8,192 particles"],
      ]),
    ),
    element("p", { id: "alert", role: "alert" }),
  ].join("");
}

function chart({ reference }: PlaygroundData): string {
  const key = (kind: string, label: string) =>
    element("span", { class: `key key-${kind}` }, element("i", {}), label);
  return element(
    "figure",
    { class: "energy" },
    element(
      "figcaption",
      {},
      "Free energy",
      key("learned", "learned operator"),
      key("exact", referenceNames[reference]),
      element("span", { id: "least-key", hidden: true }, key("least", "steady state")),
    ),
    element("div", { id: "energy-chart" }),
    element("p", { id: "readout", class: "player-caption" }),
    element("p", { id: "status", role: "status", class: "player-caption" }, "Opening the operator …"),
  );
}

function keys({ reference }: PlaygroundData): string {
  const rows: readonly (readonly [string, string])[] = [
    ["Space", "play or pause"],
    ["N", "one step"],
    ["R", "back to the initial density"],
    [`1 – ${examples.length}`, "an example"],
    ["C", "clear"],
    ["D, E", "draw, erase"],
    ["[ , ]", "smaller, larger brush"],
    ["O", "open a CSV file"],
    ["Arrows, Enter", "on the sheet: move the brush, paint; with Shift arrows draw"],
  ];
  return element(
    "details",
    { class: "shortcuts" },
    element("summary", {}, "Keyboard, and what is shown"),
    element(
      "dl",
      {},
      ...rows.flatMap(([key, what]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, what)]),
    ),
    ...explanations(reference).map((text) => element("p", { class: "explanation" }, text)),
  );
}

/** What the page says of what it shows beside the operator. */
const beside = {
  exact: {
    title: "Exact solution",
    note: "in closed form",
    explanation:
      "The equation is linear, so every Gaussian of the mixture evolves by itself in closed form; particles of the exact solution are samples of it.",
  },
  volumes: {
    title: "Equation on a grid",
    note: "by finite volumes",
    explanation:
      "No solution of this equation from any initial density is known in closed form. Beside the operator finite volumes solve it on a grid; the particles there follow its velocity, and are coloured by its density.",
  },
} as const;

function explanations(reference: PlaygroundData["reference"]): string[] {
  return [
    "What is drawn becomes a mixture of Gaussians, so that particles start with their exact densities. The operator moves them and divides their densities by the exact determinants of its map; between two steps particles are shown on straight lines, as optimal transport moves them.",
    `${beside[reference].explanation} The operator makes implicit steps of length τ, which lag behind the equation by an error of order τ even where each is exact; its own error comes on top, and is larger for shapes unlike those that it was trained on.`,
    "A CSV file needs a header and two columns of numbers: their kernel density, standardised, is the initial one.",
  ];
}

/** Throws where the page could not show an operator. */
export function checkPlayable(checkpoint: string, record: unknown): asserts record is PlaygroundData["flow"] {
  const flow = record as PlaygroundData["flow"] & {
    readonly mobility?: string;
    readonly conservative?: string;
  };
  check(
    flow.dimension === 2,
    () =>
      `checkpoint ${checkpoint}: a playground is a plane, and this operator is of dimension ${flow.dimension}. Use l2e rollout.`,
  );
  check(
    flow.mobility === "wasserstein" && flow.conservative === undefined,
    () =>
      `checkpoint ${checkpoint}: a playground shows Wasserstein gradient flows, and this operator's mobility is ${flow.mobility}. Use l2e rollout.`,
  );
}
