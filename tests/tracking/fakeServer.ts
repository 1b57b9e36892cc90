/** @file A little MLflow server on the loopback, with moods. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What the server does with the next request: answer it, or first misbehave so often. */
export type Mood = "ok" | 500 | 429 | 401 | "hang up" | "silent";

interface FakeRun {
  readonly info: Record<string, unknown>;
  readonly metrics: { key: string; value: number | string; timestamp: number; step: number }[];
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly datasets: unknown[];
}

/** The server, its content, and its moods. */
export interface FakeServer {
  readonly uri: string;
  readonly runs: Map<string, FakeRun>;
  readonly artifacts: Map<string, string>;
  readonly requests: { path: string; authorization: string | undefined; count: number }[];
  /** Moods for the next requests, in order; afterwards "ok". */
  readonly moods: Mood[];
  /** The mood when none is queued. */
  mood: Mood;
}

/** Starts a server that stops when the test has finished. */
export async function fakeServer(options: { readonly artifactScheme?: string } = {}): Promise<FakeServer> {
  const experiments = new Map<string, string>();
  const server: Omit<FakeServer, "uri"> & { uri: string } = {
    uri: "",
    runs: new Map(),
    artifacts: new Map(),
    requests: [],
    moods: [],
    mood: "ok",
  };
  const routes = routesOf(server, experiments, options.artifactScheme ?? "mlflow-artifacts:/");
  const listener = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const url = new URL(request.url ?? "", "http://x");
    const path = url.pathname.replace("/prefix/api/2.0/", "");
    const json = safeJson(body);
    const count = (json["metrics"] as unknown[] | undefined)?.length ?? 0;
    server.requests.push({ path, authorization: request.headers.authorization, count });
    const mood = server.moods.shift() ?? server.mood;
    if (mood === "silent") return;
    if (mood === "hang up") return void request.socket.destroy();
    if (mood !== "ok") return void response.writeHead(mood, { "retry-after": "0" }).end("not JSON");
    if (path.startsWith("mlflow-artifacts/")) {
      server.artifacts.set(decodeURIComponent(path.replace("mlflow-artifacts/artifacts/", "")), body);
      return void response.end("{}");
    }
    const route = routes[path.replace("mlflow/", "")];
    if (route === undefined)
      return void answer(response, 404, { error_code: "ENDPOINT_NOT_FOUND", message: path });
    const [status, content] = route({ ...Object.fromEntries(url.searchParams), ...json });
    answer(response, status, content);
  });
  await new Promise<void>((ready) => listener.listen(0, "127.0.0.1", ready));
  onTestFinished(async () => {
    listener.closeAllConnections();
    await new Promise((done) => listener.close(done));
  });
  server.uri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/prefix`;
  return server;
}

type Body = Record<string, unknown>;
type Route = (body: Body) => [status: number, content: object];

function routesOf(
  server: Omit<FakeServer, "uri">,
  experiments: Map<string, string>,
  scheme: string,
): Record<string, Route> {
  const missing: [number, object] = [
    404,
    { error_code: "RESOURCE_DOES_NOT_EXIST", message: "no such thing" },
  ];
  const runOf = (body: Body) => server.runs.get(body["run_id"] as string);
  const withRun = (change: (run: FakeRun, body: Body) => [number, object]) => (body: Body) => {
    const run = runOf(body);
    return run === undefined ? missing : change(run, body);
  };
  return {
    "experiments/get-by-name": (body) => {
      const id = experiments.get(body["experiment_name"] as string);
      return id === undefined ? missing : [200, { experiment: { experiment_id: id } }];
    },
    "experiments/create": (body) => {
      const id = String(experiments.size + 1);
      experiments.set(body["name"] as string, id);
      return [200, { experiment_id: id }];
    },
    "runs/create": (body) => {
      const runId = String(server.runs.size + 1).padStart(32, "0");
      const info = {
        run_id: runId,
        experiment_id: body["experiment_id"],
        artifact_uri: `${scheme}${body["experiment_id"]}/${runId}/artifacts`,
        status: "RUNNING",
        start_time: body["start_time"],
      };
      const tags = new Map(
        (body["tags"] as { key: string; value: string }[]).map(({ key, value }) => [key, value]),
      );
      const run = { info, metrics: [], params: new Map(), tags, datasets: [] };
      server.runs.set(runId, run);
      return [200, { run: shown(run) }];
    },
    "runs/get": withRun((run) => [200, { run: shown(run) }]),
    "runs/update": withRun((run, { status, end_time }) => {
      Object.assign(run.info, { status, end_time });
      return [200, {}];
    }),
    "runs/delete": (body) => [server.runs.delete(body["run_id"] as string) ? 200 : 404, {}],
    "runs/search": (body) => {
      const [, key, value] = /^tags\.`(.*)` = '(.*)'$/.exec(body["filter"] as string) ?? [];
      return [
        200,
        { runs: [...server.runs.values()].filter((run) => run.tags.get(key) === value).map(shown) },
      ];
    },
    "runs/log-batch": withRun(logBatch),
    "runs/log-inputs": withRun((run, body) => {
      run.datasets.push(...(body["datasets"] as unknown[]));
      return [200, {}];
    }),
  };
}

function logBatch(run: FakeRun, body: Body): [number, object] {
  const {
    metrics = [],
    params = [],
    tags = [],
  } = body as {
    metrics?: FakeRun["metrics"];
    params?: { key: string; value: string }[];
    tags?: { key: string; value: string }[];
  };
  const refusal = (message: string): [number, object] => [
    400,
    { error_code: "INVALID_PARAMETER_VALUE", message },
  ];
  if (metrics.length > 1000 || params.length > 100 || tags.length > 100) return refusal("too many");
  if (metrics.some(({ value }) => value === null)) return refusal("Missing value");
  const changed = params.find(({ key, value }) => (run.params.get(key) ?? value) !== value);
  if (changed !== undefined) return refusal(`Changing param ${changed.key}`);
  run.metrics.push(...metrics);
  for (const { key, value } of params) run.params.set(key, value);
  for (const { key, value } of tags) run.tags.set(key, value);
  return [200, {}];
}

function shown(run: FakeRun): object {
  const rows = (map: Map<string, string>) => [...map].map(([key, value]) => ({ key, value }));
  return { info: run.info, data: { tags: rows(run.tags), params: rows(run.params) } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

function safeJson(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

function answer(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
}
