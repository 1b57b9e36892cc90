/** @file Who may join: whoever knows the token, runs the same program on the same run, and is the rank that is missing. */

import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { InputError } from "../check/check.ts";
import type { Connection } from "./connection.ts";
import { type MessageOf, PROTOCOL_VERSION } from "./messages.ts";

/** What all ranks of a job must agree on, or their bytes would not be those of one process. */
export interface Identity {
  /** Of this package. */
  readonly version: string;
  readonly run: string;
  /** SHA-256 of the settings. */
  readonly settings: string;
  /** The engine in words, with its threads: sums inside a program may depend on their number. */
  readonly engine: string;
  readonly ranks: number;
}

const agreed = ["version", "run", "settings", "engine", "ranks"] as const;

/** Rank 0's side. Gives the rank that has joined; says why not to whoever may not, and throws. */
export async function admit(
  connection: Connection,
  options: {
    readonly token: string;
    readonly identity: Identity;
    readonly isMissing: (rank: number) => boolean;
  },
): Promise<number> {
  const { token, identity, isMissing } = options;
  const nonce = randomBytes(32).toString("hex");
  connection.send({ kind: "challenge", protocol: PROTOCOL_VERSION, nonce });
  const { message: hello } = await connection.expect("hello");
  const reason = objection(hello, { token, nonce, identity, isMissing });
  if (reason !== undefined) {
    connection.send({ kind: "refused", reason });
    connection.close();
    throw new Error(reason);
  }
  connection.trust();
  connection.send({ kind: "welcome", proof: signed(token, "welcome", hello.nonce) });
  return hello.rank;
}

/** Why a rank may not join; undefined where nothing speaks against it. The token comes first: strangers learn nothing else. */
function objection(
  hello: MessageOf<"hello">,
  at: {
    readonly token: string;
    readonly nonce: string;
    readonly identity: Identity;
    readonly isMissing: (rank: number) => boolean;
  },
): string | undefined {
  const { token, nonce, identity, isMissing } = at;
  if (!isSame(hello.proof, helloProof(token, nonce, hello))) return "it has another token (L2E_RANKS_TOKEN)";
  if (hello.protocol !== PROTOCOL_VERSION)
    return `it speaks version ${hello.protocol} of the protocol, and rank 0 version ${PROTOCOL_VERSION}: run the same learn-to-evolve on all ranks`;
  const differs = agreed.find((field) => hello[field] !== identity[field]);
  if (differs !== undefined)
    return `its ${differs} is ${JSON.stringify(hello[differs])}, and rank 0's ${JSON.stringify(identity[differs])}: give all ranks the same command`;
  if (hello.rank < 1 || hello.rank >= identity.ranks)
    return `it calls itself rank ${hello.rank}, and ranks 1 to ${identity.ranks - 1} are to join`;
  if (!isMissing(hello.rank)) return `rank ${hello.rank} has joined already`;
  return undefined;
}

/** The other ranks' side. @throws InputError with rank 0's reason where it refuses, or where it is not rank 0 at all. */
export async function join(
  connection: Connection,
  options: { readonly token: string; readonly identity: Identity; readonly rank: number },
): Promise<void> {
  const { token, identity, rank } = options;
  const { message: challenge } = await connection.expect("challenge");
  const nonce = randomBytes(32).toString("hex");
  // Numbers may follow the welcome at once. Nobody uses them before it.
  connection.trust();
  const hello = { kind: "hello" as const, protocol: PROTOCOL_VERSION, ...identity, rank, nonce, proof: "" };
  connection.send({ ...hello, proof: helloProof(token, challenge.nonce, hello) });
  const { message: answer } = await connection.receive();
  if (answer.kind === "refused") throw new InputError(`rank ${rank} may not join: ${answer.reason}.`);
  if (answer.kind !== "welcome" || !isSame(answer.proof, signed(token, "welcome", nonce)))
    throw new InputError(
      `rank ${rank}: what answers at ${connection.peer} does not know the token of this job.`,
    );
  connection.trust();
}

function helloProof(token: string, nonce: string, hello: MessageOf<"hello">): string {
  return signed(
    token,
    "hello",
    JSON.stringify([nonce, hello.protocol, ...agreed.map((field) => hello[field]), hello.rank, hello.nonce]),
  );
}

function signed(token: string, purpose: string, text: string): string {
  return createHmac("sha256", token).update(`l2e ${purpose} ${text}`).digest("hex");
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(new TextEncoder().encode(a), new TextEncoder().encode(b));
}
