/** @file What a benchmark is: one question, asked of the same work done in several ways. */

import type { NdArray } from "../../src/engine/array.ts";
import type { Engine, EngineName } from "../../src/engine/engine.ts";

/** Goes `steps` steps further and returns a number that says whether it computes the same as its rivals. */
export type Advance = (steps: number) => Promise<number>;

/** Arrays that every rival is given, by name; written to files for those in other languages. */
export type Inputs = Readonly<Record<string, NdArray>>;

/** One of our own ways to do the work. */
export interface Own {
  readonly engine: EngineName;
  readonly threads?: number;
}

/** A program in `bench/peers/` that does the same work, with the variants of itself that it offers. */
export interface Peer {
  readonly program: string;
  /** Which rivals it stands for, such as `JAX`: ratios are formed against the best of each family. */
  readonly family: string;
  readonly variants: readonly string[];
  readonly threads: readonly number[];
}

export interface Workload {
  readonly name: string;
  readonly size: Readonly<Record<string, number>>;
  readonly own: readonly Own[];
  readonly peers: readonly Peer[];
}

export interface Question {
  /** In a sentence that ends in a question mark. */
  readonly question: string;
  /** What one step is: `a training step`. */
  readonly step: string;
  readonly workloads: readonly Workload[];
  /** How far apart the rivals' numbers may lie after three steps, relative. */
  readonly tolerance: number;
  readonly inputs: (size: Workload["size"]) => Inputs;
  readonly start: (engine: Engine, size: Workload["size"], inputs: Inputs) => Advance;
}

/** One and two threads of the compiled engine: which is faster depends on the size of the work. */
export const compiled: readonly Own[] = [
  { engine: "onnx", threads: 1 },
  { engine: "onnx", threads: 2 },
];
