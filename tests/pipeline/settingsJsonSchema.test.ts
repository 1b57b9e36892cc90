import { expect, test } from "vitest";
import { z } from "zod";
import { definePipeline } from "../../src/pipeline/definition.ts";
import { resolveSettings, settingPaths } from "../../src/pipeline/resolveSettings.ts";
import { schemaLeaves, settingsJsonSchema } from "../../src/pipeline/settingsJsonSchema.ts";
import tiny from "../fixtures/tiny.ts";

const named = definePipeline({
  ...tiny,
  settings: {
    ...tiny.settings,
    parameters: { exponent: 2 },
    training: { ...tiny.settings.training, ranges: { exponent: [1.5, 4] } },
  },
});
const general = settingsJsonSchema();
const own = settingsJsonSchema({ definition: named, preset: "full" });
/** Read back by zod, which knows nothing of where the schema came from. */
const accepts = (schema: object, value: unknown) =>
  z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value).success;

test("it names the paths that --set takes, each with its meaning", () => {
  const leaves = schemaLeaves(general).map(({ path, schema }) => [path, schema["description"]]);
  const paths = settingPaths().map(({ path, description }) => [path, description]);
  const records = leaves.filter(([path]) => path === "parameters" || path === "training.ranges");
  expect(records).toHaveLength(2);
  expect(leaves.filter((leaf) => !records.includes(leaf))).toEqual(paths);
});

test("a pipeline's schema has its parameters, and its settings as defaults", () => {
  const settings = resolveSettings(named, "full");
  const defaults = Object.fromEntries(schemaLeaves(own).map(({ path, schema }) => [path, schema["default"]]));
  expect(defaults["parameters.exponent"]).toBe(2);
  expect(defaults["training.ranges.exponent"]).toEqual([1.5, 4]);
  expect(defaults["tau"]).toBe(settings.tau);
  expect(defaults["training.rounds"]).toBe(settings.training.rounds);
});

test("what runs is valid, and what --set refuses is not", () => {
  const settings = resolveSettings(named, "full");
  expect(accepts(general, settings)).toBe(true);
  expect(accepts(own, settings)).toBe(true);
  const wrong = [
    { ...settings, tau: -1 },
    { ...settings, tua: 0.1 },
    { ...settings, seed: 0.5 },
    { ...settings, training: { ...settings.training, rounds: "many" } },
    { ...settings, architecture: { ...settings.architecture, widths: [] } },
  ];
  for (const settings of wrong) expect(accepts(general, settings)).toBe(false);
  expect(accepts(own, { ...settings, parameters: { exponant: 2 } })).toBe(false);
  expect(accepts(general, { ...settings, parameters: { exponant: 2 } })).toBe(true);
});
