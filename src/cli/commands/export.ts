/** @file `l2e export`: an operator for others: a page to play with, models for other languages. */

import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { writeAtomically } from "../../files/atomic.ts";
import type { LoadedOperator } from "../../pipeline/model.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { quietTensorFlow } from "../session.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions {
  readonly html?: string;
  readonly webgpu?: boolean;
  readonly onnx?: string;
  readonly pipeline?: string;
}

const examples = `
Examples:
  l2e export checkpoints/fokker-planck-2d --html playground.html
  l2e export checkpoints/fokker-planck-2d --onnx models

--html writes the page of l2e play as one file that opens from disk and can be sent by mail.

--onnx writes two models of standard operations, with open numbers of particles and the weights inside:
  operator.onnx  one step: (context, contextLogDensity, queries, queryLogDensity, tau) → (positions, logDensity, rest)
  field.onnx     its velocity field: (context, contextLogDensity, queries) → (velocity, jacobian)`;

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .summary("write a trained operator as a page, or as ONNX models")
    .description(
      "Writes a trained operator for people without this package: a self-contained page on which densities are drawn and evolved, or ONNX models for Python, C++ and others.",
    )
    .argument("<checkpoint>", "the folder of a checkpoint")
    .option("--html <file>", "write the playground, one HTML file")
    .option("--webgpu", "let the page compute on the graphics processor too, which makes it 9 MB larger")
    .option("--onnx <folder>", "write operator.onnx and field.onnx into this folder")
    .option(
      "--pipeline <file>",
      "the pipeline that the operator was trained with, where it is a file of your own",
    )
    .addHelpText("after", examples);
  withOutput(command).action(exportCommand);
}

async function exportCommand(checkpoint: string, options: Options): Promise<void> {
  const { html, onnx, pipeline } = options;
  check(
    html !== undefined || onnx !== undefined,
    () => "export: say what to write: --html <file>, --onnx <folder>, or both.",
  );
  await quietTensorFlow();
  const { loadOperator } = await import("../../pipeline/model.ts");
  const loaded = await loadOperator(checkpoint, pipeline === undefined ? {} : { pipeline });
  const files: Record<string, string> = {};
  if (html !== undefined) {
    const { playgroundPage } = await import("../../playground/playground.ts");
    files["playground"] = await written(
      html,
      await playgroundPage(loaded, { webgpu: options.webgpu === true }),
    );
  }
  if (onnx !== undefined) Object.assign(files, await writeModels(onnx, loaded));
  if (options.json === true) print(JSON.stringify({ files }));
  else for (const [name, path] of Object.entries(files)) print(`${name}: ${path}`);
}

async function writeModels(folder: string, { model }: LoadedOperator): Promise<Record<string, string>> {
  const { exportField, exportOperator } = await import("../../operator/export.ts");
  return {
    operator: await written(join(folder, "operator.onnx"), await exportOperator(model)),
    field: await written(join(folder, "field.onnx"), await exportField(model)),
  };
}

async function written(path: string, contents: string | Uint8Array): Promise<string> {
  await mkdir(dirname(resolve(path)), { recursive: true });
  await writeAtomically(path, contents);
  return path;
}
