/** @file `l2e ui`: MLflow's pages over a file store, and what is said where there is no MLflow. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { mlflowClient } from "learn-to-evolve/mlflow";
import { expect, it, onTestFinished } from "vitest";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { testFolder } from "../files/folder.ts";
import { whySkipped } from "../python/python.ts";
import { runOptions } from "../tracking/runOptions.ts";
import { freePort } from "./server.ts";

const bin = fileURLToPath(new URL("../../bin/l2e.js", import.meta.url));
const skipped = whySkipped("mlflow", "flask", "sqlalchemy", "uvicorn");

async function folderWithRun(): Promise<string> {
  const folder = await testFolder();
  const tracker = await openFileStoreRun({ ...runOptions(), root: join(folder, "mlruns") });
  tracker.metrics({ loss: 0.5 }, 1);
  await tracker.finish("FINISHED");
  return folder;
}

function ui(cwd: string, env: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const { MLFLOW_TRACKING_URI: _server, ...inherited } = process.env;
  return spawn(process.execPath, [bin, "ui", ...words], { cwd, env: { ...inherited, ...env } });
}

it.skipIf(skipped !== "")(`serves the runs of a folder until it is stopped${skipped}`, async () => {
  const port = await freePort();
  const child = ui(await folderWithRun(), {}, "--port", String(port));
  const closed = once(child, "close");
  onTestFinished(() => void child.kill("SIGKILL"));
  const client = mlflowClient({ uri: `http://127.0.0.1:${port}`, retry: { attempts: 1 } });
  let experiment: string | undefined;
  for (const deadline = Date.now() + 90_000; experiment === undefined; await wait(200)) {
    experiment = await client.findExperiment("tests").catch(() => undefined);
    expect(Date.now(), "no pages came").toBeLessThan(deadline);
  }
  expect(await client.searchRuns({ experimentIds: [experiment] })).toMatchObject([
    { runName: "first", state: "FINISHED", metrics: { loss: 0.5 } },
  ]);
  child.kill("SIGTERM");
  await closed;
  await expect(client.version()).rejects.toThrow("no answer");
});

it("says how to have MLflow where it is missing, and where the reports are", async () => {
  const folder = await folderWithRun();
  await mkdir(join(folder, "runs/mine"), { recursive: true });
  await writeFile(join(folder, "runs/mine/report.html"), "");
  const child = ui(folder, { L2E_PYTHON: "no-such-python" });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (printed += text));
  const [code] = await once(child, "close");
  expect(printed).toContain("failed: MLflow is not installed; install it with: pip install mlflow\n");
  expect(printed).toContain(`report: ${join("runs", "mine", "report.html")}\n`);
  expect(code).toBe(1);
});
