/** @file What threads of an engine say to each other. */

import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** What a lane is given when it starts. */
export interface LaneStart {
  readonly port: MessagePort;
  /** How many orders it has still to answer, `[1]`. */
  readonly count: Int32Array;
}

/** A tensor on its way between threads. */
export interface LaneArray {
  readonly type: "float32" | "float64" | "int32";
  readonly data: Float32Array | Float64Array | Int32Array;
  readonly dims: readonly number[];
}

/** What a lane is told to run. The model comes with the first run of a session in that lane. */
export interface LaneOrder {
  readonly session: number;
  readonly model?: Uint8Array;
  readonly feeds: readonly (readonly [string, LaneArray])[];
}

/** What a lane answers: the results in the order of the model's outputs, or what went wrong. */
export type LaneAnswer = { readonly results: readonly LaneArray[] } | { readonly error: string };

/**
 * The next message if it comes within a tenth of a millisecond. To wake a thread takes as long as that, and the gradient of a
 * tile no more than three times as long.
 */
export function awaited<T>(port: MessagePort): T | undefined {
  for (const end = performance.now() + 0.1; performance.now() < end; ) {
    const received = receiveMessageOnPort(port);
    if (received !== undefined) return received.message;
  }
  return undefined;
}
