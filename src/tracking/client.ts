/** @file Requests to an MLflow server: authentication, time-outs and patience with a server that is busy or away. */

import { stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileChunks } from "../files/atomic.ts";

/** Who asks. Either a user with a password, or a token. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}

/** How patient to be. */
export interface RetryOptions {
  /** Tries of one request, at least 1; 4 by default. */
  readonly attempts?: number;
  /** Pause after the first failure, doubled after each; 300 ms by default. */
  readonly backoffMs?: number;
  /** Time for one try; 10 s by default. Uploads get longer by their size. */
  readonly timeoutMs?: number;
}

export interface ClientOptions {
  /** `http(s)://host[:port][/prefix]`; `user:password@` in it is used as credentials. */
  readonly uri: string;
  readonly auth?: Credentials;
  readonly retry?: RetryOptions;
}

/** A request that failed for good. */
export class TrackingError extends Error {
  override readonly name = "TrackingError";
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** MLflow's `error_code`, where the answer had one. */
  readonly code: string | undefined;

  constructor(message: string, status?: number, code?: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A connection to one server. */
export interface TrackingClient {
  /** The server's address without credentials. */
  readonly uri: string;
  get(endpoint: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  post(endpoint: string, body: unknown): Promise<unknown>;
  /** Uploads a file through the server's artifact proxy. */
  upload(artifactUri: string, name: string, path: string): Promise<void>;
}

const SLOWEST_UPLOAD_BYTES_PER_MS = 50;

/** A client of MLflow's REST interface 2.0. */
export function trackingClient(options: ClientOptions): TrackingClient {
  const address = new URL(options.uri);
  const authorization = authorizationOf(options.auth ?? {}, address);
  address.username = "";
  address.password = "";
  const uri = address.href.replace(/[?#].*$/, "").replace(/\/+$/, "");
  const retry = { attempts: 4, backoffMs: 300, timeoutMs: 10_000, ...options.retry };
  const headers = authorization === undefined ? {} : { authorization };
  const endpointOf = (endpoint: string) => `${uri}/api/2.0/mlflow/${endpoint}`;
  const json = { ...headers, "content-type": "application/json" };
  return {
    uri,
    get: (endpoint, query) =>
      patiently(`${endpointOf(endpoint)}?${new URLSearchParams(query)}`, () => ({ headers }), retry),
    post: (endpoint, body) =>
      patiently(
        endpointOf(endpoint),
        () => ({ method: "POST", headers: json, body: JSON.stringify(body) }),
        retry,
      ),
    async upload(artifactUri, name, path) {
      const proxied = /^mlflow-artifacts:\/*(.*)$/.exec(artifactUri);
      if (proxied === null) {
        throw new TrackingError(
          `the server at ${uri} does not take artifacts itself (they belong in ${artifactUri})`,
        );
      }
      // The authority of mlflow-artifacts://host/path, where there is one, is this server.
      const root =
        artifactUri.startsWith("mlflow-artifacts://") && !artifactUri.startsWith("mlflow-artifacts:///")
          ? proxied[1].replace(/^[^/]*\//, "")
          : proxied[1];
      const target = `${root}/${name}`.split("/").map(encodeURIComponent).join("/");
      const { size } = await stat(path);
      const timeoutMs = Math.ceil(retry.timeoutMs + size / SLOWEST_UPLOAD_BYTES_PER_MS);
      // The body is a stream, which can be sent only once: every try opens the file again.
      const request = () => ({
        method: "PUT",
        headers: { ...headers, "content-type": "application/octet-stream", "content-length": String(size) },
        body: fileChunks(path),
        duplex: "half",
      });
      await patiently(`${uri}/api/2.0/mlflow-artifacts/artifacts/${target}`, request, {
        ...retry,
        timeoutMs,
      });
    },
  };
}

function authorizationOf({ username, password, token }: Credentials, address: URL): string | undefined {
  const user = username ?? decodeURIComponent(address.username);
  const secret = password ?? decodeURIComponent(address.password);
  if (user !== "" && secret !== "") return `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  return token === undefined || token === "" ? undefined : `Bearer ${token}`;
}

/** Tries again after 408, 429, 5xx and lost connections; anything else is final. */
async function patiently(
  url: string,
  request: () => object,
  retry: Required<RetryOptions>,
): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    const { answer, problem, pauseMs } = await once(url, request(), retry.timeoutMs);
    if (problem === undefined) return answer;
    const { status } = problem;
    const isPassing = status === undefined || status === 408 || status === 429 || status >= 500;
    if (!isPassing || attempt >= retry.attempts) throw problem;
    await wait(Math.min(pauseMs ?? retry.backoffMs * 2 ** (attempt - 1), 10_000));
  }
}

interface Outcome {
  readonly answer?: unknown;
  readonly problem?: TrackingError;
  /** What the server asks for in Retry-After. */
  readonly pauseMs?: number;
}

async function once(url: string, request: object, timeoutMs: number): Promise<Outcome> {
  const { host, pathname } = new URL(url);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
    text = await response.text();
  } catch (error) {
    return { problem: new TrackingError(`no answer from ${host}: ${reasonOf(error)}`) };
  }
  // Proxies and the authentication plug-in answer in plain text.
  const answer = jsonOrEmpty(text);
  if (response.ok) return { answer };
  const { error_code: code, message = text.slice(0, 200) } = answer as {
    error_code?: string;
    message?: string;
  };
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    problem: new TrackingError(
      `${host} answered ${response.status} to ${pathname}: ${message}`,
      response.status,
      code,
    ),
    ...(Number.isFinite(after) ? { pauseMs: after * 1000 } : {}),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return cause === undefined ? error.message : cause.message || String((cause as { code?: string }).code);
}

function jsonOrEmpty(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
