/** @file The scripts of pages: bundled from the sources in a clone, ready-made in the published package. */

import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { inClone, packageRoot } from "../files/packageRoot.ts";

/** What stands in for another module in a script, by the module's name. */
type Aliases = Readonly<Record<string, string>>;

/**
 * The module that each script begins with. `webgpu` is the playground's worker with the build of ONNX Runtime that computes on the
 * graphics processor.
 */
const sources = {
  report: { entry: "report/page/main" },
  playground: { entry: "playground/page/main" },
  worker: { entry: "playground/page/worker" },
  webgpu: {
    entry: "playground/page/worker",
    alias: { "onnxruntime-web/wasm": "onnxruntime-web/webgpu" },
  },
} satisfies Readonly<Record<string, { readonly entry: string; readonly alias?: Aliases }>>;

export type ScriptName = keyof typeof sources;

export const scriptNames = Object.keys(sources) as readonly ScriptName[];

/** Where the build leaves a script in the published package. */
export function builtScript(name: ScriptName): URL {
  return new URL(`dist/scripts/${name}.js`, packageRoot);
}

/** A script as text, complete: it imports nothing, and can stand inside an element of a page. */
export async function pageScript(name: ScriptName): Promise<string> {
  return inClone ? bundle(name) : readFile(builtScript(name), "utf8");
}

/** Bundles a script from its modules. Needs esbuild, a tool of development: the build of the package calls this once, a clone whenever a page is made. */
export async function bundle(name: ScriptName): Promise<string> {
  const { entry, alias = {} }: { entry: string; alias?: Aliases } = sources[name];
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../${entry}.${inClone ? "ts" : "js"}`, import.meta.url))],
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
}

/**
 * Energies and operators exist in Float64 and on tensors. A page has the operator as an ONNX model and evaluates energies in
 * Float64; TensorFlow.js, which would make it a megabyte larger, is never called there and stays out.
 */
const withoutTensors: import("esbuild").Plugin = {
  name: "without-tensors",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\/tfjs$/ }, ({ path }) => ({ path, namespace: "without-tensors" }));
    onLoad({ filter: /.*/, namespace: "without-tensors" }, () => ({ contents: "module.exports = {};" }));
  },
};
