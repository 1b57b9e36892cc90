/** @file The report as text: complete, escaped, deterministic; and the packing of its particles. */
import { inflateRawSync } from "node:zlib";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { pageScript } from "../../src/pages/bundle.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { escapeText, jsonForScript } from "../../src/report/markup.ts";
import { packLevels } from "../../src/report/page/format.ts";
import { packFrames, playerData } from "../../src/report/player.ts";
import { renderReport } from "../../src/report/report.ts";
import { renderTable } from "../../src/report/tables.ts";
import { hostile, sampleReport } from "./sample.ts";

describe("renderReport", () => {
  it("needs nothing but a title and facts", async () => {
    const page = await renderReport({ title: "Bare", facts: [] });
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain("<h1>Bare</h1>");
  });

  it("lets no text become markup or script", async () => {
    const [safe, attacked] = [
      await renderReport(sampleReport("calm")),
      await renderReport(sampleReport(hostile)),
    ];
    const count = (page: string, pattern: RegExp) => [...page.matchAll(pattern)].length;
    for (const pattern of [/<script/gi, /<\/script/gi, /<img/gi])
      expect(count(attacked, pattern)).toBe(count(safe, pattern));
    const { document } = parseHTML(attacked);
    expect(document.querySelector("h1")?.textContent).toBe(hostile);
    expect(
      [...document.querySelectorAll("*")].filter((node) =>
        [...node.attributes].some(({ name }) => name.startsWith("on")),
      ),
    ).toEqual([]);
  });

  it("names no address on any network", async () => {
    const page = (await renderReport(sampleReport("calm")))
      .replaceAll("http://www.w3.org/2000/svg", "")
      .replaceAll("http://www.w3.org/1999/xlink", "");
    expect(page).not.toMatch(/https?:\/\/|\bimport\(|@import|url\((?!#)/);
  });

  it("is the same every time", async () => {
    expect(await renderReport(sampleReport("calm"))).toBe(await renderReport(sampleReport("calm")));
  });

  it("shows failed metrics as failed, in words", async () => {
    const { document } = parseHTML(await renderReport(sampleReport("calm")));
    expect(document.querySelector("td.fail")?.textContent).toBe("✗ failed");
    expect(document.querySelector("td.pass")?.textContent).toBe("✓ passed");
  });
});

describe("renderTable", () => {
  it("heads groups of columns and rows for screen readers", () => {
    const [table] = sampleReport("calm").sections?.[0].tables ?? [];
    const { document } = parseHTML(renderTable(table));
    expect(document.querySelectorAll('th[scope="colgroup"]').length).toBe(2);
    expect(document.querySelector('tbody th[scope="row"]')?.textContent).toBe("calm");
    expect([...document.querySelectorAll("tbody td")].map((cell) => cell.textContent)).toEqual([
      "0.00620",
      "0.130",
      "–",
      "–",
    ]);
  });
});

describe("the client script", () => {
  it("is a script by itself: it parses, imports nothing and cannot end its element", async () => {
    const source = await pageScript("report");
    expect(() => new Function(source)).not.toThrow();
    expect(source).not.toMatch(/__vi|import[ ({]|require\(|<\/script|<!--/);
  });
});

describe("packFrames", () => {
  const extent = { x: [-3, 3], y: [-2, 2] } as const;

  it("keeps positions to half a quantum, in the order that the client reads", () => {
    const frames = [0, 1, 2].map((f) => normals(keyFrom(7), 400).map((value) => 0.8 * value + 0.1 * f));
    const count = 200;
    const bytes = inflateRawSync(Buffer.from(packFrames(frames, { count, dimension: 2, extent }), "base64"));
    const size = 2 * count;
    const current = new Int32Array(size);
    frames.forEach((frame, f) => {
      for (let i = 0; i < size; i++) {
        const zigzag = bytes[f * size + i] + 256 * bytes[(frames.length + f) * size + i];
        current[i] += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
        const [axis, k] = [Math.floor(i / count), i % count];
        const [low, high] = axis === 0 ? extent.x : extent.y;
        const value = low + (high - low) * ((2 * current[i]) / packLevels - 0.5);
        expect(Math.abs(value - frame[2 * k + axis])).toBeLessThanOrEqual((high - low) / packLevels + 1e-12);
      }
    });
  });

  it("keeps particles that are not finite out of the window", () => {
    const bytes = inflateRawSync(
      Buffer.from(packFrames([[Number.NaN]], { count: 1, dimension: 1, extent }), "base64"),
    );
    expect((bytes[0] + 256 * bytes[1]) / 2).toBe(packLevels);
  });

  it("refuses a cloud whose frames do not match the times", () => {
    const clouds = [{ name: "operator", frames: [[0], [1]] }];
    expect(() =>
      playerData({ title: "p", times: [0], axes: ["x"], clouds }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[InputError: player "p": operator must have one frame for each of 1 times, got 2.]`,
    );
  });
});

describe("escaping", () => {
  it("leaves no character that ends an attribute, a text or a script block", () => {
    expect(escapeText(`<a b="c" d='e'>&\u0000\ud800`)).toBe(
      "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\ufffd\ufffd",
    );
    const text = "</script><!--\u2028\u2029";
    expect(jsonForScript(text)).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(jsonForScript(text))).toBe(text);
  });
});
