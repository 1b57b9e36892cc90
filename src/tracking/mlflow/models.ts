/** @file Logged models (MLflow 3) and the model registry. */

import { hasCode } from "./error.ts";
import type { Connection } from "./request.ts";
import { endpoints, type WireModelVersion } from "./specification.ts";

/** A model that a run has made. */
export interface LoggedModel {
  /** `m-…`. */
  readonly modelId: string;
  readonly name: string;
  /** Where its files belong. */
  readonly artifactUri: string;
}

/** A version of a registered model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
  /** `models:/m-…`, or a folder of a run. */
  readonly source: string;
  readonly runId: string;
}

/** The methods of a client that concern models. */
export interface ModelMethods {
  /** Begins a model: upload its files to `artifactUri`, then call {@link ModelMethods.finishModel}. MLflow 3 and later. */
  createModel(model: {
    readonly experimentId: string;
    readonly name: string;
    readonly modelType?: string;
    readonly runId?: string;
    readonly tags?: Readonly<Record<string, string>>;
  }): Promise<LoggedModel>;
  /** Marks a model as whole, and as an output of its run at a step. */
  finishModel(modelId: string, run?: { readonly runId: string; readonly step: number }): Promise<void>;
  /** Adds a version to the registry; the registered model is made when missing. */
  registerVersion(version: {
    readonly name: string;
    readonly source: string;
    readonly runId?: string;
    readonly modelId?: string;
  }): Promise<ModelVersion>;
  /** Versions of a registered model; only those of a run, where one is given. */
  modelVersions(name: string, runId?: string): Promise<ModelVersion[]>;
  setAlias(name: string, alias: string, version: string): Promise<void>;
  /** The version that an alias names; undefined where there is none. */
  versionByAlias(name: string, alias: string): Promise<ModelVersion | undefined>;
}

export function modelMethods(connection: Connection): ModelMethods {
  return { ...loggedModels(connection), ...registry(connection) };
}

function loggedModels(connection: Connection): Pick<ModelMethods, "createModel" | "finishModel"> {
  return {
    async createModel({ experimentId, name, modelType, runId, tags = {} }) {
      const { model } = await connection.call(endpoints.createLoggedModel, {
        experiment_id: experimentId,
        name,
        tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
        ...(modelType === undefined ? {} : { model_type: modelType }),
        ...(runId === undefined ? {} : { source_run_id: runId }),
      });
      return { modelId: model.info.model_id, name: model.info.name, artifactUri: model.info.artifact_uri };
    },
    async finishModel(modelId, run) {
      await connection.call(endpoints.finishLoggedModel, { model_id: modelId, status: "LOGGED_MODEL_READY" });
      if (run === undefined) return;
      await connection.call(endpoints.logOutputs, {
        run_id: run.runId,
        models: [{ model_id: modelId, step: run.step }],
      });
    },
  };
}

function registry(
  connection: Connection,
): Pick<ModelMethods, "registerVersion" | "modelVersions" | "setAlias" | "versionByAlias"> {
  return {
    async registerVersion({ name, source, runId, modelId }) {
      try {
        await connection.call(endpoints.createRegisteredModel, { name });
      } catch (error) {
        if (!hasCode(error, "RESOURCE_ALREADY_EXISTS")) throw error;
      }
      const answer = await connection.call(endpoints.createModelVersion, {
        name,
        source,
        ...(runId === undefined ? {} : { run_id: runId }),
        ...(modelId === undefined ? {} : { model_id: modelId }),
      });
      return versionFrom(answer.model_version);
    },
    async modelVersions(name, runId) {
      const found: ModelVersion[] = [];
      const search = { filter: `name = '${name.replaceAll("'", "''")}'`, max_results: 1000 };
      for await (const { model_versions: versions } of connection.pages(
        endpoints.searchModelVersions,
        search,
      )) {
        found.push(...versions.map(versionFrom));
      }
      return runId === undefined ? found : found.filter((version) => version.runId === runId);
    },
    async setAlias(name, alias, version) {
      await connection.call(endpoints.setModelAlias, { name, alias, version });
    },
    async versionByAlias(name, alias) {
      try {
        return versionFrom(
          (await connection.call(endpoints.modelVersionByAlias, { name, alias })).model_version,
        );
      } catch (error) {
        if (hasCode(error, "RESOURCE_DOES_NOT_EXIST") || hasCode(error, "INVALID_PARAMETER_VALUE"))
          return undefined;
        throw error;
      }
    },
  };
}

function versionFrom({ name, version, source = "", run_id: runId = "" }: WireModelVersion): ModelVersion {
  return { name, version: String(version), source, runId };
}
