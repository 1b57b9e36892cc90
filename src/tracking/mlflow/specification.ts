/** @file The calls of MLflow's REST interface 2.0 that are used here: method, path, and what goes and comes over the wire. */

/** One call: how it is made, and (in types only) its payload and its answer. */
export interface Endpoint<Payload, Answer> {
  readonly method: "GET" | "POST" | "PATCH";
  /** Below `/api/2.0/mlflow/`; `{name}` is taken from the payload. */
  readonly path: string;
  /** Never there: it carries the types. */
  readonly types?: { readonly payload: Payload; readonly answer: Answer };
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

export interface WireRun {
  readonly info: {
    readonly run_id: string;
    readonly run_name?: string;
    readonly experiment_id: string;
    readonly artifact_uri?: string;
    readonly status?: string;
    readonly start_time?: number;
    readonly end_time?: number;
    readonly lifecycle_stage?: string;
  };
  readonly data?: {
    readonly tags?: readonly TextRow[];
    readonly params?: readonly TextRow[];
    readonly metrics?: readonly WireMetric[];
  };
}

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

export interface WireFile {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

export interface WireLoggedModel {
  readonly info: {
    readonly model_id: string;
    readonly name: string;
    readonly artifact_uri: string;
    readonly status: string;
  };
}

export interface WireModelVersion {
  readonly name: string;
  readonly version: string;
  readonly source?: string;
  readonly run_id?: string;
  readonly status?: string;
}

interface Page {
  readonly page_token?: string | undefined;
  readonly max_results?: number;
}

const call = <Payload, Answer>(
  method: "GET" | "POST" | "PATCH",
  path: string,
): Endpoint<Payload, Answer> => ({
  method,
  path,
});

/** The server takes at most these many rows in one `log-batch`; one excess refuses the whole request. */
export const largestBatch = { metrics: 1000, params: 100, tags: 100 } as const;

/** Every call, by the name of what it does. */
export const endpoints = {
  createExperiment: call<{ name: string; tags?: readonly TextRow[] }, { experiment_id: string }>(
    "POST",
    "experiments/create",
  ),
  experimentByName: call<
    { experiment_name: string },
    { experiment?: { experiment_id: string; name: string; lifecycle_stage?: string } }
  >("GET", "experiments/get-by-name"),
  createRun: call<
    { experiment_id: string; run_name: string; start_time: number; tags: readonly TextRow[] },
    { run?: WireRun }
  >("POST", "runs/create"),
  getRun: call<{ run_id: string }, { run?: WireRun }>("GET", "runs/get"),
  updateRun: call<{ run_id: string; status?: string; end_time?: number; run_name?: string }, object>(
    "POST",
    "runs/update",
  ),
  deleteRun: call<{ run_id: string }, object>("POST", "runs/delete"),
  searchRuns: call<
    Page & { experiment_ids: readonly string[]; filter?: string; order_by?: readonly string[] },
    { runs?: readonly WireRun[]; next_page_token?: string }
  >("POST", "runs/search"),
  logBatch: call<
    {
      run_id: string;
      metrics?: readonly WireMetric[];
      params?: readonly TextRow[];
      tags?: readonly TextRow[];
    },
    object
  >("POST", "runs/log-batch"),
  logInputs: call<{ run_id: string; datasets: readonly WireDataset[] }, object>("POST", "runs/log-inputs"),
  logOutputs: call<{ run_id: string; models: readonly { model_id: string; step: number }[] }, object>(
    "POST",
    "runs/outputs",
  ),
  metricHistory: call<
    Page & { run_id: string; metric_key: string },
    { metrics?: readonly WireMetric[]; next_page_token?: string }
  >("GET", "metrics/get-history"),
  listArtifacts: call<
    { run_id: string; path?: string | undefined; page_token?: string | undefined },
    { root_uri?: string; files?: readonly WireFile[]; next_page_token?: string }
  >("GET", "artifacts/list"),
  createLoggedModel: call<
    {
      experiment_id: string;
      name: string;
      model_type?: string;
      source_run_id?: string;
      params?: readonly TextRow[];
      tags?: readonly TextRow[];
    },
    { model: WireLoggedModel }
  >("POST", "logged-models"),
  finishLoggedModel: call<
    { model_id: string; status: "LOGGED_MODEL_READY" | "LOGGED_MODEL_UPLOAD_FAILED" },
    { model: WireLoggedModel }
  >("PATCH", "logged-models/{model_id}"),
  createRegisteredModel: call<{ name: string; description?: string }, object>(
    "POST",
    "registered-models/create",
  ),
  createModelVersion: call<
    { name: string; source: string; run_id?: string; model_id?: string; tags?: readonly TextRow[] },
    { model_version: WireModelVersion }
  >("POST", "model-versions/create"),
  searchModelVersions: call<
    Page & { filter: string },
    { model_versions?: readonly WireModelVersion[]; next_page_token?: string }
  >("GET", "model-versions/search"),
  setModelAlias: call<{ name: string; alias: string; version: string }, object>(
    "POST",
    "registered-models/alias",
  ),
  modelVersionByAlias: call<{ name: string; alias: string }, { model_version: WireModelVersion }>(
    "GET",
    "registered-models/alias",
  ),
} as const;
