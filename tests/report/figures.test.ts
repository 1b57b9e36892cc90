/** @file Figures: well-formed, self-contained, deterministic, and true to their numbers. */
import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { densityCurves } from "../../src/report/densityCurves.ts";
import { densityGrid } from "../../src/report/densityGrid.ts";
import { densityPanels } from "../../src/report/densityPanels.ts";
import { spreadOut } from "../../src/report/figure.ts";
import { drawLineChart, lineChart } from "../../src/report/lineChart.ts";
import { bundledFonts, svgToPng } from "../../src/report/rasterise.ts";
import { trajectoryFigure } from "../../src/report/trajectoryFigure.ts";

const hostile = `</text><script>alert("x")</script> & ' \u0000 \ud800 <b`;
const cloud = normals(keyFrom(5), 2000);
const extent = { x: [-4, 4], y: [-4, 4] } as const;

const figures: Readonly<Record<string, (text: string) => string>> = {
  lineChart: (text) =>
    lineChart({
      title: text,
      x: { label: text },
      y: { label: text, type: "log" },
      series: [
        {
          name: text,
          points: [
            [0, 1],
            [1, 0.1],
            [2, 0.01],
          ],
          band: [
            [0, 0.5, 2],
            [1, 0.05, 0.2],
          ],
          dash: "dashed",
        },
        { name: `${text} 2`, points: [[1, 0.5]] },
      ],
      references: [
        { axis: "y", value: 0.2, label: text },
        { axis: "x", value: 1, label: text },
      ],
    }),
  densityPanels: (text) =>
    densityPanels({
      title: text,
      extent,
      axes: [text, text],
      contours: true,
      densityLabel: text,
      frames: [
        {
          label: text,
          panels: [
            { title: text, density: densityGrid(cloud, { extent, columns: 48 }) },
            { title: text, particles: cloud },
          ],
        },
      ],
    }),
  densityCurves: (text) =>
    densityCurves({
      title: text,
      axis: text,
      frames: [
        {
          label: text,
          curves: [
            {
              name: text,
              points: [
                [0, 0],
                [1, 1],
                [2, 0],
              ],
            },
          ],
        },
      ],
    }),
  trajectoryPlane: (text) =>
    trajectoryFigure({
      title: text,
      dimension: 2,
      axes: [text, text],
      timeLabel: text,
      data: cloud.subarray(0, 200),
      frames: [0, 1].map((time) => ({ time, positions: cloud })),
    }),
  trajectoryLine: (text) =>
    trajectoryFigure({
      title: text,
      dimension: 1,
      axes: [text],
      data: cloud.subarray(0, 200),
      frames: [0, 1].map((time) => ({ time, positions: cloud })),
    }),
};

describe.each(Object.entries(figures))("%s", (_, make) => {
  it("is well-formed XML whatever the texts are, and runs no script", () => {
    const svg = make(hostile);
    expect(() => new Resvg(svg, { font: { loadSystemFonts: false } })).not.toThrow();
    expect(svg).not.toMatch(/<script/i);
    expect(svg).toContain("&lt;script&gt;");
  });

  it("refers to nothing outside itself", () => {
    const svg = make("name")
      .replaceAll('xmlns="http://www.w3.org/2000/svg"', "")
      .replaceAll('xmlns:xlink="http://www.w3.org/1999/xlink"', "");
    expect(svg).not.toMatch(/https?:|file:|@import/);
    for (const [, address] of svg.matchAll(/(?:href|src)="([^"]*)"/g))
      expect(address).toMatch(/^data:image\/png;base64,/);
  });

  it("is the same every time, and carries a text for those who do not see it", () => {
    expect(make("name")).toBe(make("name"));
    expect(make("name")).toMatch(/<svg [^>]*role="img" [^>]*aria-label="[^"]+"/);
  });

  it("becomes a PNG of twice its size", () => {
    const svg = make("name");
    const [, width, height] = svg.match(/ width="(\d+)" height="(\d+)"/) as RegExpMatchArray;
    const png = Buffer.from(svgToPng(svg));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * Number(width), 2 * Number(height)]);
  });
});

describe("lineChart", () => {
  const axes = { title: "t", x: { label: "x" }, y: { label: "y" } };

  it("draws a point where its value belongs", () => {
    const spec = {
      ...axes,
      x: { label: "x", domain: [0, 10] as const },
      y: { label: "y", domain: [0, 1] as const },
      series: [
        {
          name: "a",
          points: [
            [0, 0],
            [5, 0.25],
            [10, 1],
          ] as const,
        },
      ],
    };
    const { svg, geometry } = drawLineChart(spec, { titled: true });
    const [, path] =
      svg.match(/stroke="#0072b2"[^>]*>?<path [^>]*d="M([^"]+)"/) ??
      svg.match(/d="M([^"]+)"[^>]*stroke="#0072b2"/) ??
      [];
    const numbers = (path ?? "").split(/[L,]/).map(Number);
    const { left, right, top, bottom } = geometry;
    const expected = [left, bottom, (left + right) / 2, bottom + 0.25 * (top - bottom), right, top];
    expect(numbers).toHaveLength(6);
    expect(Math.max(...numbers.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(0.6);
  });

  it("says how many values a logarithmic axis cannot show", () => {
    const series = [
      {
        name: "a",
        points: [
          [0, 1],
          [1, 0],
          [2, -1],
          [3, Number.NaN],
          [4, 2],
        ] as const,
      },
    ];
    expect(lineChart({ ...axes, y: { label: "y", type: "log" }, series })).toContain("3 values not shown");
    expect(lineChart({ ...axes, series })).toContain("1 value not shown");
  });

  it("writes a name above the end of its line, and then needs no margin for it", () => {
    const points = [
      [0, 0],
      [5, 0.25],
    ] as const;
    const spec = {
      ...axes,
      x: { label: "x", domain: [0, 10] as const },
      series: [{ name: "a long name", points }],
    };
    const beside = drawLineChart(spec, { titled: false });
    const above = drawLineChart(
      { ...spec, series: [{ ...spec.series[0], place: "above" }] },
      { titled: false },
    );
    expect(above.geometry.right).toBeGreaterThan(beside.geometry.right + 40);
    const at = Number(above.svg.match(/<text x="([\d.]+)"[^>]*>a long name/)?.[1]);
    const { left, right } = above.geometry;
    expect(Math.abs(at - (left + right) / 2)).toBeLessThan(1);
  });

  it("writes the name of a level at the end that it is told", () => {
    const spec = (at: "left" | "right") => ({
      ...axes,
      series: [{ name: "a", points: [[0, 0] as const, [1, 1] as const] }],
      references: [{ axis: "y" as const, value: 0.5, label: "level", at }],
    });
    const place = (at: "left" | "right") =>
      Number(lineChart(spec(at)).match(/<text x="([\d.]+)"[^>]*>level/)?.[1]);
    expect(place("right")).toBeGreaterThan(place("left") + 300);
  });

  it("marks points without a line where it is told, and gives an unnamed series no label", () => {
    const drawn = (dots: true | "alone", name: string) => {
      const points = [[0, 0] as const, [0.5, 0.2] as const, [1, 1] as const];
      return lineChart({ ...axes, series: [{ name, colour: "#d55e00", dots, points }] });
    };
    const lines = (svg: string) => svg.match(/stroke="#d55e00"/g)?.length ?? 0;
    expect(drawn("alone", "a").match(/<circle/g)).toHaveLength(3);
    expect([lines(drawn("alone", "")), lines(drawn(true, ""))]).toEqual([0, 1]);
    expect(drawn("alone", "named")).toMatch(/>named</);
    expect(drawn(true, "")).not.toContain("for ,");
  });

  it("keeps the peaks of a long record", () => {
    const points = Array.from({ length: 20_000 }, (_, i) => [i, i === 7777 ? 50 : Math.sin(i)] as const);
    const { geometry } = drawLineChart({ ...axes, series: [{ name: "a", points }] }, { titled: false });
    expect(geometry.series[0].points.length).toBeLessThan(1300);
    expect(geometry.series[0].points).toContainEqual([7777, 50]);
  });

  it("draws a constant, and refuses a chart of nothing", () => {
    expect(
      lineChart({
        ...axes,
        series: [
          {
            name: "a",
            points: [
              [0, 3],
              [1, 3],
            ],
          },
        ],
      }),
    ).toContain("<svg");
    expect(() =>
      lineChart({ ...axes, series: [{ name: "a", points: [] }] }),
    ).toThrowErrorMatchingInlineSnapshot(`[InputError: lineChart: "t" has no value that its axes can show.]`);
  });
});

describe("densityPanels", () => {
  it("refuses a grid of the wrong size", () => {
    const density = { values: [1, 2, 3], columns: 2, rows: 2 };
    expect(() =>
      densityPanels({ extent, frames: [{ label: "a", panels: [{ title: "b", density }] }] }),
    ).toThrow("values must have 2 × 2 entries, got 3");
  });

  it("draws twice the density darker: one scale for all panels", () => {
    const flat = (value: number) => ({ values: new Float64Array(16).fill(value), columns: 4, rows: 4 });
    const svg = densityPanels({
      extent,
      panelSize: 100,
      frames: [
        {
          label: "",
          panels: [
            { title: "", density: flat(1) },
            { title: "", density: flat(2) },
          ],
        },
      ],
    });
    const resvg = new Resvg(svg, { background: "white" }).render();
    const brightness = (share: number) => {
      const at = 4 * (Math.round(resvg.height / 2) * resvg.width + Math.round(share * resvg.width));
      return resvg.pixels[at] + resvg.pixels[at + 1] + resvg.pixels[at + 2];
    };
    expect(brightness(0.35)).toBeGreaterThan(brightness(0.65) + 100);
  });

  it("keeps the numbers of neighbouring panels apart", () => {
    const panels = [
      { title: "", particles: cloud },
      { title: "", particles: cloud },
    ];
    const frames = ["a", "b"].map((label) => ({ label, panels }));
    const svg = densityPanels({ extent, panelSize: 230, frames });
    const numbers = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([−\d]+)<\/text>/g)].map(
      ([, x, y, text]) => ({ x: Number(x), y: Number(y), text }),
    );
    const ends = numbers.filter(({ text }) => ["4", "−4"].includes(text));
    const bottom = Math.max(...ends.map(({ y }) => y));
    const below = ends.filter(({ y }) => y === bottom).map(({ x }) => x);
    expect(below).toHaveLength(4);
    // Half of "4" and of "−4" in type of 10.5 pixels is 10 together.
    expect(below[2] - below[1]).toBeGreaterThan(14);
    const beside = ends.filter(({ y }) => y < bottom).map(({ y }) => y);
    expect(beside).toHaveLength(4);
    const [, low, high] = beside.sort((p, q) => p - q);
    expect(high - low).toBeGreaterThan(14);
  });
});

describe("svgToPng", () => {
  it.skipIf(bundledFonts().length === 0)("writes text with the bundled font alone", () => {
    const text = (content: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30" font-family="Inter"><text x="5" y="20">${content}</text></svg>`;
    const blank = svgToPng(text(""), { fontFiles: bundledFonts() });
    for (const content of ["operator", "τ ρ ∇ ∂ σ", "10⁻⁷ x₁ ² ≤ ∞ √"])
      expect(svgToPng(text(content), { fontFiles: bundledFonts() }).length).toBeGreaterThan(
        blank.length + 300,
      );
  });
});

describe("spreadOut", () => {
  it("keeps labels apart, in order and inside", () => {
    const placed = spreadOut([50, 51, 52, 10], 15, [0, 100]);
    const sorted = [...placed].sort((a, b) => a - b);
    expect(placed[3]).toBe(10);
    for (let i = 1; i < 4; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThan(14);
    expect(placed[0]).toBeLessThan(placed[1]);
  });
});
