/** @file Files of runs and models, streamed through the server's proxy (`mlflow-artifacts:`). */

import { stat } from "node:fs/promises";
import { check } from "../../check/check.ts";
import { fileChunks, writeStreamAtomically } from "../../files/atomic.ts";
import { MlflowError } from "./error.ts";
import { type Connection, textOf } from "./request.ts";
import { endpoints } from "./specification.ts";

/** A file or a folder of a run. */
export interface Artifact {
  /** Below the run's artifacts, with forward slashes. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Bytes of a file. */
  readonly size?: number;
}

/**
 * The methods of a client that concern files. `artifactUri` is that of a run or of a logged model. Names are paths with forward slashes;
 * those with `.` or `..` are rejected with `InputError`.
 */
export interface ArtifactMethods {
  /** Uploads a file as `name`, without holding it in memory. */
  uploadArtifact(artifactUri: string, name: string, path: string): Promise<void>;
  /** Uploads a text or bytes as `name`. */
  uploadContents(artifactUri: string, name: string, contents: string | Uint8Array): Promise<void>;
  /** Downloads a file to `path`, which is either whole or not there. */
  downloadArtifact(artifactUri: string, name: string, path: string): Promise<void>;
  /** What a run's folder of artifacts holds, one level deep; the topmost by default. */
  listArtifacts(runId: string, folder?: string): Promise<Artifact[]>;
}

/** A slower connection than this is given up. */
const SLOWEST_BYTES_PER_MS = 50;

export function artifactMethods(connection: Connection): ArtifactMethods {
  const put = (target: string, body: string | (() => AsyncIterable<Uint8Array>), size: number) =>
    connection.send(
      {
        method: "PUT",
        path: target,
        headers: { "content-type": "application/octet-stream", "content-length": String(size) },
        body,
        extraMs: size / SLOWEST_BYTES_PER_MS,
      },
      textOf,
    );
  return {
    async uploadArtifact(artifactUri, name, path) {
      const target = proxiedPath(connection, artifactUri, name);
      const { size } = await stat(path);
      await put(target, () => fileChunks(path), size);
    },
    async uploadContents(artifactUri, name, contents) {
      const bytes = Buffer.from(contents);
      async function* pieces() {
        yield bytes;
      }
      await put(proxiedPath(connection, artifactUri, name), pieces, bytes.byteLength);
    },
    async downloadArtifact(artifactUri, name, path) {
      const target = proxiedPath(connection, artifactUri, name);
      // The size is not known beforehand, so the limit is that of a gigabyte.
      await connection.send(
        { method: "GET", path: target, extraMs: 2 ** 30 / SLOWEST_BYTES_PER_MS },
        async (answer) => {
          await writeStreamAtomically(path, answer);
        },
      );
    },
    async listArtifacts(runId, folder) {
      const found: Artifact[] = [];
      for await (const { files } of connection.pages(endpoints.listArtifacts, {
        run_id: runId,
        path: folder,
      })) {
        for (const { path, is_dir: isFolder, file_size: size } of files) {
          found.push({ path, isFolder, ...(size === undefined ? {} : { size }) });
        }
      }
      return found;
    },
  };
}

/** Where the proxy takes a file. The authority of `mlflow-artifacts://host/path`, where there is one, is this server. */
function proxiedPath({ uri }: Connection, artifactUri: string, name: string): string {
  // An address resolves dots: such a name would reach another run's files, or another call of the server.
  check(
    name.split("/").every((part) => !["", ".", ".."].includes(part)),
    () => `artifact "${name}": a name must be a relative path with forward slashes, without . and ..`,
  );
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*(?=\/)|)\/*(.*)$/.exec(artifactUri);
  if (proxied === null) {
    throw new MlflowError(
      `the server at ${uri} does not take artifacts itself (they belong in ${artifactUri})`,
    );
  }
  const path = `${proxied[1]}/${name}`.split("/").map(encodeURIComponent).join("/");
  return `/api/2.0/mlflow-artifacts/artifacts/${path}`;
}
