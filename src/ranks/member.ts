/** @file Every rank but 0: joins, computes the gradients that it is asked for, and keeps nothing. */

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { InputError } from "../check/check.ts";
import type { GradientsOf, LossGradient } from "../operator/microBatches.ts";
import { type Connection, connection } from "./connection.ts";
import { type Identity, join } from "./handshake.ts";
import type { Patience } from "./hub.ts";

export interface MemberOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly identity: Identity;
  readonly rank: number;
  readonly patience: Patience;
}

/** What a rank does in a job. */
export interface Duty {
  /** Opens the pool of a round. */
  begin(round: { readonly round: number; readonly dataset: string }): Promise<GradientsOf>;
}

/**
 * Joins a job and works in it until rank 0 says that it is done.
 *
 * @throws InputError when rank 0 does not come in time or refuses; Error when the job ends before it is done.
 */
export async function workAsMember(options: MemberOptions, duty: Duty): Promise<void> {
  const { rank } = options;
  const hub = connection(await reached(options), { silence: options.patience.silence });
  try {
    await join(hub, options);
    await work(hub, duty);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new Error(`rank ${rank}: ${(error as Error).message}`);
  } finally {
    hub.close();
  }
}

async function work(hub: Connection, duty: Duty): Promise<void> {
  let gradientsOf: GradientsOf | undefined;
  for (;;) {
    const { message, payload } = await hub.receive().catch((error: Error) => {
      throw new Error(`rank 0 is lost: ${error.message}`);
    });
    if (message.kind === "finish") return;
    if (message.kind === "stop") throw new Error(`rank 0 has stopped the training: ${message.reason}`);
    try {
      if (message.kind === "begin") gradientsOf = await duty.begin(message);
      else if (message.kind === "share" && gradientsOf !== undefined) {
        const { iteration, first } = message;
        const gradients = await gradientsOf({ ...message, parameters: payload });
        gradients.forEach((gradient, i) => {
          hub.send({ kind: "gradient", iteration, microBatch: first + i }, packed(gradient));
        });
      } else throw new Error(`rank 0 said "${message.kind}" where that is not its turn`);
    } catch (error) {
      hub.send({ kind: "failed", reason: (error as Error).message.slice(0, 4000) });
      throw error;
    }
  }
}

function packed({ loss, gradient }: LossGradient): Float32Array {
  const numbers = new Float32Array(gradient.length + 1);
  numbers[0] = loss;
  numbers.set(gradient, 1);
  return numbers;
}

/** Ranks are started in any order: tries again until rank 0 listens. */
async function reached(options: MemberOptions): Promise<Socket> {
  const { host, port, patience, rank } = options;
  const pause = 200;
  for (let waited = 0; ; waited += pause) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = connect({ host, port });
        socket.once("connect", () => {
          socket.off("error", reject);
          resolve(socket);
        });
        socket.once("error", reject);
      });
    } catch (error) {
      if (waited >= patience.join)
        throw new InputError(
          `rank ${rank}: rank 0 was not to be reached at ${host}:${port} within ${patience.join / 1000} s (${(error as Error).message}).`,
        );
      await wait(pause);
    }
  }
}
