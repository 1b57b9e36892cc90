/** @file What threads of an engine say to each other. */

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
