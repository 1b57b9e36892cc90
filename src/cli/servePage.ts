/** @file One page, served to this machine alone. */

import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError } from "../check/check.ts";
import { isCode } from "../files/atomic.ts";

interface PageServer {
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
  const server = createServer(async (request, response) => answer(request, response, await page));
  await listen(server, port);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  try {
    ready(Buffer.from(await make()));
  } catch (error) {
    stop();
    throw error;
  }
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

/** The page at `/`, and nothing else: no path of a request ever becomes one of a file. */
function answer({ url, method }: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const found = url === "/" && (method === "GET" || method === "HEAD");
  response.writeHead(found ? 200 : 404, {
    "content-type": "text/html; charset=utf-8",
    "content-length": found ? body.length : 0,
    "cache-control": "no-store",
  });
  response.end(found && method === "GET" ? body : undefined);
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((listening, failed) => {
      server.once("error", failed).listen({ host: "127.0.0.1", port }, listening);
    });
  } catch (error) {
    if (!isCode(error, "EADDRINUSE", "EACCES")) throw error;
    const state = isCode(error, "EACCES") ? "forbidden" : "taken";
    throw new InputError(`--port ${port} is ${state}. Take another, or leave it out.`);
  }
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
