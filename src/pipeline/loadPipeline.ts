/** @file Finds pipelines by name among those that come along, or loads one from a user's own file. */

import { readdir, stat } from "node:fs/promises";
import { register } from "node:module";
import { extname, isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { check, didYouMean, InputError } from "../check/check.ts";
import { inClone, packageRoot } from "../files/packageRoot.ts";
import type { PipelineDefinition } from "./definition.ts";

const SCRIPTS = [".ts", ".mts", ".js", ".mjs"];

/** Pipelines that come along: TypeScript in a clone, compiled in the published package. */
export const pipelinesFolder = fileURLToPath(new URL("../../pipelines/", import.meta.url));

/** Names of the pipelines that come along, in order. */
export async function pipelineNames(folder = pipelinesFolder): Promise<string[]> {
  const files = await readdir(folder).catch(() => []);
  const scripts = files.filter((file) => SCRIPTS.includes(extname(file)) && !file.endsWith(".d.ts"));
  return scripts.map((file) => file.slice(0, -extname(file).length)).sort();
}

/**
 * Loads a pipeline: a name of those that come along, or the path of a file that ends in `export default
 * definePipeline({ … })`. Anything with a slash or a script's extension is a path.
 *
 * @throws InputError for an unknown name, a file that is missing or exports no pipeline, and whatever the file
 *   itself throws when it is imported.
 */
export async function loadPipeline(
  nameOrPath: string,
  folder = pipelinesFolder,
): Promise<PipelineDefinition> {
  if (isPath(nameOrPath)) return fromFile(resolve(nameOrPath), nameOrPath);
  const names = await pipelineNames(folder);
  check(
    names.includes(nameOrPath),
    () =>
      `unknown pipeline "${nameOrPath}".${didYouMean(nameOrPath, names)} Pipelines: ${names.join(", ") || "none"}; one of your own is given by its path, ./${nameOrPath}.ts.`,
  );
  const files = await readdir(folder);
  const file = SCRIPTS.map((extension) => `${nameOrPath}${extension}`).find((name) => files.includes(name));
  return fromFile(resolve(folder, file as string), nameOrPath);
}

function isPath(text: string): boolean {
  return /[\\/]/.test(text) || isAbsolute(text) || SCRIPTS.includes(extname(text));
}

async function fromFile(path: string, shown: string): Promise<PipelineDefinition> {
  const isFile = await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  check(isFile, () => `pipeline ${shown}: there is no such file.`);
  check(
    SCRIPTS.includes(extname(path)),
    () => `pipeline ${shown}: expected a file that ends in ${SCRIPTS.join(", ")}.`,
  );
  await understandTypeScript();
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href).catch(
    (error: unknown) => {
      const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
      throw new InputError(`pipeline ${shown}: it cannot be imported: ${reason.replace(/\.?$/, ".")}`, {
        cause: error,
      });
    },
  );
  return checkDefinition(module.default, shown);
}

/** A user's file may be TypeScript also where this package is compiled. In a clone `tsx` is at work already. */
async function understandTypeScript(): Promise<void> {
  if (understood) return;
  understood = true;
  if (!inClone) (await import("tsx/esm/api")).register();
  const ownIndex = new URL(inClone ? "../index.ts" : "../index.js", import.meta.url).href;
  register(new URL("bin/pipelineHooks.js", packageRoot), { data: { ownIndex } });
}

let understood = false;

/** What a module exports as a pipeline, checked. `shown` is how the user named it. */
export function checkDefinition(candidate: unknown, shown: string): PipelineDefinition {
  check(
    typeof candidate === "object" && candidate !== null,
    () =>
      `pipeline ${shown}: the file has no default export. End it with "export default definePipeline({ … })".`,
  );
  const types: Readonly<Record<keyof PipelineDefinition, string>> = {
    name: "string",
    title: "string",
    summary: "string",
    trains: "boolean",
    settings: "object",
    presets: "object",
    problem: "function",
    evaluations: "function",
    expected: "object",
  };
  const definition = candidate as Record<string, unknown>;
  for (const [field, type] of Object.entries(types)) {
    check(
      typeof definition[field] === type && definition[field] !== null,
      () =>
        `pipeline ${shown}: field "${field}" must be of type ${type}, got ${definition[field] === null ? "null" : typeof definition[field]}.`,
    );
  }
  const { name } = definition as unknown as PipelineDefinition;
  check(
    /^[a-z0-9][a-z0-9._-]*$/i.test(name),
    () =>
      `pipeline ${shown}: field "name" names folders, so it must be letters, digits, - and _, got "${name}".`,
  );
  return candidate as PipelineDefinition;
}
