/** @file Rank 0: waits for the others, hands work out, and ends the job when one of them is lost. */

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { InputError } from "../check/check.ts";
import { type Connection, connection } from "./connection.ts";
import { admit, type Identity } from "./handshake.ts";
import type { Message } from "./messages.ts";

/** How long to wait, in milliseconds. */
export interface Patience {
  /** For all ranks to join. */
  readonly join: number;
  /** Without a sign of life, after which a rank counts as lost. */
  readonly silence: number;
}

export interface HubOptions {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What every rank must know. */
  readonly token: string;
  readonly identity: Identity;
  readonly patience: Patience;
  /** Told of connections that were refused. */
  readonly onRefused?: (reason: string) => void;
}

/** A rank that was part of the job is gone. Every finished round is in the checkpoint. */
export class RankLostError extends Error {
  override readonly name = "RankLostError";
}

export interface Hub {
  readonly host: string;
  readonly port: number;
  readonly ranks: number;
  /** Resolves when all ranks have joined. Rejects when they do not in time, or when the job has failed. */
  joined(): Promise<void>;
  /** The connection to a rank that has joined. */
  to(rank: number): Connection;
  /** Raised, with the reason, as soon as a rank is lost. */
  readonly signal: AbortSignal;
  /** Ends the job for a reason: the others are told. */
  fail(error: Error): void;
  /** The work is done: the others may go. */
  finish(): void;
}

/** Longest that a connection may take to say who it is, in milliseconds. */
const HANDSHAKE = 10_000;

/** Listens for the other ranks. @throws InputError when the address cannot be taken. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const { token, identity, patience, onRefused } = options;
  const { ranks } = identity;
  const members = new Map<number, Connection>();
  const visitors = new Set<Connection>();
  const controller = new AbortController();
  let isOver = false;
  const server = createServer();
  // Strangers may knock; they may not keep the door busy.
  server.maxConnections = ranks + 64;
  const end = (message: Message) => {
    isOver = true;
    server.close();
    for (const member of members.values()) member.send(message);
    for (const one of [...members.values(), ...visitors]) one.close();
  };
  const fail = (error: Error) => {
    if (isOver) return;
    end({ kind: "stop", reason: error.message });
    controller.abort(error);
  };
  const arrivals = new EventTarget();
  const welcome = async (socket: Socket) => {
    const visitor = connection(socket, patience);
    visitors.add(visitor);
    const timer = setTimeout(() => visitor.close(), HANDSHAKE);
    try {
      const isMissing = (rank: number) => !members.has(rank) && !isOver;
      const rank = await admit(visitor, { token, identity, isMissing });
      members.set(rank, visitor);
      void visitor.lost.then((reason) =>
        fail(new RankLostError(`rank ${rank} of ${ranks} (${visitor.peer}) is lost: ${reason.message}`)),
      );
      arrivals.dispatchEvent(new Event("arrival"));
    } catch (error) {
      visitor.close();
      if (!isOver) onRefused?.(`refused a connection from ${visitor.peer}: ${(error as Error).message}`);
    } finally {
      clearTimeout(timer);
      visitors.delete(visitor);
    }
  };
  server.on("connection", (socket) => void welcome(socket));
  const { address, port } = await listening(server, options);
  const missing = () =>
    Array.from({ length: ranks - 1 }, (_, i) => i + 1).filter((rank) => !members.has(rank));
  return {
    host: address,
    port,
    ranks,
    signal: controller.signal,
    to: (rank) => members.get(rank) as Connection,
    fail,
    finish: () => {
      if (!isOver) end({ kind: "finish" });
    },
    joined: () =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          const names = missing().join(", ");
          fail(
            new InputError(
              `of ${ranks} ranks, ${names} did not join within ${patience.join / 1000} s at ${address}:${port}.`,
            ),
          );
        }, patience.join);
        const settle = () => {
          if (controller.signal.aborted) reject(controller.signal.reason);
          else if (missing().length === 0) resolve();
          else return;
          clearTimeout(timer);
        };
        arrivals.addEventListener("arrival", settle);
        controller.signal.addEventListener("abort", settle);
        settle();
      }),
  };
}

async function listening(
  server: Server,
  at: { readonly host: string; readonly port: number },
): Promise<AddressInfo> {
  const { host, port } = at;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new InputError(
          `rank 0 cannot listen at ${host}:${port}: ${error.message}. Give another --rendezvous.`,
        ),
      ),
    );
    server.listen({ host, port }, resolve);
  });
  return server.address() as AddressInfo;
}
