/** @file The script inside a report: it plays the particles and reads values off the charts. */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { ChartGeometry } from "./lineChart.ts";
import type { PlayerData } from "./player.ts";

/** Values that the page's script shares with the code that packs its data. */
export interface ClientSettings {
  readonly packLevels: number;
  readonly substeps: number;
}

/**
 * The script's source text. It is the text of {@link runReport} itself, so that the compiler checks it and no file has to be found
 * at run time; `__name` is what some TypeScript loaders wrap inner functions in.
 */
export function clientSource(settings: ClientSettings): string {
  const text = `((__name) => (${runReport.toString()})(${JSON.stringify(settings)}))((inner) => inner);`;
  return text.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
}

/** Runs in the browser alone: it must use nothing that is declared outside it. */
function runReport(settings: ClientSettings): void {
  type Cloud = PlayerData["clouds"][number];
  interface Box {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  }

  const readJson = <T>(scope: Element, selector: string): T =>
    JSON.parse(scope.querySelector(selector)?.textContent ?? "null") as T;
  const pageColour = (name: string): string =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const themed = (hex: string): string => pageColour(`--c${hex.slice(1)}`) || hex;

  /** Undoes `packFrames`: one array of window shares for each frame, all first coordinates before all second ones. */
  async function unpack(cloud: Cloud, frames: number, dimension: number): Promise<Float32Array[]> {
    const packed = Uint8Array.from(atob(cloud.packed), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    const size = cloud.count * dimension;
    const current = new Int32Array(size);
    return Array.from({ length: frames }, (_, f) => {
      for (let i = 0; i < size; i++) {
        const zigzag = bytes[f * size + i] + 256 * bytes[(frames + f) * size + i];
        current[i] += zigzag & 1 ? -(zigzag + 1) / 2 : zigzag / 2;
      }
      return Float32Array.from(current, (level) => (2 * level) / settings.packLevels - 0.5);
    });
  }

  /** A canvas in device pixels, cleared, with axes; gives the box that the data fill. */
  function prepare(canvas: HTMLCanvasElement, data: PlayerData): { pen: CanvasRenderingContext2D; box: Box } {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
    pen.scale(ratio, ratio);
    const box = { left: 44, top: 6, width: width - 50, height: height - 44 };
    pen.font = `11px ${getComputedStyle(canvas).fontFamily}`;
    pen.fillStyle = pageColour("--muted");
    pen.strokeStyle = pageColour("--line");
    pen.strokeRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1);
    const { x, y } = data.extent;
    pen.textAlign = "center";
    for (const [value, text] of data.ticks.x)
      pen.fillText(text, box.left + (box.width * (value - x[0])) / (x[1] - x[0]), box.top + box.height + 15);
    pen.fillText(data.axes[0], box.left + box.width / 2, box.top + box.height + 32);
    if (data.axes.length === 2) {
      pen.save();
      pen.translate(11, box.top + box.height / 2);
      pen.rotate(-Math.PI / 2);
      pen.fillText(data.axes[1], 0, 0);
      pen.restore();
    }
    pen.textAlign = "right";
    for (const [value, text] of data.ticks.y)
      pen.fillText(text, box.left - 6, box.top + 4 + box.height * (1 - (value - y[0]) / (y[1] - y[0])));
    pen.beginPath();
    pen.rect(box.left, box.top, box.width, box.height);
    pen.clip();
    return { pen, box };
  }

  /** Between two frames: particles on straight lines where they follow each other, else the nearer frame. */
  function blend(frames: readonly Float32Array[], at: number, follows: boolean): Float32Array {
    const from = Math.min(frames.length - 1, Math.floor(at));
    const share = at - from;
    if (share === 0) return frames[from];
    if (!follows) return frames[share < 0.5 ? from : from + 1];
    const next = frames[from + 1];
    return frames[from].map((value, i) => value + share * (next[i] - value));
  }

  function drawPlane(
    canvas: HTMLCanvasElement,
    data: PlayerData,
    cloud: Cloud,
    positions: Float32Array,
  ): void {
    const { pen, box } = prepare(canvas, data);
    const radius = Math.max(1, Math.min(2, 60 / Math.sqrt(cloud.count)));
    pen.fillStyle = themed(cloud.colour);
    pen.globalAlpha = Math.max(0.3, Math.min(0.8, 25 / Math.sqrt(cloud.count)));
    for (let k = 0; k < cloud.count; k++) {
      pen.beginPath();
      pen.arc(
        box.left + box.width * positions[k],
        box.top + box.height * (1 - positions[cloud.count + k]),
        radius,
        0,
        6.2832,
      );
      pen.fill();
    }
  }

  function traceCurve(pen: CanvasRenderingContext2D, box: Box, cloud: Cloud, at: number): void {
    const from = Math.floor(at);
    const [curve, next] = [cloud.curves[from], cloud.curves[Math.min(cloud.curves.length - 1, from + 1)]];
    pen.beginPath();
    curve.forEach((value, i) => {
      const height = (value + (at - from) * (next[i] - value)) / 1000;
      pen.lineTo(box.left + (box.width * i) / (curve.length - 1), box.top + box.height * (1 - height));
    });
  }

  function drawLine(
    canvas: HTMLCanvasElement,
    data: PlayerData,
    cloud: Cloud,
    options: { positions: Float32Array; at: number },
  ): void {
    const { pen, box } = prepare(canvas, data);
    const reference = data.clouds[data.clouds.length - 1];
    const floor = box.top + box.height;
    const colour = themed(cloud.colour);
    traceCurve(pen, box, cloud, options.at);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.stroke();
    pen.lineTo(box.left + box.width, floor);
    pen.lineTo(box.left, floor);
    pen.fillStyle = colour;
    pen.globalAlpha = 0.18;
    pen.fill();
    pen.globalAlpha = 0.45;
    const stride = Math.ceil(cloud.count / 300);
    for (let k = 0; k < cloud.count; k += stride)
      pen.fillRect(box.left + box.width * options.positions[k] - 0.5, floor - 9, 1, 9);
    if (cloud === reference) return;
    pen.globalAlpha = 0.9;
    pen.strokeStyle = themed(reference.colour);
    pen.lineWidth = 1.2;
    pen.setLineDash([5, 4]);
    traceCurve(pen, box, reference, options.at);
    pen.stroke();
  }

  async function startPlayer(root: HTMLElement): Promise<void> {
    const data = readJson<PlayerData>(root, ".player-data");
    const frames = await Promise.all(
      data.clouds.map((cloud) => unpack(cloud, data.times.length, data.axes.length)),
    );
    const canvases = [...root.querySelectorAll("canvas")];
    const captions = [...root.querySelectorAll<HTMLElement>(".player-caption")];
    const slider = root.querySelector(".player-slider") as HTMLInputElement;
    const button = root.querySelector(".player-button") as HTMLButtonElement;
    const output = root.querySelector(".player-time") as HTMLOutputElement;
    const last = data.times.length - 1;
    const title = (button.getAttribute("aria-label") ?? "").replace(/^Play /, "");
    const digits = Math.max(
      2,
      Math.ceil(-Math.log10((data.times[last] - data.times[0]) / Math.max(1, last) || 1)) + 1,
    );
    let playing = 0;

    const show = (): void => {
      const at = Math.min(last, Number(slider.value) / settings.substeps);
      const from = Math.floor(at);
      const time =
        data.times[from] + (at - from) * ((data.times[from + 1] ?? data.times[last]) - data.times[from]);
      const nearest = Math.round(at);
      output.textContent = `${data.timeLabel} = ${time.toFixed(digits)}`;
      slider.setAttribute("aria-valuetext", `${output.textContent}, frame ${nearest + 1} of ${last + 1}`);
      data.clouds.forEach((cloud, i) => {
        const positions = blend(frames[i], at, cloud.follows);
        if (data.axes.length === 2) drawPlane(canvases[i], data, cloud, positions);
        else drawLine(canvases[i], data, cloud, { positions, at });
        captions[i].textContent = cloud.captions[nearest] ?? "";
      });
    };
    const pause = (): void => {
      cancelAnimationFrame(playing);
      playing = 0;
      button.textContent = "▶";
      button.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-label", `Play ${title}`);
    };
    const play = (): void => {
      const end = last * settings.substeps;
      if (Number(slider.value) >= end) slider.value = "0";
      const begin = performance.now();
      const start = Number(slider.value);
      const speed = end / Math.max(3000, Math.min(9000, 350 * last)); // slider positions a millisecond
      const whole = matchMedia("(prefers-reduced-motion: reduce)").matches ? settings.substeps : 1;
      button.textContent = "❚❚";
      button.setAttribute("aria-pressed", "true");
      button.setAttribute("aria-label", `Pause ${title}`);
      const tick = (now: number): void => {
        const position = Math.min(end, start + speed * (now - begin));
        slider.value = String(whole * Math.floor(position / whole));
        show();
        if (position >= end) pause();
        else playing = requestAnimationFrame(tick);
      };
      playing = requestAnimationFrame(tick);
    };
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowLeft: -1,
      ArrowDown: -1,
      PageUp: 5,
      PageDown: -5,
    };
    const toggle = (): void => (playing === 0 ? play() : pause());
    const pressKey = (event: KeyboardEvent): void => {
      if (event.key === " ") toggle();
      else if (event.key in moves) {
        pause();
        slider.value = String(
          settings.substeps * (Math.round(Number(slider.value) / settings.substeps) + moves[event.key]),
        );
        show();
      } else return;
      event.preventDefault();
    };
    button.addEventListener("click", toggle);
    slider.addEventListener("keydown", pressKey);
    slider.addEventListener("input", () => {
      pause();
      show();
    });
    new ResizeObserver(show).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    root.classList.add("player-ready");
    show();
  }

  /** Index of the point nearest to `x`. Points are in order of x. */
  function nearestPoint(points: ChartGeometry["series"][number]["points"], x: number): number {
    let [low, high] = [0, points.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle][0] < x) low = middle;
      else high = middle;
    }
    return Math.abs(points[low][0] - x) <= Math.abs(points[high][0] - x) ? low : high;
  }

  function startChart(root: HTMLElement): void {
    const geometry = readJson<ChartGeometry>(root, ".chart-data");
    const svg = root.querySelector("svg") as SVGSVGElement;
    const readout = document.createElement("div");
    readout.className = "readout";
    readout.hidden = true;
    const rule = document.createElementNS("http://www.w3.org/2000/svg", "path");
    rule.setAttribute("class", "readout-rule");
    svg.append(rule);
    root.append(readout);
    const { left, right, top, bottom, domain, type } = geometry;
    const value = (pixel: number): number => {
      const share = (pixel - left) / (right - left);
      return type === "log"
        ? domain[0] * (domain[1] / domain[0]) ** share
        : domain[0] + share * (domain[1] - domain[0]);
    };
    const number = (n: number): string =>
      n !== 0 && (Math.abs(n) >= 1e5 || Math.abs(n) < 1e-3)
        ? n.toExponential(2)
        : String(Number(n.toPrecision(4)));
    const hide = (): void => {
      readout.hidden = true;
      rule.setAttribute("d", "");
    };
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM()?.inverse());
      if (at.x < left || at.x > right || at.y < top || at.y > bottom) return hide();
      const x = value(at.x);
      readout.replaceChildren();
      const head = document.createElement("strong");
      head.textContent = number(x);
      readout.append(head);
      for (const series of geometry.series) {
        if (series.points.length === 0) continue;
        const line = document.createElement("span");
        line.style.color = themed(series.colour);
        line.textContent = `${series.name}: ${number(series.points[nearestPoint(series.points, x)][1])}`;
        readout.append(line);
      }
      rule.setAttribute("d", `M${at.x},${top}V${bottom}`);
      const bounds = root.getBoundingClientRect();
      readout.hidden = false;
      const offset = event.clientX - bounds.left;
      readout.style.left = `${offset > bounds.width / 2 ? offset - readout.offsetWidth - 14 : offset + 14}px`;
      readout.style.top = `${event.clientY - bounds.top + 10}px`;
    });
  }

  for (const root of document.querySelectorAll<HTMLElement>(".chart")) startChart(root);
  for (const root of document.querySelectorAll<HTMLElement>(".player")) {
    startPlayer(root).catch((error: unknown) => {
      const message = root.querySelector(".player-message");
      if (message !== null)
        message.textContent = `The particles could not be unpacked in this browser (${String(error)}); the density panels show the same states.`;
    });
  }
}
