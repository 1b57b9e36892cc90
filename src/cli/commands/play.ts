/** @file `l2e play`: a page on which a visitor draws a density and watches a learned operator evolve it. */

import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { packageRoot } from "../../files/packageRoot.ts";
import { interruptible } from "../interruption.ts";
import { type OutputOptions, wholeNumber, withOutput } from "../options.ts";
import { openInBrowser, servePage } from "../servePage.ts";
import { quietTensorFlow } from "../session.ts";
import { print } from "../showResult.ts";

interface Options extends OutputOptions {
  readonly port: string;
  readonly open?: boolean;
  readonly pipeline?: string;
}

const examples = `
Examples:
  l2e play                                       the operator that comes along
  l2e play checkpoints/my-operator --port 8080
  l2e export checkpoints/my-operator --html playground.html    the same page as a file to send

The page is served to this machine alone, at 127.0.0.1, until the command is interrupted. The operator runs in the
page itself, by ONNX Runtime's WebAssembly, or by WebGPU where that is there and faster: nothing is sent anywhere.

Draw with mouse, finger or keyboard, take an example, or drop a CSV file with two columns of numbers; then play.
Where the equation has a solution in closed form, as Fokker–Planck with a quadratic potential has, it runs beside.`;

export function addPlay(program: Command): void {
  const command = program
    .command("play")
    .summary("draw a density in the browser and watch the operator evolve it")
    .description(
      "Serves one page to this machine: a sheet on which you draw an initial density, the learned operator that evolves it live beside the exact solution, and the free energy of both.",
    )
    .argument(
      "[checkpoint]",
      "the folder of a checkpoint of an operator in the plane (default: the one that comes along)",
    )
    .option("--port <n>", "port at 127.0.0.1; 0 for a free one", "0")
    .option("--open", "open the page in the browser")
    .option(
      "--pipeline <file>",
      "the pipeline that the operator was trained with, where it is a file of your own",
    )
    .addHelpText("after", examples);
  withOutput(command).action(async (checkpoint: string | undefined, options: Options) => {
    await play(checkpoint ?? fileURLToPath(new URL("checkpoints/fokker-planck-2d", packageRoot)), options);
  });
}

async function play(checkpoint: string, options: Options): Promise<void> {
  const port = wholeNumber("--port", options.port, 0);
  await quietTensorFlow();
  const { loadOperator } = await import("../../pipeline/model.ts");
  const { playgroundPage } = await import("../../playground/playground.ts");
  const pipeline = options.pipeline === undefined ? {} : { pipeline: options.pipeline };
  const server = await servePage(
    async () => playgroundPage(await loadOperator(checkpoint, pipeline), { webgpu: true }),
    port,
  );
  print(options.json === true ? JSON.stringify({ url: server.url }) : server.url);
  if (options.quiet !== true) process.stderr.write("Serving this machine. Ctrl+C ends it.\n");
  if (options.open === true) openInBrowser(server.url);
  await interruptible((signal) => server.closed(signal));
}
