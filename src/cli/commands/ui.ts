/** @file `l2e ui`: MLflow's own pages over the runs of this folder. */

import { spawn } from "node:child_process";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { check } from "../../check/check.ts";
import { exists } from "../../pipeline/runFolder.ts";
import { withoutCredentials } from "../../tracking/mlflow/address.ts";
import { exitCodes } from "../failure.ts";
import { foldersIn } from "../folders.ts";
import { wholeNumber } from "../options.ts";
import { print } from "../showResult.ts";

interface Options {
  readonly out: string;
  readonly port: string;
  readonly host: string;
}

const examples = `
Examples:
  l2e ui                                           then open http://localhost:5000, "Model training"
  l2e ui --port 5001
  L2E_PYTHON=~/mlflow/bin/python l2e ui            MLflow of another Python

MLflow is a Python program (pip install mlflow). Without it, every run still has its own page, runs/<name>/report.html,
and l2e runs ls lists all of them. Where MLFLOW_TRACKING_URI names a server, its pages are there already.`;

export function addUi(program: Command): void {
  program
    .command("ui")
    .summary("show tracked runs in MLflow's own pages")
    .description(
      "Starts MLflow's web pages over the runs in mlruns/, where MLflow is installed, until Ctrl-C; says how to install it and where the reports are, where it is not.",
    )
    .option("-o, --out <folder>", "base folder of the runs", ".")
    .option("--port <n>", "port of the pages", "5000")
    .option("--host <name>", "address to listen at; only this machine by default", "127.0.0.1")
    .addHelpText("after", examples)
    .action(async (options: Options) => {
      process.exitCode = await ui(options);
    });
}

async function ui(options: Options): Promise<number> {
  const port = wholeNumber("--port", options.port, 1);
  const server = process.env["MLFLOW_TRACKING_URI"] ?? "";
  if (/^https?:/i.test(server)) {
    print(`runs are recorded on a server: open ${withoutCredentials(server)}`);
    return exitCodes.done;
  }
  const root = resolve(options.out);
  const store = join(root, "mlruns");
  check(await exists(store), () => `there are no runs in ${store}; l2e run writes there.`);
  const words = ["ui", "--backend-store-uri", store, "--host", options.host, "--port", String(port)];
  for (const [command, ...before] of mlflowCommands()) {
    const code = await start(command, [...before, ...words]);
    if (code !== "missing") return code;
  }
  process.stderr.write("failed: MLflow is not installed; install it with: pip install mlflow\n");
  const reports = (await foldersIn(join(root, "runs"))).map((name) =>
    join(root, "runs", name, "report.html"),
  );
  for (const path of reports) if (await exists(path)) print(`report: ${relative(process.cwd(), path)}`);
  return exitCodes.failed;
}

/** The program itself, or the module of a Python that has it. */
function mlflowCommands(): readonly (readonly [string, ...string[]])[] {
  const python = process.env["L2E_PYTHON"];
  if (python !== undefined) return [[python, "-m", "mlflow"]];
  return [["mlflow"], ["python3", "-m", "mlflow"]];
}

/** Runs MLflow until it ends. A Python that lacks it ends at once, with code 1 and `No module named mlflow`. */
function start(command: string, words: readonly string[]): Promise<number | "missing"> {
  return new Promise((done) => {
    // MLflow 3.13 and later read stores of files only when told to.
    const env = { ...process.env, MLFLOW_ALLOW_FILE_STORE: "true" };
    const child = spawn(command, words, { env, stdio: ["ignore", "inherit", "pipe"] });
    let lacking = false;
    child.stderr.on("data", (text: Buffer) => {
      lacking ||= /No module named '?mlflow|command not found/.test(text.toString());
      if (!lacking) process.stderr.write(text);
    });
    // Ctrl-C reaches MLflow as well; this process goes when that has closed.
    const wait = () => undefined;
    const stop = () => void child.kill("SIGTERM");
    process.on("SIGINT", wait);
    process.on("SIGTERM", stop);
    const end = (outcome: number | "missing") => {
      process.off("SIGINT", wait);
      process.off("SIGTERM", stop);
      done(outcome);
    };
    child.on("error", () => end("missing"));
    child.on("close", (code, signal) =>
      end(lacking ? "missing" : signal === null ? (code ?? 0) : exitCodes.interrupted),
    );
  });
}
