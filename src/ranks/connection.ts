/** @file A connection between two ranks: messages in order, a sign of life at regular times, and an error as soon as the other one is gone. */

import type { Socket } from "node:net";
import { encodeFrame, frameParser } from "./frames.ts";
import { type Message, type MessageOf, readMessage } from "./messages.ts";

export interface Received<M extends Message = Message> {
  readonly message: M;
  readonly payload: Float32Array;
}

export interface Connection {
  /** Address of the other side, for messages. */
  readonly peer: string;
  /** Does nothing once the connection is lost. */
  send(message: Message, payload?: Float32Array): void;
  /** The next message. Rejects with the reason once the connection is lost and all that came before is taken. */
  receive(): Promise<Received>;
  /** The next message, which must be of this kind. */
  expect<K extends Message["kind"]>(kind: K): Promise<Received<MessageOf<K>>>;
  /** The other side has shown who it is: it may send numbers. */
  trust(): void;
  /** Sends what is left and closes. */
  close(): void;
  /** Resolves with the reason when the connection is lost or closed. */
  readonly lost: Promise<Error>;
}

/** @param options.silence milliseconds without a sign of life after which the other side counts as lost. */
export function connection(socket: Socket, options: { readonly silence: number }): Connection {
  const { silence } = options;
  const peer = `${socket.remoteAddress}:${socket.remotePort}`;
  const parser = frameParser();
  const arrived: Received[] = [];
  const waiting: { resolve(received: Received): void; reject(error: Error): void }[] = [];
  let failure: Error | undefined;
  let ended: (reason: Error) => void;
  const lost = new Promise<Error>((resolve) => {
    ended = resolve;
  });
  const lose = (reason: Error) => {
    if (failure !== undefined) return;
    failure = reason;
    clearInterval(beats);
    clearTimeout(patience);
    socket.destroySoon();
    for (const { reject } of waiting.splice(0)) reject(reason);
    ended(reason);
  };
  const send = (message: Message, payload?: Float32Array) => {
    if (failure === undefined) socket.write(encodeFrame(message, payload));
  };
  const take = (piece: Uint8Array) => {
    for (const { head, payload } of parser.push(piece)) {
      const received = { message: readMessage(head), payload };
      if (received.message.kind === "beat") continue;
      const next = waiting.shift();
      if (next === undefined) arrived.push(received);
      else next.resolve(received);
    }
  };
  let heard = false;
  // A process that computes does not read: what has come meanwhile is read before the other side is given up.
  const patience = setTimeout(() => {
    heard = false;
    setImmediate(() => {
      if (heard) patience.refresh();
      else lose(new Error(`nothing was heard of it for ${silence / 1000} s`));
    });
  }, silence);
  const beats = setInterval(() => send({ kind: "beat" }), silence / 4);
  socket.setNoDelay(true);
  socket.on("data", (piece: Uint8Array) => {
    heard = true;
    patience.refresh();
    try {
      take(piece);
    } catch (error) {
      lose(error as Error);
    }
  });
  socket.on("error", (error: Error) => lose(error));
  socket.on("close", () => lose(new Error("its connection closed")));
  const receive = () =>
    new Promise<Received>((resolve, reject) => {
      const next = arrived.shift();
      if (next !== undefined) resolve(next);
      else if (failure !== undefined) reject(failure);
      else waiting.push({ resolve, reject });
    });
  return {
    peer,
    send,
    receive,
    lost,
    async expect<K extends Message["kind"]>(kind: K) {
      const received = await receive();
      const { message } = received;
      if (message.kind === kind) return received as Received<MessageOf<K>>;
      if (message.kind === "failed") throw new Error(message.reason);
      throw new Error(`it said "${message.kind}" where "${kind}" was its turn`);
    },
    trust: parser.trust,
    close: () => lose(new Error("the connection is closed")),
  };
}
