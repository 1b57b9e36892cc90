/** @file The settings as a JSON Schema: for editors, forms and other programs. */

import { z } from "zod";
import type { PipelineDefinition, PresetName } from "./definition.ts";
import { resolveSettings } from "./resolveSettings.ts";
import { settingsSchema } from "./settings.ts";

/** A JSON Schema as plain data. */
export type JsonSchema = { [keyword: string]: unknown; properties?: Record<string, JsonSchema> };

/**
 * What `--set` can change, as a JSON Schema (draft 2020-12): a group of settings is an object, its path has dots.
 *
 * @param of Whose parameters and defaults they are. Without it the defaults are those of the schema, and
 *   `parameters` may hold any numbers.
 */
export function settingsJsonSchema(of?: {
  readonly definition: PipelineDefinition;
  readonly preset: PresetName;
}): JsonSchema {
  const schema = z.toJSONSchema(settingsSchema, { io: "input" }) as JsonSchema;
  if (of === undefined) return { ...schema, title: "Settings of l2e" };
  const { definition, preset } = of;
  const settings = resolveSettings(definition, preset);
  const { required: _, ...own } = withOwnNames(schema, Object.keys(settings.parameters));
  return { ...withDefaults(own, settings), title: `Settings of ${definition.name}, preset ${preset}` };
}

/** Every leaf of a settings schema by its dotted path, in order: what {@link settingPaths} names. */
export function schemaLeaves(schema: JsonSchema, path = ""): { path: string; schema: JsonSchema }[] {
  if (schema.properties === undefined) return [{ path, schema }];
  return Object.entries(schema.properties).flatMap(([name, entry]) =>
    schemaLeaves(entry, path === "" ? name : `${path}.${name}`),
  );
}

/** The pipeline's own parameters in the place of any numbers, and what one network may learn a range of. */
function withOwnNames(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const closed = (record: JsonSchema, keys: readonly string[]): JsonSchema => {
    const { propertyNames, additionalProperties, default: _, ...rest } = record;
    return {
      ...rest,
      properties: Object.fromEntries(keys.map((key) => [key, additionalProperties as JsonSchema])),
      additionalProperties: false,
    };
  };
  const { parameters, training } = schema.properties as Record<string, JsonSchema>;
  const ranges = closed(training.properties?.["ranges"] as JsonSchema, ["tau", ...names]);
  return {
    ...schema,
    properties: {
      ...schema.properties,
      parameters: closed(parameters, names),
      training: { ...training, properties: { ...training.properties, ranges } },
    },
  };
}

/** Leaves with the values of a run as their defaults. */
function withDefaults(schema: JsonSchema, value: unknown): JsonSchema {
  if (schema.properties === undefined) return value === undefined ? schema : { ...schema, default: value };
  const { default: _, ...rest } = schema;
  const values = (value ?? {}) as Readonly<Record<string, unknown>>;
  const properties = Object.entries(schema.properties).map(
    ([name, entry]) => [name, withDefaults(entry, values[name])] as const,
  );
  return { ...rest, properties: Object.fromEntries(properties) };
}
