/**
 * @file A client of MLflow's REST interface for TypeScript: the entry of `learn-to-evolve/mlflow`, usable without the
 * rest of the package.
 */

import { type ArtifactMethods, artifactMethods } from "./artifacts.ts";
import { type ExperimentMethods, experimentMethods } from "./experiments.ts";
import { type ModelMethods, modelMethods } from "./models.ts";
import { type ClientOptions, connection, textOf } from "./request.ts";
import { type RunMethods, runMethods } from "./runs.ts";

/**
 * A client of one MLflow server. Every method rejects with {@link MlflowError}: at once where the server refuses, after
 * the tries of {@link RetryOptions} where it is busy or away.
 */
export interface MlflowClient extends ExperimentMethods, RunMethods, ArtifactMethods, ModelMethods {
  /** The server's address without credentials. */
  readonly uri: string;
  /** The server's version, `3.17.2` for example. */
  version(): Promise<string>;
}

/**
 * A client of the server at `options.uri`. Nothing is sent yet.
 *
 * ```ts
 * const client = mlflowClient({ uri: "http://127.0.0.1:5000", ...(await connectionFromEnvironment(process.env)) });
 * const experimentId = await client.experiment("heat");
 * const run = await client.createRun({ experimentId, runName: "first", startTime: Date.now() });
 * await client.logMetrics(run.runId, [{ key: "loss", value: 0.5, timestamp: Date.now(), step: 0 }]);
 * await client.uploadArtifact(run.artifactUri, "figures/loss.svg", "loss.svg");
 * await client.updateRun(run.runId, { state: "FINISHED", endTime: Date.now() });
 * ```
 *
 * @throws InputError where the address is none.
 */
export function mlflowClient(options: ClientOptions): MlflowClient {
  const server = connection(options);
  return {
    uri: server.uri,
    version: async () => (await server.send({ method: "GET", path: "/version" }, textOf)).trim(),
    ...experimentMethods(server),
    ...runMethods(server),
    ...artifactMethods(server),
    ...modelMethods(server),
  };
}

export type { Artifact, ArtifactMethods } from "./artifacts.ts";
export { type ConnectionSettings, connectionFromEnvironment, type Environment } from "./environment.ts";
export { MlflowError } from "./error.ts";
export type { ExperimentMethods } from "./experiments.ts";
export type { LoggedModel, ModelMethods, ModelVersion } from "./models.ts";
export type { ClientOptions, Credentials, RetryOptions } from "./request.ts";
export type {
  DatasetInput,
  MetricRow,
  MlflowRun,
  NewRun,
  RunMethods,
  RunSearch,
  RunState,
} from "./runs.ts";
export type { ProxyOptions, TlsOptions } from "./transport.ts";
