/** @file A real MLflow server on the loopback, with SQLite, that can be killed and started again. */

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { python } from "../python/python.ts";

export interface RealServer {
  readonly uri: string;
  /** Starts it, and waits until it answers. */
  start(): Promise<void>;
  /** Kills it as a power cut would. */
  kill(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A server that keeps everything in a folder; not started yet. */
export async function realServer(folder: string): Promise<RealServer> {
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const words = ["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(port), "--workers", "1"];
  const stores = ["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`];
  const files = ["--artifacts-destination", join(folder, "artifacts")];
  let child: ChildProcess | undefined;
  let said = "";
  return {
    uri,
    async start() {
      // A group of its own: the program starts workers, which must die with it.
      child = spawn(python, [...words, ...stores, ...files], {
        cwd: folder,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (text: Buffer) => {
          said = `${said}${text}`.slice(-5000);
        });
      }
      for (const deadline = Date.now() + 90_000; ; await wait(200)) {
        const answer = await fetch(`${uri}/health`).catch(() => undefined);
        if (answer?.ok === true) return;
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`no MLflow server: ${said}`);
      }
    },
    async kill() {
      if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const closed = new Promise((done) => child?.once("exit", done));
      process.kill(-child.pid, "SIGKILL");
      await closed;
    },
  };
}
