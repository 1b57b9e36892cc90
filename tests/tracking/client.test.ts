/** @file The client of MLflow by itself: how it connects, what it reads from the environment, and how it counts pages. */

import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import { connectionFromEnvironment, MlflowError, mlflowClient } from "learn-to-evolve/mlflow";
import { describe, expect, it, onTestFinished } from "vitest";
import { proxyFor } from "../../src/tracking/mlflow/transport.ts";
import { testFolder } from "../files/folder.ts";
import { fakeServer } from "./fakeServer.ts";

const retry = { attempts: 2, backoffMs: 1, timeoutMs: 2000 };

async function listening(server: Server): Promise<number> {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const serve = async (handler: RequestListener) =>
  `http://127.0.0.1:${await listening(createServer(handler))}`;

describe("mlflowClient", () => {
  it("keeps a nested run on a server and reads it back", async () => {
    const client = mlflowClient({ uri: (await fakeServer()).uri, retry });
    expect(await client.findExperiment("heat")).toBeUndefined();
    const experimentId = await client.experiment("heat");
    expect(await client.experiment("heat")).toBe(experimentId);
    const parent = await client.createRun({ experimentId, runName: "sweep", startTime: 1 });
    const child = await client.createRun({
      experimentId,
      runName: "first",
      startTime: 2,
      parentRunId: parent.runId,
      tags: { phase: "one" },
    });
    await client.logParams(child.runId, { seed: "7" });
    await client.updateRun(child.runId, { state: "FINISHED", endTime: 9 });
    expect(await client.getRun(child.runId)).toMatchObject({
      state: "FINISHED",
      startTime: 2,
      endTime: 9,
      params: { seed: "7" },
      tags: { "mlflow.parentRunId": parent.runId, phase: "one" },
    });
    expect(await client.getRun("f".repeat(32))).toBeUndefined();
    await client.deleteRun(child.runId);
    expect(await client.getRun(child.runId)).toBeUndefined();
  });

  it("takes no name of a file that leads elsewhere, and sends nothing", async () => {
    const server = await fakeServer();
    const client = mlflowClient({ uri: server.uri, retry });
    for (const name of ["../../other/file", "a/../b", "./a", "/a", ""])
      await expect(client.uploadContents("mlflow-artifacts:/1/2/artifacts", name, "x")).rejects.toThrow(
        /a name must be a relative path/,
      );
    await expect(
      client.downloadArtifact("mlflow-artifacts:/1/2/artifacts", "../b", join(await testFolder(), "b")),
    ).rejects.toThrow(/a name must be a relative path/);
    expect(server.requests).toEqual([]);
  });

  it("goes through all pages of a metric's history", async () => {
    const uri = await serve((request, response) => {
      const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("page_token") ?? 0);
      const metrics = [{ key: "loss", value: page === 1 ? "NaN" : page, timestamp: 5, step: page }];
      response.end(JSON.stringify({ metrics, ...(page < 2 ? { next_page_token: String(page + 1) } : {}) }));
    });
    const history = await mlflowClient({ uri, retry }).metricHistory("r", "loss");
    expect(history.map(({ value, step }) => [value, step])).toEqual([
      [0, 0],
      [Number.NaN, 1],
      [2, 2],
    ]);
  });

  it("downloads what is there, and leaves nothing of what is not", async () => {
    const uri = await serve((request, response) => {
      if (request.url?.endsWith("/artifacts/a%20b/%C3%BC.bin") === true)
        response.end(Buffer.alloc(300_000, 7));
      else response.writeHead(404).end("no such file");
    });
    const folder = await testFolder();
    const client = mlflowClient({ uri, retry });
    await client.downloadArtifact("mlflow-artifacts:/1/r/artifacts", "a b/ü.bin", join(folder, "there"));
    expect(await readFile(join(folder, "there"))).toEqual(Buffer.alloc(300_000, 7));
    const missing = client.downloadArtifact("mlflow-artifacts:/1/r/artifacts", "x", join(folder, "not"));
    await expect(missing).rejects.toThrow(/answered 404 to .*: no such file/);
    await expect(readFile(join(folder, "not"))).rejects.toThrow("ENOENT");
    await expect(client.uploadContents("s3://bucket/r", "x", "y")).rejects.toThrow("belong in s3://bucket/r");
  });

  it("says what is wrong with an address, an answer that is no JSON, and a server that is none", async () => {
    expect(() => mlflowClient({ uri: "localhost" })).toThrow(/^localhost is not the address of a server/);
    const plain = mlflowClient({ uri: await serve((_, response) => response.end("<html>hello")), retry });
    await expect(plain.experiment("x")).rejects.toThrow("does not answer as an MLflow server does");
    await expect(plain.createRun({ experimentId: "0", runName: "x", startTime: 0 })).rejects.toThrow(
      MlflowError,
    );
    await expect(mlflowClient({ uri: "http://127.0.0.1:9", retry }).version()).rejects.toThrow(
      /^no answer from 127\.0\.0\.1:9: .*ECONNREFUSED/,
    );
  });
});

describe("connectionFromEnvironment", () => {
  it("reads what Python's client reads", async () => {
    const pem = join(await testFolder(), "ca.pem");
    await writeFile(pem, "PEM");
    expect(
      await connectionFromEnvironment({
        MLFLOW_TRACKING_USERNAME: "ann",
        MLFLOW_TRACKING_PASSWORD: "p",
        MLFLOW_TRACKING_TOKEN: "",
        MLFLOW_TRACKING_INSECURE_TLS: "true",
        MLFLOW_TRACKING_SERVER_CERT_PATH: pem,
        MLFLOW_HTTP_REQUEST_TIMEOUT: "120",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: "7",
        MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: "2",
        MLFLOW_WORKSPACE: "team",
        HTTPS_PROXY: "http://proxy:3128",
        no_proxy: "localhost",
      }),
    ).toEqual({
      auth: { username: "ann", password: "p" },
      tls: { insecure: true, ca: "PEM" },
      retry: { timeoutMs: 120_000, attempts: 8, backoffMs: 2000 },
      workspace: "team",
      proxy: { https: "http://proxy:3128", direct: "localhost" },
    });
    const says = (env: Record<string, string>) => expect(connectionFromEnvironment(env)).rejects;
    await says({ MLFLOW_HTTP_REQUEST_TIMEOUT: "soon" }).toThrow(
      'MLFLOW_HTTP_REQUEST_TIMEOUT must be a number of at least 0, got "soon".',
    );
    await says({ MLFLOW_TRACKING_SERVER_CERT_PATH: "/no/such.pem" }).toThrow("/no/such.pem cannot be read");
  });
});

describe("~/.mlflow/credentials", () => {
  it("has the name and the password that the environment lacks", async () => {
    const home = await testFolder();
    await mkdir(join(home, ".mlflow"));
    const lines = [
      "[other]",
      "mlflow_tracking_username = eve",
      "[mlflow]",
      "# ann's",
      "mlflow_tracking_username = ann",
    ];
    await writeFile(
      join(home, ".mlflow", "credentials"),
      [...lines, "MLFLOW_TRACKING_PASSWORD: a=b%%c", ""].join("\r\n"),
    );
    const auth = async (env: Record<string, string>) => (await connectionFromEnvironment(env)).auth;
    expect(await auth({ HOME: home })).toEqual({ username: "ann", password: "a=b%c" });
    expect(await auth({ USERPROFILE: home, MLFLOW_TRACKING_PASSWORD: "q" })).toEqual({
      username: "ann",
      password: "q",
    });
    expect(await auth({ HOME: join(home, "nobody") })).toEqual({});
  });
});

describe("proxies", () => {
  it("are passed by for the hosts that NO_PROXY names", () => {
    const via = (url: string, direct: string) => proxyFor(new URL(url), { http: "p:1", direct })?.host;
    expect(via("http://a.b.org/", "")).toBe("p:1");
    expect(via("https://a.b.org/", "")).toBeUndefined();
    for (const direct of ["a.b.org", "x, .b.org", "b.org", "*.b.org", "*"])
      expect(via("http://a.b.org/", direct)).toBeUndefined();
    expect(via("http://a.cb.org/", "b.org")).toBe("p:1");
  });

  it("carry plain requests, and say who asks", async () => {
    const seen: unknown[] = [];
    const http = (
      await serve((request, response) => {
        seen.push(request.url, request.headers["proxy-authorization"]);
        response.end("3.0.0\n");
      })
    ).replace("//", "//ann:secret@");
    const client = mlflowClient({ uri: "http://tracking.invalid:5000/x", retry, proxy: { http } });
    expect(await client.version()).toBe("3.0.0");
    expect(seen).toEqual([
      "http://tracking.invalid:5000/x/version",
      `Basic ${Buffer.from("ann:secret").toString("base64")}`,
    ]);
  });

  it.skipIf(!hasOpenssl())("carry tunnels of TLS, whose certificate must be known", async () => {
    const folder = await testFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const words = [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-keyout",
      key,
      "-out",
      cert,
    ];
    execFileSync("openssl", [...words, ...names], { stdio: "ignore" });
    const ca = await readFile(cert, "utf8");
    const server = createTlsServer({ key: await readFile(key), cert: ca }, (_, answer) =>
      answer.end("3.1\n"),
    );
    const port = await listening(server);
    const tunnels: string[] = [];
    const proxyServer = createServer();
    proxyServer.on("connect", (request, socket) => {
      tunnels.push(request.url ?? "");
      const target = connect(port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 ok\r\n\r\n");
        target.pipe(socket).pipe(target);
      });
    });
    const https = `http://127.0.0.1:${await listening(proxyServer)}`;
    const uri = `https://localhost:${port}`;
    expect(await mlflowClient({ uri, retry, tls: { ca } }).version()).toBe("3.1");
    expect(await mlflowClient({ uri, retry, tls: { ca }, proxy: { https } }).version()).toBe("3.1");
    expect(tunnels).toEqual([`localhost:${port}`]);
    await expect(mlflowClient({ uri, retry }).version()).rejects.toThrow(/self-signed certificate/);
    expect(await mlflowClient({ uri, retry, tls: { insecure: true } }).version()).toBe("3.1");
  });
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
