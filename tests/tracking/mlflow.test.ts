/** @file The file store is read by MLflow itself, where a Python with it is at hand. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileUri } from "../../src/files/uri.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { testFolder } from "../files/folder.ts";
import { runOptions } from "./runOptions.ts";

const python = process.env["L2E_PYTHON"] ?? "python3";

/** Without importing it, which takes seconds. */
function hasMlflow(): boolean {
  try {
    const probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('mlflow') is None)";
    execFileSync(python, ["-c", probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const SCRIPT = `
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.search_runs(experiment_names=["tests"], output_format="list")[0]
client = mlflow.MlflowClient()
print(json.dumps({
    "status": run.info.status, "name": run.info.run_name, "params": run.data.params, "metrics": run.data.metrics,
    "history": [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, "val/uvp")],
    "dataset": run.inputs.dataset_inputs[0].dataset.name,
}))
`;

it.skipIf(!hasMlflow())(
  "MLflow reads a run (needs mlflow: set L2E_PYTHON to a Python that has it)",
  async () => {
    const root = join(await testFolder(), "mlruns");
    const tracker = await openFileStoreRun({ ...runOptions(), root });
    tracker.params({ seed: 7 });
    tracker.metrics({ loss: 1, "val/uvp": 0.5 }, 0);
    tracker.metrics({ "val/uvp": 0.25 }, 1);
    tracker.dataset({ name: "train", digest: "d", source: "datasets/x" });
    await tracker.finish("FINISHED");
    const env = { ...process.env, MLFLOW_ALLOW_FILE_STORE: "true" };
    const printed = execFileSync(python, ["-c", SCRIPT, fileUri(root)], {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    expect(JSON.parse(printed)).toEqual({
      status: "FINISHED",
      name: "first",
      params: { seed: "7" },
      metrics: { loss: 1, "val/uvp": 0.25 },
      history: [
        [0, 0.5],
        [1, 0.25],
      ],
      dataset: "train",
    });
  },
);
