/** @file From layers of overrides to the settings of a run, with errors that name the setting. */

import { z } from "zod";
import { check, didYouMean } from "../check/check.ts";
import type { PipelineDefinition, PresetName } from "./definition.ts";
import { type Settings, settingsSchema } from "./settings.ts";

/** One `path=value` of the command line; the path has dots. */
export interface Override {
  readonly path: string;
  readonly value: unknown;
}

/** Where a layer of overrides comes from, for messages, and what it says. */
interface Layer {
  readonly where: string;
  readonly overrides: readonly Override[];
}

export const presetNames: readonly PresetName[] = ["smoke", "quick", "full", "paper"];

/**
 * Reads `path=value`. The value is JSON where it can be read as JSON, and a text otherwise.
 *
 * @throws InputError where there is no `=`.
 */
export function parseOverride(text: string): Override {
  const split = text.indexOf("=");
  check(split > 0, () => `--set takes path=value, for example --set training.rounds=4, got "${text}".`);
  const value = text.slice(split + 1);
  return { path: text.slice(0, split).trim(), value: jsonOrText(value) };
}

/** The presets that a pipeline has; `full` is always one of them: the pipeline's own settings. */
export function presetsOf(definition: PipelineDefinition): PresetName[] {
  return presetNames.filter((name) => name === "full" || definition.presets[name] !== undefined);
}

/**
 * The preset that a run takes: the one asked for, or `quick` where the pipeline has it, or `full`.
 *
 * @throws InputError when the pipeline has no such preset.
 */
export function choosePreset(definition: PipelineDefinition, name?: string): PresetName {
  const known = presetsOf(definition);
  if (name === undefined) return known.includes("quick") ? "quick" : "full";
  const preset = known.find((candidate) => candidate === name);
  check(
    preset !== undefined,
    () =>
      `pipeline "${definition.name}" has no preset "${name}".${didYouMean(name, known)} Its presets: ${known.join(", ")}.`,
  );
  return preset;
}

/**
 * Defaults of the schema, changed by the pipeline, by the preset, by `--set`: later layers win, lists are replaced
 * as a whole.
 *
 * @throws InputError naming the setting that is unknown or has a value that it cannot have.
 */
export function resolveSettings(
  definition: PipelineDefinition,
  preset: PresetName,
  overrides: readonly Override[] = [],
): Settings {
  const layers: readonly Layer[] = [
    { where: `pipeline "${definition.name}": `, overrides: leaves(definition.settings) },
    {
      where: `pipeline "${definition.name}", preset ${preset}: `,
      overrides: leaves(definition.presets[preset] ?? {}),
    },
    { where: "", overrides: overrides.flatMap(({ path, value }) => leaves(value, path)) },
  ];
  const known = knownPaths(definition);
  const merged: Record<string, unknown> = {};
  for (const { where, overrides: layer } of layers) {
    for (const { path, value } of layer) {
      checkPath(where, path, known);
      assign(merged, path, value);
    }
  }
  return validSettings(merged);
}

/** Every setting with its description and default: what `--set` can change. */
export function settingPaths(): readonly { readonly path: string; readonly description: string }[] {
  return leafSchemas(settingsSchema, "");
}

/** Settings as `path: value`, in the order of the schema. */
export function flattenSettings(settings: Settings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(leaves(settings).map(({ path, value }) => [path, value]));
}

/**
 * The first setting in which two runs differ, or undefined where they agree. Compares what JSON keeps, because
 * one of them was read from a file.
 */
export function differingSetting(
  now: Settings,
  stored: Settings,
): { readonly path: string; readonly now: unknown; readonly stored: unknown } | undefined {
  const [a, b] = [flattenSettings(now), flattenSettings(stored)];
  const path = [...new Set([...Object.keys(a), ...Object.keys(b)])].find(
    (name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]),
  );
  return path === undefined ? undefined : { path, now: a[path], stored: b[path] };
}

/** Validates settings that came from a file or from layers of overrides. */
export function validSettings(candidate: unknown): Settings {
  const result = settingsSchema.safeParse(candidate);
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = issue.path.join(".");
    const value = valueAt(candidate, issue.path);
    const description = settingPaths().find((known) => `${path}.`.startsWith(`${known.path}.`))?.description;
    check(false, () =>
      value === undefined
        ? `setting ${path} is missing (${description}).`
        : `setting ${path} is ${JSON.stringify(value)}: ${lowerFirst(issue.message)}${description === undefined ? "" : ` (${description})`}.`,
    );
  }
  const settings = result.data as Settings;
  const { particles, context, queries, batch, microBatches } = settings.training;
  check(
    particles >= context + queries,
    () =>
      `setting training.particles is ${particles}: expected at least training.context + training.queries = ${context} + ${queries}, because they are different particles of one density.`,
  );
  check(
    batch % microBatches === 0,
    () =>
      `setting training.microBatches is ${microBatches}: expected a divisor of training.batch = ${batch}, because micro-batches are equal parts of a batch.`,
  );
  return settings;
}

/** The paths of all settings that a pipeline has: those of the schema, and its own parameters. */
function knownPaths(definition: PipelineDefinition): string[] {
  const parameters = Object.keys(definition.settings.parameters ?? {});
  return [
    ...settingPaths().map(({ path }) => path),
    ...parameters.map((name) => `parameters.${name}`),
    ...["tau", ...parameters].map((name) => `training.ranges.${name}`),
  ];
}

function checkPath(where: string, path: string, known: readonly string[]): void {
  if (known.includes(path)) return;
  const members = known.filter((name) => name.startsWith(`${path}.`));
  check(members.length === 0, () => `${where}"${path}" is a group of settings: ${members.join(", ")}.`);
  check(
    false,
    () => `${where}unknown setting "${path}".${didYouMean(path, known)} Settings: ${known.join(", ")}.`,
  );
}

/** The leaves of nested objects as dotted paths; lists are leaves. */
function leaves(value: unknown, path = ""): Override[] {
  if (!isRecord(value)) return [{ path, value }];
  return Object.entries(value)
    .filter(([, entry]) => entry !== undefined)
    .flatMap(([name, entry]) => leaves(entry, path === "" ? name : `${path}.${name}`));
}

function assign(target: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split(".");
  let group = target;
  for (const name of names.slice(0, -1)) {
    group[name] ??= {};
    group = group[name] as Record<string, unknown>;
  }
  group[names[names.length - 1]] = value;
}

function leafSchemas(schema: z.ZodType, path: string): { path: string; description: string }[] {
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodRecord) return []; // its entries are the pipeline's own
  if (!(bare instanceof z.ZodObject)) return [{ path, description: schema.description ?? "" }];
  return Object.entries(bare.shape).flatMap(([name, entry]) =>
    leafSchemas(entry as z.ZodType, path === "" ? name : `${path}.${name}`),
  );
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

function valueAt(candidate: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name],
    candidate,
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
