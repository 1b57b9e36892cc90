/** @file Makes docs/playground.png: the playground in Chromium, with a ring on its way. `npm run figure:playground`. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { quietTensorFlow } from "../src/cli/session.ts";
import { loadOperator } from "../src/pipeline/model.ts";
import { playgroundPage } from "../src/playground/playground.ts";
import { findChromium, launchArguments } from "../tests/browser/chromium.ts";

const root = new URL("..", import.meta.url);
const executablePath = findChromium();
if (executablePath === undefined)
  throw new Error("figure:playground: there is no Chromium on the PATH, and none named by L2E_CHROMIUM.");
await quietTensorFlow();
const checkpoint = fileURLToPath(new URL("checkpoints/fokker-planck-2d", root));
const folder = mkdtempSync(join(tmpdir(), "l2e-figure-"));
const file = join(folder, "playground.html");
writeFileSync(file, await playgroundPage(await loadOperator(checkpoint), { webgpu: false }));
const browser = await chromium.launchPersistentContext(join(folder, "profile"), {
  executablePath,
  args: launchArguments,
  viewport: { width: 908, height: 900 },
  deviceScaleFactor: 1.5,
  colorScheme: "light",
});
try {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("body[data-ready]");
  await page.locator("[data-example=Ring]").click();
  const goTo = async (time: string) => {
    await page.locator("#step").click();
    await page
      .locator("#time")
      .filter({ hasText: `t = ${time}` })
      .waitFor();
  };
  await goTo("0.10");
  await goTo("0.20");
  await goTo("0.30");
  // The seconds that a step takes belong to this machine and not into a picture.
  await page.locator("#status").evaluate((element) => element.remove());
  const chart = await page.locator("#readout").boundingBox();
  const height = (chart?.y ?? 860) + (chart?.height ?? 0) + 8;
  const path = fileURLToPath(new URL("docs/playground.png", root));
  await page.screenshot({ path, fullPage: true, clip: { x: 0, y: 0, width: 908, height } });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
