/** @file What ranks say to each other. Rank 0 asks, the others answer. */

import { z } from "zod";
import { InputError } from "../check/check.ts";

/** Version of the messages below; another one is refused. */
export const PROTOCOL_VERSION = 1;

const count = z.int().nonnegative();
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const words = z.string().max(4096);

const MessageSchema = z.discriminatedUnion("kind", [
  // Rank 0 opens: who wants to join must sign this.
  z.strictObject({ kind: z.literal("challenge"), protocol: count, nonce: hex }),
  z.strictObject({
    kind: z.literal("hello"),
    protocol: count,
    version: words,
    run: words,
    settings: hex.describe("digest of the settings"),
    engine: words,
    ranks: count,
    rank: count,
    nonce: hex.describe("what rank 0 must sign"),
    proof: hex,
  }),
  z.strictObject({ kind: z.literal("welcome"), proof: hex }),
  z.strictObject({ kind: z.literal("refused"), reason: words }),
  z.strictObject({ kind: z.literal("begin"), round: count, dataset: hex.describe("digest of the dataset") }),
  z
    .strictObject({ kind: z.literal("share"), iteration: count, first: count, count })
    .describe("payload: the parameters"),
  z
    .strictObject({ kind: z.literal("gradient"), iteration: count, microBatch: count })
    .describe("payload: the loss, then the gradient"),
  z.strictObject({ kind: z.literal("failed"), reason: words }),
  z.strictObject({ kind: z.literal("stop"), reason: words }),
  z.strictObject({ kind: z.literal("finish") }),
  z.strictObject({ kind: z.literal("beat") }).describe("I am still here"),
]);

export type Message = z.infer<typeof MessageSchema>;

export type MessageOf<K extends Message["kind"]> = Extract<Message, { kind: K }>;

/** @throws InputError when the head of a frame is no message. */
export function readMessage(head: unknown): Message {
  const result = MessageSchema.safeParse(head);
  if (!result.success) throw new InputError("what came is not the protocol of ranks: no such message.");
  return result.data;
}
