/** @file The scripts of the playground's page: bundled from the sources in a clone, ready-made in the published package. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inClone, packageRoot } from "../pipeline/packageRoot.ts";

/** The text of each script, complete: neither imports anything. */
export interface PageScripts {
  readonly main: string;
  readonly worker: string;
}

const names = ["main", "worker"] as const;

/** Where the build leaves a script in the published package. */
export function bundledScript(name: (typeof names)[number]): URL {
  return new URL(`dist/playground/${name}.js`, packageRoot);
}

/** The scripts, from wherever they are. */
export async function pageScripts(): Promise<PageScripts> {
  if (inClone) return bundlePage();
  const texts = await Promise.all(names.map((name) => readFile(bundledScript(name), "utf8")));
  return { main: texts[0], worker: texts[1] };
}

/**
 * Bundles the scripts from the modules beside this one. Needs esbuild, a tool of development: the build of the package calls this once,
 * a clone whenever a page is made.
 */
export async function bundlePage(): Promise<PageScripts> {
  const { build } = await import("esbuild");
  const extension = inClone ? "ts" : "js";
  const bundle = async (name: (typeof names)[number]) => {
    const entry = fileURLToPath(new URL(`page/${name}.${extension}`, import.meta.url));
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      minify: true,
      // Chromium starts no worker from a blob as a module in a page from disk.
      format: "iife",
      define: { "import.meta.url": "location.href" },
      platform: "browser",
      target: ["chrome110", "firefox115", "safari16.4"],
      legalComments: "none",
      logLevel: "silent",
      // The text becomes part of a page, where "</script" would end it.
      supported: { "inline-script": false },
      plugins: [withoutTensors],
    });
    return outputFiles[0].text;
  };
  const [main, worker] = await Promise.all(names.map(bundle));
  return { main, worker };
}

/**
 * Energies and operators exist in Float64 and on tensors. The page has the operator as an ONNX model and evaluates energies in
 * Float64; TensorFlow.js, which would make it a megabyte larger, is never called there and stays out.
 */
const withoutTensors: import("esbuild").Plugin = {
  name: "without-tensors",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs$/ }, ({ path }) => ({ path, namespace: "without-tensors" }));
    onLoad({ filter: /.*/, namespace: "without-tensors" }, () => ({ contents: "module.exports = {};" }));
  },
};
