/** @file The report in a real browser: silent, without network, and its players play. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/report.ts";
import { hostile, sampleReport } from "../report/sample.ts";
import { findChromium, launchArguments, orWhyNot } from "./chromium.ts";

const executable = findChromium();

describe.skipIf(executable === undefined)(orWhyNot("a report in Chromium"), () => {
  const folder = mkdtempSync(join(tmpdir(), "l2e-report-"));
  let browser: BrowserContext;
  let page: Page;
  let complaints: string[];
  let requests: string[];

  const open = async (text: string): Promise<void> => {
    const file = join(folder, "report.html");
    writeFileSync(file, await renderReport(sampleReport(text)));
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector(".player-ready >> nth=1");
  };
  /** What the canvases of a player show, as one string. */
  const picture = (player: number): Promise<string> =>
    page.evaluate(
      `[...document.querySelectorAll(".player")[${player}].querySelectorAll("canvas")].map((c) => c.toDataURL()).join()`,
    );
  const time = (player: number) => page.locator(".player-time").nth(player);
  const slider = (player: number) => page.locator(".player-slider").nth(player);

  beforeAll(async () => {
    browser = await chromium.launchPersistentContext(join(folder, "profile"), {
      executablePath: executable as string,
      args: launchArguments,
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  beforeEach(async () => {
    [complaints, requests] = [[], []];
    page = await browser.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    return () => page.close();
  });

  it("opens from disk without a word on the console and without a request beyond the file", async () => {
    await open("calm");
    expect(complaints).toEqual([]);
    expect(requests.filter((address) => !/^(file|data):/.test(address))).toEqual([]);
    expect(requests.filter((address) => address.startsWith("file:"))).toHaveLength(1);
    expect(await page.locator("table").count()).toBe(3);
    expect(await page.locator("figure svg").count()).toBe(2);
  });

  it("runs nothing that a hostile text asks for", async () => {
    await open(hostile);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(complaints).toEqual([]);
    expect(await page.locator("h1").textContent()).toBe(hostile);
  });

  it.each([0, 1])("moves the particles of player %i and its time with the slider", async (player) => {
    await open("calm");
    const [before, label] = [await picture(player), await time(player).textContent()];
    expect(label).toBe("t = 0.00");
    await slider(player).fill("60");
    expect(await time(player).textContent()).toBe("t = 1.50");
    expect(await picture(player)).not.toBe(before);
    await slider(player).fill("0");
    expect(await picture(player)).toBe(before);
  });

  it("draws half-way states between frames for particles that follow each other, and the nearer frame for samples", async () => {
    await open("calm");
    const canvases = () =>
      page.evaluate(
        '[...document.querySelector(".player").querySelectorAll("canvas")].map((c) => c.toDataURL())',
      ) as Promise<string[]>;
    await slider(0).fill("20");
    const frame = await canvases();
    await slider(0).fill("25");
    const between = await canvases();
    expect(between[0]).not.toBe(frame[0]);
    expect(between[1]).toBe(frame[1]);
  });

  it("obeys the keyboard: arrows step a frame, End jumps, space plays and pauses", async () => {
    await open("calm");
    await slider(0).focus();
    await page.keyboard.press("ArrowRight");
    expect(await time(0).textContent()).toBe("t = 0.50");
    expect(await slider(0).getAttribute("aria-valuetext")).toBe("t = 0.50, frame 2 of 4");
    await page.keyboard.press("ArrowLeft");
    expect(await time(0).textContent()).toBe("t = 0.00");
    await page.keyboard.press("End");
    expect(await time(0).textContent()).toBe("t = 1.50");
    await page.keyboard.press("Home");
    await page.keyboard.press("Space");
    expect(await page.locator(".player-button").first().getAttribute("aria-pressed")).toBe("true");
    await expect.poll(() => time(0).textContent()).not.toBe("t = 0.00");
    await page.keyboard.press("Space");
    const stopped = await time(0).textContent();
    await page.waitForTimeout(150);
    expect(await time(0).textContent()).toBe(stopped);
  });

  it("plays to the end and stops there", async () => {
    await open("calm");
    const button = page.locator(".player-button").first();
    await slider(0).fill("50");
    await button.click();
    expect(await button.getAttribute("aria-label")).toBe("Pause calm");
    await expect.poll(() => button.getAttribute("aria-pressed"), { timeout: 10_000 }).toBe("false");
    expect(await time(0).textContent()).toBe("t = 1.50");
    expect(await button.getAttribute("aria-label")).toBe("Play calm");
  });

  it("reads values off a chart under the pointer", async () => {
    await open("calm");
    await page.locator(".chart svg").hover({ position: { x: 200, y: 150 } });
    expect(await page.locator(".readout").first().textContent()).toMatch(/calm: [12]$/);
  });

  it.each([
    { scheme: "light" as const, ink: "rgb(31, 35, 40)" },
    { scheme: "dark" as const, ink: "rgb(232, 234, 237)" },
  ])("follows the reader's $scheme scheme, and fits a telephone", async ({ scheme, ink }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width: 360, height: 720 });
    await open("calm");
    expect(await page.evaluate("getComputedStyle(document.body).color")).toBe(ink);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  });
});
