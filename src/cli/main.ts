/** @file The command line: knows the commands, turns failures into one line and an exit code. */

import { Command } from "commander";
import { packageVersion } from "../files/packageRoot.ts";
import { addBench } from "./commands/bench.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvaluate } from "./commands/evaluate.ts";
import { addExport } from "./commands/export.ts";
import { addInspect } from "./commands/inspect.ts";
import { addList } from "./commands/list.ts";
import { addPlay } from "./commands/play.ts";
import { addReport } from "./commands/report.ts";
import { addRollout } from "./commands/rollout.ts";
import { addRun } from "./commands/run.ts";
import { addRuns } from "./commands/runs.ts";
import { addSchema } from "./commands/schema.ts";
import { addShard } from "./commands/shard.ts";
import { addSweep } from "./commands/sweep.ts";
import { addUi } from "./commands/ui.ts";
import { describeFailure, exitCodes } from "./failure.ts";

const help = `
Start here:
  l2e doctor                                       does everything work on this machine?
  l2e run fokker-planck-2d                         train an operator, evaluate it, write a report
  l2e rollout checkpoints/fokker-planck-2d --input points.csv --steps 30
  l2e play                                         draw a density in the browser and watch it evolve
  l2e <command> --help                             what a command does, with examples

Exit codes:
  0 done   1 failed   2 wrong usage or input   3 --check found a metric outside its bounds
  130 interrupted; what was finished is saved, and --resume goes on

Results go to stdout, progress to stderr. NO_COLOR and MLFLOW_TRACKING_URI are respected.`;

/** Runs the command line. Sets the exit code; throws nothing. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.off("error", endOnLostOutput).on("error", endOnLostOutput);
  process.stderr.off("error", ignore).on("error", ignore);
  try {
    await program().parseAsync([...argv], { from: "user" });
  } catch (error) {
    process.exitCode = say(error, argv);
  }
}

/** The end of a failure that nobody has caught: what any other failure is told by, one line and an exit code. */
export function endWith(error: unknown, argv: readonly string[] = process.argv): never {
  process.exit(say(error, argv));
}

function say(error: unknown, argv: readonly string[]): number {
  const { line, code } = describeFailure(error);
  if (line !== undefined) process.stderr.write(`${line}\n`);
  if (argv.includes("--debug") && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return code;
}

/** A reader that has seen enough (`l2e list | head`) is no failure; a full disk under `l2e list > file` is one. */
function endOnLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(exitCodes.done);
  endWith(Object.assign(error, { path: "the output" }));
}

/** There is nowhere left to say it. */
function ignore(): void {}

function program(): Command {
  const root = new Command("l2e")
    .description(
      "Learns the JKO operator of a Wasserstein gradient flow: a network that maps a density to the next one, trained with the JKO objective alone. A trained operator rolls a new density out in one forward pass a step, and is held against exact solutions and per-step solvers.",
    )
    .version(packageVersion(), "-V, --version")
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, " ")}\n`) })
    .addHelpText("after", help);
  for (const add of [
    addRun,
    addSweep,
    addShard,
    addRollout,
    addPlay,
    addEvaluate,
    addReport,
    addExport,
    addList,
    addSchema,
    addInspect,
    addRuns,
    addUi,
    addDoctor,
    addBench,
    addCompletion,
  ]) {
    add(root);
  }
  inheritSettings(root);
  return root;
}

/** Errors are thrown instead of ending the process, in subcommands too. */
function inheritSettings(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) inheritSettings(child.copyInheritedSettings(command));
}
