/** @file The scripts of the playground's page: bundled from the sources in a clone, ready-made in the published package. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inClone, packageRoot } from "../pipeline/packageRoot.ts";

/**
 * The page's scripts by name, each complete: none imports anything. `webgpu` is the worker with the build of ONNX Runtime that computes
 * on the graphics processor.
 */
export type PageScripts = Readonly<Record<"main" | "worker" | "webgpu", string>>;

type ScriptName = keyof PageScripts;

const runtimeOf = "onnxruntime-web/wasm";

/** The module each script begins with, and what stands in for others in it. */
const sources: Readonly<
  Record<ScriptName, { readonly entry: string; readonly alias?: Record<string, string> }>
> = {
  main: { entry: "main" },
  worker: { entry: "worker" },
  webgpu: { entry: "worker", alias: { [runtimeOf]: "onnxruntime-web/webgpu" } },
};

/** Where the build leaves a script in the published package. */
export function bundledScript(name: ScriptName): URL {
  return new URL(`dist/playground/${name}.js`, packageRoot);
}

/** The scripts, from wherever they are. */
export async function pageScripts(): Promise<PageScripts> {
  return inClone ? bundlePage() : eachScript((name) => readFile(bundledScript(name), "utf8"));
}

/**
 * Bundles the scripts from the modules beside this one. Needs esbuild, a tool of development: the build of the package calls this once,
 * a clone whenever a page is made.
 */
export async function bundlePage(): Promise<PageScripts> {
  const { build } = await import("esbuild");
  return eachScript(async (name) => {
    const { entry, alias = {} } = sources[name];
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`page/${entry}.${inClone ? "ts" : "js"}`, import.meta.url))],
      alias,
      absWorkingDir: fileURLToPath(packageRoot), // where what stands in for a module is looked for
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
  });
}

async function eachScript(make: (name: ScriptName) => Promise<string>): Promise<PageScripts> {
  const [main, worker, webgpu] = await Promise.all([make("main"), make("worker"), make("webgpu")]);
  return { main, worker, webgpu };
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
