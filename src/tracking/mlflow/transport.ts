/** @file One exchange over HTTP or HTTPS: time limit, certificates, and a proxy where one is set. */

import { once } from "node:events";
import { type IncomingMessage, request as plainRequest, type RequestOptions } from "node:http";
import { request as tlsRequest } from "node:https";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connect as tlsConnect } from "node:tls";
import { decoded } from "./address.ts";

/** Certificates, in PEM. */
export interface TlsOptions {
  /** Accepts any certificate: for tests alone. */
  readonly insecure?: boolean;
  /** Authorities to trust, in place of those of Node. */
  readonly ca?: string;
  /** The client's own certificate, with its key. */
  readonly cert?: string;
}

/** Proxies, as in the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface ProxyOptions {
  readonly http?: string;
  readonly https?: string;
  /** Hosts that are reached directly: names, `.domain` endings or `*`, separated by commas. */
  readonly direct?: string;
}

/** What goes out. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or pieces made anew in each try, since a stream can be sent only once. */
  readonly body?: string | (() => AsyncIterable<Uint8Array>);
  /** From the beginning to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly tls?: TlsOptions;
  readonly proxy?: ProxyOptions;
}

/** Sends a request and gives the answer once its head is there; its body is still to be read. */
export async function exchange(outgoing: Exchange): Promise<IncomingMessage> {
  const { url, body } = outgoing;
  const signal = AbortSignal.timeout(outgoing.timeoutMs);
  const isTls = url.protocol === "https:";
  const proxy = proxyFor(url, outgoing.proxy);
  const options: RequestOptions = { method: outgoing.method, headers: { ...outgoing.headers }, signal };
  let request: ReturnType<typeof plainRequest>;
  if (isTls) {
    const certificates = tlsOf(outgoing.tls);
    const socket = proxy === undefined ? undefined : await tunnel(url, proxy, signal);
    const tunnelled =
      socket === undefined
        ? {}
        : {
            agent: false as const,
            createConnection: () => tlsConnect({ socket, servername: url.hostname, ...certificates }),
          };
    request = tlsRequest(url, { ...options, ...certificates, ...tunnelled });
  } else if (proxy === undefined) {
    request = plainRequest(url, options);
  } else {
    const headers = { ...outgoing.headers, host: url.host, ...authorizationOf(proxy) };
    request = plainRequest({ ...options, ...addressOf(proxy), path: url.href, headers });
  }
  const answered = once(request, "response") as Promise<[IncomingMessage]>;
  // A server that refuses may close before it has read everything: then its answer counts, not the broken pipe.
  answered.catch(() => undefined);
  if (typeof body === "function") pipeline(Readable.from(body()), request).catch(() => undefined);
  else request.end(body);
  const [answer] = await answered.catch((error: unknown) => {
    throw signal.aborted ? new Error(`timed out after ${outgoing.timeoutMs} ms`) : error;
  });
  return answer;
}

function tlsOf(tls: TlsOptions | undefined): {
  readonly rejectUnauthorized?: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
} {
  return {
    ...(tls?.insecure === true ? { rejectUnauthorized: false } : {}),
    ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert, key: tls.cert }),
  };
}

/** The proxy between here and an address, if any. */
export function proxyFor(url: URL, proxy: ProxyOptions | undefined): URL | undefined {
  const address = url.protocol === "https:" ? proxy?.https : proxy?.http;
  if (address === undefined || address === "") return undefined;
  const isDirect = (proxy?.direct ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .some(
      (name) =>
        name === "*" ||
        (name !== "" && (url.hostname === name || url.hostname.endsWith(`.${name.replace(/^\*?\./, "")}`))),
    );
  return isDirect ? undefined : new URL(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`);
}

async function tunnel(url: URL, proxy: URL, signal: AbortSignal): Promise<Socket> {
  const path = `${url.hostname}:${url.port === "" ? 443 : url.port}`;
  const request = plainRequest({
    method: "CONNECT",
    path,
    headers: { host: path, ...authorizationOf(proxy) },
    agent: false,
    signal,
    ...addressOf(proxy),
  });
  request.end();
  const [answer, socket] = (await once(request, "connect")) as [IncomingMessage, Socket];
  if (answer.statusCode !== 200)
    throw new Error(`the proxy ${proxy.host} answered ${answer.statusCode} to a connection with ${path}`);
  return socket;
}

function addressOf(proxy: URL): { readonly host: string; readonly port: number } {
  return { host: proxy.hostname, port: proxy.port === "" ? 80 : Number(proxy.port) };
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const secret = `${decoded(username)}:${decoded(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(secret).toString("base64")}` };
}
