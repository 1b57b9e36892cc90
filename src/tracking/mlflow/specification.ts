/** @file The calls of MLflow's REST interface 2.0 that are used here: method, path, and what goes and comes over the wire. */

import { z } from "zod";

/** One call: how it is made, what its answer must be, and (in types only) its payload. */
export interface Endpoint<Payload, Answer> {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below `/api/2.0/mlflow/`; `{name}` is taken from the payload. */
  readonly path: string;
  /** What is read of the answer. Whoever answers at the address may be no MLflow server at all. */
  readonly answer: z.ZodType<Answer>;
  /** Never there: it carries the type. */
  readonly payload?: Payload;
}

/** A name with a text, as parameters and tags are sent. */
export interface TextRow {
  readonly key: string;
  readonly value: string;
}

/** A metric's value over the wire: JSON has no numbers that are not finite, the server reads `"NaN"` and `"Infinity"`. */
export interface WireMetric {
  readonly key: string;
  readonly value: number | string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** Times and sizes are 64-bit integers, which some servers write as texts. */
const wholeNumber = z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number);
const textRow = z.object({ key: z.string(), value: z.string() });
const metric = z.object({
  key: z.string(),
  value: z.union([z.number(), z.string()]),
  timestamp: wholeNumber,
  step: wholeNumber.default(0),
});
const run = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: z.string().optional(),
    experiment_id: z.string(),
    artifact_uri: z.string().optional(),
    status: z.string().optional(),
    start_time: wholeNumber.optional(),
    end_time: wholeNumber.optional(),
  }),
  data: z
    .object({
      tags: z.array(textRow).optional(),
      params: z.array(textRow).optional(),
      metrics: z.array(metric).optional(),
    })
    .optional(),
});
const artifact = z.object({
  path: z.string(),
  is_dir: z.boolean().default(false),
  file_size: wholeNumber.optional(),
});
const loggedModel = z.object({
  info: z.object({ model_id: z.string(), name: z.string(), artifact_uri: z.string() }),
});
const modelVersion = z.object({
  name: z.string(),
  version: z.union([z.string(), z.number()]),
  source: z.string().optional(),
  run_id: z.string().optional(),
});
const nothing = z.object({});
/** Lists that come in pages. */
const page = { next_page_token: z.string().optional() };

export type WireRun = z.output<typeof run>;
export type WireModelVersion = z.output<typeof modelVersion>;

export interface WireDataset {
  readonly tags: readonly TextRow[];
  readonly dataset: {
    readonly name: string;
    /** At most 36 characters. */
    readonly digest: string;
    readonly source_type: string;
    /** JSON. */
    readonly source: string;
    readonly schema: string;
    readonly profile: string;
  };
}

interface Page {
  readonly page_token?: string | undefined;
  readonly max_results?: number;
}

const call =
  <Payload>() =>
  <Answer>(
    method: "GET" | "POST" | "PATCH",
    path: string,
    answer: z.ZodType<Answer>,
  ): Endpoint<Payload, Answer> => ({
    method,
    path,
    answer,
  });

/** The server takes at most these many rows in one `log-batch`; one excess refuses the whole request. */
export const largestBatch = { metrics: 1000, params: 100, tags: 100 } as const;

/** Every call, by the name of what it does. */
export const endpoints = {
  createExperiment: call<{ name: string; tags?: readonly TextRow[] }>()(
    "POST",
    "experiments/create",
    z.object({ experiment_id: z.string() }),
  ),
  experimentByName: call<{ experiment_name: string }>()(
    "GET",
    "experiments/get-by-name",
    z.object({ experiment: z.object({ experiment_id: z.string() }) }),
  ),
  createRun: call<{
    experiment_id: string;
    run_name: string;
    start_time: number;
    tags: readonly TextRow[];
  }>()("POST", "runs/create", z.object({ run })),
  getRun: call<{ run_id: string }>()("GET", "runs/get", z.object({ run })),
  updateRun: call<{ run_id: string; status?: string; end_time?: number; run_name?: string }>()(
    "POST",
    "runs/update",
    nothing,
  ),
  deleteRun: call<{ run_id: string }>()("POST", "runs/delete", nothing),
  searchRuns: call<
    Page & { experiment_ids: readonly string[]; filter?: string; order_by?: readonly string[] }
  >()("POST", "runs/search", z.object({ runs: z.array(run).default([]), ...page })),
  logBatch: call<{
    run_id: string;
    metrics?: readonly WireMetric[];
    params?: readonly TextRow[];
    tags?: readonly TextRow[];
  }>()("POST", "runs/log-batch", nothing),
  logInputs: call<{ run_id: string; datasets: readonly WireDataset[] }>()("POST", "runs/log-inputs", nothing),
  logOutputs: call<{ run_id: string; models: readonly { model_id: string; step: number }[] }>()(
    "POST",
    "runs/outputs",
    nothing,
  ),
  metricHistory: call<Page & { run_id: string; metric_key: string }>()(
    "GET",
    "metrics/get-history",
    z.object({ metrics: z.array(metric).default([]), ...page }),
  ),
  listArtifacts: call<Pick<Page, "page_token"> & { run_id: string; path?: string | undefined }>()(
    "GET",
    "artifacts/list",
    z.object({ files: z.array(artifact).default([]), ...page }),
  ),
  createLoggedModel: call<{
    experiment_id: string;
    name: string;
    model_type?: string;
    source_run_id?: string;
    params?: readonly TextRow[];
    tags?: readonly TextRow[];
  }>()("POST", "logged-models", z.object({ model: loggedModel })),
  finishLoggedModel: call<{
    model_id: string;
    status: "LOGGED_MODEL_READY" | "LOGGED_MODEL_UPLOAD_FAILED";
  }>()("PATCH", "logged-models/{model_id}", nothing),
  createRegisteredModel: call<{ name: string; description?: string }>()(
    "POST",
    "registered-models/create",
    nothing,
  ),
  createModelVersion: call<{
    name: string;
    source: string;
    run_id?: string;
    model_id?: string;
    tags?: readonly TextRow[];
  }>()("POST", "model-versions/create", z.object({ model_version: modelVersion })),
  searchModelVersions: call<Page & { filter: string }>()(
    "GET",
    "model-versions/search",
    z.object({ model_versions: z.array(modelVersion).default([]), ...page }),
  ),
  setModelAlias: call<{ name: string; alias: string; version: string }>()(
    "POST",
    "registered-models/alias",
    nothing,
  ),
  modelVersionByAlias: call<{ name: string; alias: string }>()(
    "GET",
    "registered-models/alias",
    z.object({ model_version: modelVersion }),
  ),
} as const;
