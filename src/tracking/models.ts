/** @file A trained operator as a model of MLflow: its description, and its way into the registry of a server. */

import type { MlflowClient, MlflowRun } from "./mlflow/client.ts";
import { MlflowError } from "./mlflow/error.ts";

/** Where a run keeps its model. */
export const MODEL_FOLDER = "model";

/** The tag under which a run in the file store keeps the name for the registry. */
export const REGISTER_TAG = "l2e.registered_model";

/** The files of a model in MLflow's layout, for Python's `mlflow.onnx.load_model`. */
export function modelFiles({ now }: { readonly now: number }): {
  readonly onnx: string;
  readonly description: string;
} {
  const onnx = "operator.onnx";
  const created = new Date(now).toISOString().replace("T", " ").replace("Z", "");
  // MLflow reads the version of onnx as a text and does nothing with it.
  const description = `flavors:
  onnx:
    data: ${onnx}
    onnx_version: "1.17.0"
    providers: [CPUExecutionProvider]
  python_function:
    data: ${onnx}
    loader_module: mlflow.onnx
utc_time_created: '${created}'
`;
  return { onnx, description };
}

/**
 * Logs a model, its file read from `onnx`, and registers it where it has a name there. Safe to repeat: a version that
 * this run has registered before stays the only one.
 */
export async function sendModel(
  client: MlflowClient,
  run: MlflowRun,
  model: { readonly onnx: string; readonly step: number; readonly registerAs?: string; readonly now: number },
): Promise<void> {
  const { registerAs } = model;
  const known = registerAs === undefined ? [] : await client.modelVersions(registerAs, run.runId);
  if (known.length > 0) return;
  const files = modelFiles(model);
  const place = await modelPlace(client, run, model.step);
  await client.uploadArtifact(place.artifactUri, `${place.prefix}${files.onnx}`, model.onnx);
  await client.uploadContents(place.artifactUri, `${place.prefix}MLmodel`, files.description);
  await place.finish();
  if (registerAs === undefined) return;
  const { source, modelId } = place;
  await client.registerVersion({
    name: registerAs,
    source,
    runId: run.runId,
    ...(modelId === undefined ? {} : { modelId }),
  });
}

/** A logged model, or a folder of the run on servers before MLflow 3, which have none. */
async function modelPlace(client: MlflowClient, run: MlflowRun, step: number) {
  const { runId, experimentId, artifactUri } = run;
  try {
    const name = "operator";
    const made = await client.createModel({ experimentId, name, runId, modelType: "jko-operator" });
    return {
      artifactUri: made.artifactUri,
      prefix: "",
      source: `models:/${made.modelId}`,
      modelId: made.modelId,
      finish: () => client.finishModel(made.modelId, { runId, step }),
    };
  } catch (error) {
    if (!(error instanceof MlflowError) || error.status !== 404) throw error;
    return {
      artifactUri,
      prefix: `${MODEL_FOLDER}/`,
      source: `${artifactUri}/${MODEL_FOLDER}`,
      modelId: undefined,
      finish: async () => undefined,
    };
  }
}
