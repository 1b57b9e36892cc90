/** @file MLflow's environment variables, with the meaning that they have for Python's client. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { check, InputError } from "../../check/check.ts";
import { isCode } from "../../files/atomic.ts";
import { readCredentials } from "./credentials.ts";
import type { ClientOptions } from "./request.ts";

/** Variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables say of the connection, all but the address. */
export type ConnectionSettings = Omit<ClientOptions, "uri">;

/**
 * Reads `MLFLOW_TRACKING_USERNAME`, `_PASSWORD`, `_TOKEN`, `_INSECURE_TLS`, `_SERVER_CERT_PATH` and
 * `_CLIENT_CERT_PATH`, `MLFLOW_HTTP_REQUEST_TIMEOUT` (seconds), `_MAX_RETRIES` and `_BACKOFF_FACTOR` (seconds),
 * `MLFLOW_WORKSPACE`, and `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. A name or password that is not among them is taken from
 * `~/.mlflow/credentials`.
 *
 * Rejects with `InputError` where a number is none or a certificate cannot be read.
 */
export async function connectionFromEnvironment(env: Environment): Promise<ConnectionSettings> {
  const text = (name: string) => (env[name] === "" ? undefined : env[name]);
  const given = <T>(key: string, value: T | undefined) => (value === undefined ? {} : { [key]: value });
  const timeout = numberFrom(env, "MLFLOW_HTTP_REQUEST_TIMEOUT");
  const retries = numberFrom(env, "MLFLOW_HTTP_REQUEST_MAX_RETRIES");
  const backoff = numberFrom(env, "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR");
  const home = text("HOME") ?? text("USERPROFILE");
  const kept = home === undefined ? {} : await readCredentials(join(home, ".mlflow", "credentials"));
  const proxyOf = (name: string) => text(name.toLowerCase()) ?? text(name);
  return {
    auth: {
      ...kept,
      ...given("username", text("MLFLOW_TRACKING_USERNAME")),
      ...given("password", text("MLFLOW_TRACKING_PASSWORD")),
      ...given("token", text("MLFLOW_TRACKING_TOKEN")),
    },
    retry: {
      ...given("timeoutMs", timeout === undefined ? undefined : 1000 * timeout),
      ...given("attempts", retries === undefined ? undefined : 1 + Math.floor(retries)),
      ...given("backoffMs", backoff === undefined ? undefined : 1000 * backoff),
    },
    tls: {
      ...given("insecure", text("MLFLOW_TRACKING_INSECURE_TLS")?.toLowerCase() === "true" ? true : undefined),
      ...given("ca", await certificate(env, "MLFLOW_TRACKING_SERVER_CERT_PATH")),
      ...given("cert", await certificate(env, "MLFLOW_TRACKING_CLIENT_CERT_PATH")),
    },
    proxy: {
      ...given("http", proxyOf("HTTP_PROXY")),
      ...given("https", proxyOf("HTTPS_PROXY")),
      ...given("direct", proxyOf("NO_PROXY")),
    },
    ...given("workspace", text("MLFLOW_WORKSPACE")),
  };
}

function numberFrom(env: Environment, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  check(Number.isFinite(value) && value >= 0, () => `${name} must be a number of at least 0, got "${text}".`);
  return value;
}

async function certificate(env: Environment, name: string): Promise<string | undefined> {
  const path = env[name];
  if (path === undefined || path === "") return undefined;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT", "EACCES", "EISDIR"))
      throw new InputError(`${name}: ${path} cannot be read. Give the path of a certificate in PEM.`);
    throw error;
  }
}
