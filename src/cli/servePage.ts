/** @file One page, served to this machine alone. */

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "../check/check.ts";
import { isCode } from "../files/atomic.ts";

export interface PageServer {
  readonly url: string;
  /** Resolves when the signal was given and the last connection is closed. */
  closed(signal: AbortSignal): Promise<void>;
}

/**
 * Serves a page at `127.0.0.1`.
 *
 * @param make makes the page, once the port is known to be free; who asks for it meanwhile waits.
 * @throws InputError where the port is taken or forbidden.
 */
export async function servePage(make: () => Promise<string>, port: number): Promise<PageServer> {
  let ready: (body: Buffer) => void = () => undefined;
  const page = new Promise<Buffer>((resolve) => {
    ready = resolve;
  });
  const server = createServer(async ({ url, method }, response) => {
    const body = await page;
    const found = url === "/" && (method === "GET" || method === "HEAD");
    response.writeHead(found ? 200 : 404, {
      "content-type": "text/html; charset=utf-8",
      "content-length": found ? body.length : 0,
      "cache-control": "no-store",
    });
    response.end(found && method === "GET" ? body : undefined);
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed).listen({ host: "127.0.0.1", port }, listening);
  }).catch((error: unknown) => {
    if (isCode(error, "EADDRINUSE", "EACCES"))
      throw new InputError(
        `--port ${port} is ${isCode(error, "EACCES") ? "forbidden" : "taken"}. Take another, or leave it out.`,
      );
    throw error;
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  await make().then(
    (text) => ready(Buffer.from(text)),
    (error: unknown) => {
      stop();
      throw error;
    },
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    closed: (signal) =>
      new Promise((done) => {
        server.once("close", done);
        if (signal.aborted) stop();
        else signal.addEventListener("abort", stop, { once: true });
      }),
  };
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Opens an address in the user's browser; where there is none the address was printed. */
export function openInBrowser(url: string): void {
  const [command, ...words] = openers[process.platform] ?? ["xdg-open"];
  spawn(command, [...words, url], { detached: true, stdio: "ignore" })
    .on("error", () => undefined)
    .unref();
}
