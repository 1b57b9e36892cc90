/** @file Frames on a stream of bytes: a small head of JSON and numbers in single precision, each with its length. */

import { endianness } from "node:os";
import { check, InputError } from "../check/check.ts";

/** Longest head, in bytes. Whoever speaks another protocol begins with what reads as a far longer one. */
export const LONGEST_HEAD = 16_384;

/** Most bytes of numbers in a frame: a gradient of 64 million parameters. */
export const LONGEST_PAYLOAD = 2 ** 28;

const lengths = 8;

export interface Frame {
  /** A JSON value. */
  readonly head: unknown;
  readonly payload: Float32Array;
}

/** `[u32 length of the head][u32 bytes of the payload][head][payload]`, all little-endian. */
export function encodeFrame(head: unknown, payload: Float32Array = new Float32Array(0)): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes = new Uint8Array(lengths + text.length + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, payload.byteLength, true);
  bytes.set(text, lengths);
  bytes.set(new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength), lengths + text.length);
  return bytes;
}

/** Takes a stream apart: gives the frames that a piece of it completes. */
export interface FrameParser {
  /** @throws InputError when the bytes are not of this protocol; the stream is then of no more use. */
  push(piece: Uint8Array): Frame[];
  /** Allows payloads from now on: those who have not said who they are get no memory. */
  trust(): void;
}

export function frameParser(): FrameParser {
  check(
    endianness() === "LE",
    () => "ranks: numbers are sent as they lie in memory, and this machine is not little-endian.",
  );
  let pieces: Uint8Array[] = [];
  let available = 0;
  let longestPayload = 0;
  const take = (count: number) => {
    const whole = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
    pieces = [whole.subarray(count)];
    available -= count;
    return whole.subarray(0, count);
  };
  let awaited: { readonly head: number; readonly payload: number } | undefined;
  return {
    trust() {
      longestPayload = LONGEST_PAYLOAD;
    },
    push(piece) {
      pieces.push(piece);
      available += piece.length;
      const frames: Frame[] = [];
      for (;;) {
        if (awaited === undefined) {
          if (available < lengths) return frames;
          const bytes = take(lengths);
          const view = new DataView(bytes.buffer, bytes.byteOffset, lengths);
          awaited = { head: view.getUint32(0, true), payload: view.getUint32(4, true) };
          checkLengths(awaited, longestPayload);
        }
        if (available < awaited.head + awaited.payload) return frames;
        frames.push({ head: parsed(take(awaited.head)), payload: floats(take(awaited.payload)) });
        awaited = undefined;
      }
    },
  };
}

function checkLengths(
  awaited: { readonly head: number; readonly payload: number },
  longestPayload: number,
): void {
  const { head, payload } = awaited;
  check(
    head > 0 && head <= LONGEST_HEAD && payload <= longestPayload && payload % 4 === 0,
    () => `what came is not the protocol of ranks: a frame of ${head} + ${payload} bytes.`,
  );
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new InputError("what came is not the protocol of ranks: the head of a frame is not JSON.");
  }
}

/** A copy, which begins where numbers may begin. */
function floats(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
