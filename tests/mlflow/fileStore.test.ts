/** @file The file store is read by MLflow itself, where a Python with it is at hand. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fileUri } from "../../src/files/uri.ts";
import { openFileStoreRun } from "../../src/tracking/fileStore.ts";
import { testFolder } from "../files/folder.ts";
import { fromPython, whySkipped } from "../python/python.ts";
import { runOptions } from "../tracking/runOptions.ts";

const skipped = whySkipped("mlflow");

const SCRIPT = `
import json, sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
run = mlflow.search_runs(experiment_names=["tests"], output_format="list")[0]
client = mlflow.MlflowClient()
print(json.dumps({
    "status": run.info.status, "name": run.info.run_name, "params": run.data.params, "metrics": {key: "nan" if x != x else x for key, x in run.data.metrics.items()},
    "history": [[m.step, m.value] for m in client.get_metric_history(run.info.run_id, "val/uvp")],
    "artifacts": [file.path for file in client.list_artifacts(run.info.run_id, "model")],
    "flavors": sorted(mlflow.models.Model.load(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="model")).flavors),
    "dataset": run.inputs.dataset_inputs[0].dataset.name,
}))
`;

it.skipIf(skipped !== "")(`MLflow reads a run of the file store${skipped}`, async () => {
  const root = join(await testFolder(), "mlruns");
  const onnx = join(root, "..", "operator.onnx");
  await writeFile(onnx, "not really");
  const tracker = await openFileStoreRun({ ...runOptions(), root });
  tracker.params({ seed: 7 });
  tracker.metrics({ loss: 1, "val/uvp": 0.5 }, 0);
  tracker.metrics({ "val/uvp": 0.25, odd: Number.NaN }, 1);
  tracker.dataset({ name: "train", digest: "d", source: "datasets/x" });
  await tracker.model({ onnx, step: 1 });
  await tracker.finish("FINISHED");
  expect(await fromPython(SCRIPT, [fileUri(root)], { MLFLOW_ALLOW_FILE_STORE: "true" })).toEqual({
    status: "FINISHED",
    name: "first",
    params: { seed: "7" },
    metrics: { loss: 1, "val/uvp": 0.25, odd: "nan" },
    history: [
      [0, 0.5],
      [1, 0.25],
    ],
    dataset: "train",
    artifacts: ["model/MLmodel", "model/operator.onnx"],
    flavors: ["onnx", "python_function"],
  });
});
