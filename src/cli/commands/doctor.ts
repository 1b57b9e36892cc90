/** @file `l2e doctor`: what works here, and what to do about the rest. */

import { access, constants } from "node:fs/promises";
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import type { EngineProbe } from "../../engine/probe.ts";
import { exitCodes } from "../failure.ts";
import { type OutputOptions, withOutput } from "../options.ts";
import { quietTensorFlow } from "../session.ts";
import { print } from "../showResult.ts";
import { textTable } from "../textTable.ts";

export function addDoctor(program: Command): void {
  const command = program
    .command("doctor")
    .summary("test every engine and say what to do about those that do not work")
    .description(
      "Runs a small program on every engine and times a training step of a small network there, looks at Node.js, this folder and the tracking address, and says what to type for what is missing. Exit code 1 when nothing can train here.",
    )
    .addHelpText("after", "\nExamples:\n  l2e doctor\n  l2e doctor --json");
  withOutput(command).action(async (options: OutputOptions) => {
    process.exitCode = await doctor(options);
  });
}

async function doctor(options: OutputOptions): Promise<number> {
  await quietTensorFlow();
  const { probeEngines } = await import("../../engine/probe.ts");
  const engines = await probeEngines();
  const writable = await access(process.cwd(), constants.W_OK).then(
    () => true,
    () => false,
  );
  const facts = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    tracking: process.env["MLFLOW_TRACKING_URI"] || "./mlruns",
    writable,
  };
  const well = writable && engines.some((engine) => engine.available);
  if (options.json === true) print(JSON.stringify({ ...facts, engines, well }));
  else {
    print(enginesTable(engines));
    for (const { name, available, remedy } of engines) {
      if (!available && remedy !== undefined) print(`\n${name}: ${remedy}`);
    }
    print(
      `\nNode.js ${facts.node} on ${facts.platform}, ${facts.cores} cores; runs are tracked in ${facts.tracking}`,
    );
    if (!writable) print(`This folder cannot be written to: use --out, or change to another one.`);
    const [best] = engines.filter((engine) => engine.available);
    print(well ? `All is well: --engine auto takes ${best.name}.` : "Nothing can train here.");
  }
  return well ? exitCodes.done : exitCodes.failed;
}

function enginesTable(engines: readonly EngineProbe[]): string {
  return textTable({
    title: "Engines",
    columns: [{ label: "" }, { label: "ms a step" }, { label: "" }],
    rows: engines.map(({ name, available, detail, milliseconds }) => ({
      label: name,
      cells: [
        { value: available ? "✓ works" : "✗ missing", status: available ? "pass" : "fail" },
        milliseconds?.toPrecision(2) ?? "",
        detail,
      ],
    })),
  });
}
