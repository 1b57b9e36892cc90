/** @file What commands take from the process: an engine, a tracker, a clock, its memory. */

import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Engine, EngineName } from "../engine/engine.ts";
import { inClone, packageRoot } from "../files/packageRoot.ts";
import type { RunOptions } from "../pipeline/openRun.ts";
import { type EngineOptions, wholeNumber } from "./options.ts";

/** Seconds since some moment; only differences mean anything. */
export const clock = (): number => performance.now() / 1000;

/** Bytes of the largest resident set of the process so far. */
export const peakMemory = (): number => process.resourceUsage().maxRSS * 1024;

/** Opens the engine that the options ask for. */
export async function engineFor(options: EngineOptions): Promise<Engine> {
  const threads = options.threads === undefined ? undefined : wholeNumber("--threads", options.threads, 1);
  await quietTensorFlow();
  const { openEngine } = await import("../engine/engine.ts");
  return openEngine(options.engine as EngineName | "auto", threads === undefined ? {} : { threads });
}

/** Puts TensorFlow.js in the mode of a program: it prints no advice of its own. */
export async function quietTensorFlow(): Promise<void> {
  const { enableProdMode } = await import("@tensorflow/tfjs");
  enableProdMode();
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2"; // warnings and errors of TensorFlow's library, not its greetings
}

/** Opens trackers as MLflow's own environment variables say: a server, or `mlruns/` below the base folder. */
export function trackerFromEnvironment(
  options: { readonly registerAs?: string; readonly tags?: Readonly<Record<string, string>> } = {},
): RunOptions["openTracker"] {
  const { env } = process;
  const given = (name: string, key: string) => (env[name] ? { [key]: env[name] } : {});
  return async (run) => {
    const { openTracker } = await import("../tracking/openTracker.ts");
    const { connectionFromEnvironment } = await import("../tracking/mlflow/environment.ts");
    return openTracker({
      ...(await connectionFromEnvironment(env)),
      // A run of a sweep is one of many: the variable then names the sweep's own.
      ...(options.tags?.["mlflow.parentRunId"] === undefined ? given("MLFLOW_RUN_ID", "runId") : {}),
      ...run,
      ...given("MLFLOW_TRACKING_URI", "uri"),
      ...given("MLFLOW_EXPERIMENT_NAME", "experiment"),
      ...given("MLFLOW_EXPERIMENT_ID", "experimentId"),
      ...options,
      clock: () => Date.now(),
      user: userName(),
      tags: { "mlflow.source.name": "l2e run", "mlflow.source.type": "LOCAL", ...options.tags },
    });
  };
}

/** The commit of this program, where it runs in a clone. */
export async function gitCommit(): Promise<string | undefined> {
  // A published package may lie inside somebody else's repository, whose commit says nothing about it.
  if (!inClone) return undefined;
  try {
    const cwd = fileURLToPath(packageRoot);
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd });
    return /^[0-9a-f]{40,64}$/.test(stdout.trim()) ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // containers may run under a user id without a name
  }
}
