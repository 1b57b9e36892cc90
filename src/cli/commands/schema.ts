/** @file `l2e schema`: what `--set` can change, as a JSON Schema or as a list. */

import type { Command } from "commander";
import type { JsonSchema } from "../../pipeline/settingsJsonSchema.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

interface Options {
  readonly preset?: string;
  readonly paths?: boolean;
}

const examples = `
Examples:
  l2e schema > settings.schema.json                for an editor, a form, another program
  l2e schema kuramoto --paths                      every --set path of a pipeline, with its default and its meaning`;

export function addSchema(program: Command): void {
  program
    .command("schema")
    .summary("print what --set can change, as a JSON Schema")
    .description(
      "Prints the settings as a JSON Schema (draft 2020-12): --set path=value sets what stands at that path. With a pipeline it has that pipeline's own parameters, and the defaults of one of its presets.",
    )
    .argument("[pipeline]", "a name from l2e list, or the path of a .ts or .js file of your own")
    .option("-p, --preset <preset>", "the preset whose settings are the defaults (default: quick)")
    .option("--paths", "print a table of the paths instead")
    .addHelpText("after", examples)
    .action(schema);
}

async function schema(pipeline: string | undefined, options: Options): Promise<void> {
  const { settingsJsonSchema } = await import("../../pipeline/settingsJsonSchema.ts");
  const made = settingsJsonSchema(
    pipeline === undefined ? undefined : await presetOf(pipeline, options.preset),
  );
  print(options.paths === true ? await pathTable(made) : JSON.stringify(made, null, 2));
}

async function presetOf(pipeline: string, preset: string | undefined) {
  const { loadPipeline } = await import("../../pipeline/loadPipeline.ts");
  const { choosePreset } = await import("../../pipeline/resolveSettings.ts");
  const definition = await loadPipeline(pipeline);
  return { definition, preset: choosePreset(definition, preset) };
}

async function pathTable(made: JsonSchema): Promise<string> {
  const { schemaLeaves } = await import("../../pipeline/settingsJsonSchema.ts");
  return textTable({
    title: String(made["title"]),
    rowHeading: "path",
    columns: [
      { label: "default", align: "left" },
      { label: "meaning", align: "left" },
    ],
    rows: schemaLeaves(made).map(({ path, schema: leaf }) => ({
      label: path,
      cells: [JSON.stringify(leaf["default"]) ?? null, String(leaf["description"] ?? "")],
    })),
  });
}
