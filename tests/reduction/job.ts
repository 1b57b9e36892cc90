/** @file A job of ranks within one process, over real sockets. */

import type { GradientsOf } from "../../src/operator/microBatches.ts";
import type { Identity } from "../../src/ranks/handshake.ts";
import { type Hub, type HubOptions, openHub } from "../../src/ranks/hub.ts";
import { type Duty, type MemberOptions, workAsMember } from "../../src/ranks/member.ts";

export const identity: Identity = {
  version: "1.2.3",
  run: "tiny",
  settings: "ab".repeat(32),
  engine: "onnx: 1 thread",
  ranks: 3,
};

export const patience = { join: 5000, silence: 5000 };

export function hubFor(changes: Partial<HubOptions> = {}): Promise<Hub> {
  return openHub({
    host: "127.0.0.1",
    port: 0,
    token: "a secret of this job",
    identity,
    patience,
    ...changes,
  });
}

/** A rank that works for a hub; what becomes of it, as a text. */
export function member(
  hub: Pick<Hub, "host" | "port" | "ranks">,
  rank: number,
  options: Partial<MemberOptions> & { readonly duty?: Duty } = {},
): Promise<string> {
  const { duty = { begin: async () => numbers }, ...changes } = options;
  const { host, port } = hub;
  const at = { host, port, token: "a secret of this job", rank, patience };
  const own = { ...identity, ranks: hub.ranks };
  return workAsMember({ ...at, identity: own, ...changes }, duty).then(
    () => "done",
    (error: Error) => error.message,
  );
}

/** Gradients that depend on everything that they may depend on, over twenty orders of magnitude: sums show their order. */
export const numbers: GradientsOf = async ({ iteration, first, count, parameters }) =>
  Array.from({ length: count }, (_, i) => {
    const m = first + i + 1;
    const gradient = parameters.map(
      (x, k) => Math.sin(m * 37 + k * 11 + iteration + x) * 10 ** ((m * 7 + k) % 20),
    );
    return { loss: Math.fround(Math.cos(m + iteration)), gradient };
  });

/** The same, after a time that differs from rank to rank and from call to call. */
export function delayed(milliseconds: (iteration: number) => number): GradientsOf {
  return async (share) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds(share.iteration)));
    return numbers(share);
  };
}
