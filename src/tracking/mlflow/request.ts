/** @file The one function that asks an MLflow server: who asks, how patiently, and what a failure means. */

import { randomInt } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { check } from "../../check/check.ts";
import { decoded, withoutCredentials } from "./address.ts";
import { isPassing, MlflowError } from "./error.ts";
import type { Endpoint } from "./specification.ts";
import { type Exchange, exchange, type ProxyOptions, type TlsOptions } from "./transport.ts";

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
  /** Pause after the first failure, doubled after each, lengthened by up to half at random; 300 ms by default. */
  readonly backoffMs?: number;
  /** Time for one try; 10 s by default. Uploads get longer by their size. */
  readonly timeoutMs?: number;
}

/** What a connection to a server needs. */
export interface ClientOptions {
  /** `http(s)://host[:port][/prefix]`; `user:password@` in it is used as credentials. */
  readonly uri: string;
  readonly auth?: Credentials;
  readonly retry?: RetryOptions;
  readonly tls?: TlsOptions;
  readonly proxy?: ProxyOptions;
  /** The workspace of a server that has several, sent as `X-MLFLOW-WORKSPACE`. */
  readonly workspace?: string;
}

/** A request below the server's address. */
export interface Demand {
  readonly method: string;
  /** With a leading slash, percent-encoded. */
  readonly path: string;
  readonly body?: Exchange["body"];
  readonly headers?: Readonly<Record<string, string>>;
  /** Longer than the usual time limit, for large bodies. */
  readonly extraMs?: number;
}

/** A connection to one server. */
export interface Connection {
  /** The server's address without credentials. */
  readonly uri: string;
  /** Makes a call of the specification; `undefined` in the payload is left out. */
  call<Payload extends object, Answer>(
    endpoint: Endpoint<Payload, Answer>,
    payload: Payload,
  ): Promise<Answer>;
  /** Makes a call again for every page of a list. */
  pages<Payload extends PageToken, Answer extends Page>(
    endpoint: Endpoint<Payload, Answer>,
    payload: NoInfer<Payload>,
  ): AsyncGenerator<Answer, void, void>;
  /** Sends anything else; gives what `read` makes of the answer's body. */
  send<T>(demand: Demand, read: (answer: IncomingMessage) => Promise<T>): Promise<T>;
}

interface PageToken {
  readonly page_token?: string | undefined;
}

interface Page {
  readonly next_page_token?: string | undefined;
}

const LONGEST_PAUSE_MS = 10_000;

/** Opens a connection; nothing is sent yet. Throws `InputError` where the address is none. */
export function connection(options: ClientOptions): Connection {
  check(
    /^https?:\/\//i.test(options.uri) && URL.canParse(options.uri),
    () => `${withoutCredentials(options.uri)} is not the address of a server: http(s)://host:port.`,
  );
  const address = new URL(options.uri);
  const authorization = authorizationOf(options.auth ?? {}, address);
  address.username = "";
  address.password = "";
  const uri = address.href.replace(/[?#].*$/, "").replace(/\/+$/, "");
  const retry = { attempts: 4, backoffMs: 300, timeoutMs: 10_000, ...options.retry };
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(options.workspace === undefined ? {} : { "x-mlflow-workspace": options.workspace }),
  };
  const send: Connection["send"] = (demand, read) =>
    patiently(
      {
        method: demand.method,
        url: new URL(`${uri}${demand.path}`),
        headers: { ...headers, ...demand.headers },
        timeoutMs: Math.ceil(retry.timeoutMs + (demand.extraMs ?? 0)),
        ...(demand.body === undefined ? {} : { body: demand.body }),
        ...(options.tls === undefined ? {} : { tls: options.tls }),
        ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
      },
      read,
      retry,
    );
  const opened: Connection = {
    uri,
    send,
    async *pages(endpoint, payload) {
      const seen = new Set<string | undefined>();
      for (let token: string | undefined; ; ) {
        const page = await opened.call(endpoint, { ...payload, page_token: token });
        yield page;
        seen.add(token);
        token = page.next_page_token;
        if (token === undefined || token === "") return;
        if (seen.has(token))
          throw new MlflowError(`${uri} answers to ${endpoint.path} with the same page again`);
      }
    },
    async call<Payload extends object, Answer>(endpoint: Endpoint<Payload, Answer>, payload: Payload) {
      const answer = endpoint.answer.safeParse(await send(demandOf(endpoint, payload), jsonOf));
      if (answer.success) return answer.data;
      const [{ path, message }] = answer.error.issues;
      throw new MlflowError(
        `${uri} does not answer as an MLflow server does (${endpoint.path}, ${path.join(".") || "all of it"}: ${message})`,
      );
    },
  };
  return opened;
}

function demandOf(endpoint: Endpoint<object, unknown>, payload: object): Demand {
  const { method } = endpoint;
  const values = payload as Readonly<Record<string, unknown>>;
  const named = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values[name])),
  );
  const path = `/api/2.0/mlflow/${named}`;
  if (method !== "GET") {
    return { method, path, headers: { "content-type": "application/json" }, body: JSON.stringify(payload) };
  }
  const query = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return { method, path: `${path}?${new URLSearchParams(query)}` };
}

function authorizationOf({ username, password, token }: Credentials, address: URL): string | undefined {
  const user = username ?? decoded(address.username);
  const secret = password ?? decoded(address.password);
  if (user !== "" && secret !== "") return `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
  return token === undefined || token === "" ? undefined : `Bearer ${token}`;
}

/** Tries again after 408, 429, 5xx and lost connections; anything else is final. */
async function patiently<T>(
  outgoing: Exchange,
  read: (answer: IncomingMessage) => Promise<T>,
  retry: Required<RetryOptions>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const { value, problem, pauseMs } = await once(outgoing, read);
    if (problem === undefined) return value as T;
    if (!isPassing(problem) || attempt >= retry.attempts) throw problem;
    // Many clients that lost one server must not come back all at once.
    const jittered = retry.backoffMs * 2 ** (attempt - 1) * (1 + randomInt(512) / 1024);
    await wait(Math.min(pauseMs ?? jittered, LONGEST_PAUSE_MS));
  }
}

const refusalSchema = z.object({ error_code: z.string().optional(), message: z.string().optional() });

interface Outcome<T> {
  readonly value?: T;
  readonly problem?: MlflowError;
  /** What the server asks for in Retry-After. */
  readonly pauseMs?: number;
}

async function once<T>(
  outgoing: Exchange,
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<Outcome<T>> {
  const { host, pathname } = outgoing.url;
  let status: number;
  let text: string;
  let after: number;
  try {
    const answer = await exchange(outgoing);
    status = answer.statusCode as number;
    if (status >= 200 && status < 300) return { value: await read(answer) };
    after = Number(answer.headers["retry-after"] ?? Number.NaN);
    text = await textOf(answer);
  } catch (error) {
    if (error instanceof MlflowError) return { problem: error };
    return { problem: new MlflowError(`no answer from ${host}: ${reasonOf(error)}`) };
  }
  // Proxies and the authentication plug-in answer in plain text.
  const refusal = refusalSchema.safeParse(jsonOrEmpty(text));
  const { error_code: code, message = text.slice(0, 200) } = refusal.data ?? {};
  return {
    problem: new MlflowError(`${host} answered ${status} to ${pathname}: ${message}`, status, code),
    ...(Number.isFinite(after) ? { pauseMs: after * 1000 } : {}),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Several addresses tried at once (localhost) fail together, without a message of their own.
  const cause = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return cause.message || String((cause as { code?: string }).code);
}

/** A page of MLflow's has a megabyte or so. */
const LARGEST_ANSWER = 2 ** 26;

/** The whole body as text. Rejects with {@link MlflowError} where it does not end in time. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > LARGEST_ANSWER) throw new MlflowError(`an answer of more than ${LARGEST_ANSWER} bytes`, 400);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The body as JSON; whatever else it is counts as an empty answer, which those who need a field reject. */
async function jsonOf(answer: IncomingMessage): Promise<object> {
  return jsonOrEmpty(await textOf(answer));
}

function jsonOrEmpty(text: string): object {
  try {
    // A field that is null is one that is left out.
    const value: unknown = JSON.parse(text, (_name, entry) => (entry === null ? undefined : entry));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
