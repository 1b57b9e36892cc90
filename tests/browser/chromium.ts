/** @file A Chromium to open pages in, where there is one. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { LaunchOptions } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** `L2E_CHROMIUM`, or the first of the usual names on the PATH. */
export function findChromium(): string | undefined {
  const named = process.env.L2E_CHROMIUM;
  if (named !== undefined && named !== "") return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/** The name of tests that need a Chromium, with the reason where they are skipped. */
export function orWhyNot(name: string): string {
  return findChromium() === undefined
    ? `${name} (skipped: no Chromium on the PATH, and none named by L2E_CHROMIUM)`
    : name;
}

export const launchArguments: NonNullable<LaunchOptions["args"]> = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
