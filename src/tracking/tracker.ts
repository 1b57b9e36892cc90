/** @file Where the numbers of a training go: one contract for the local file store and for an MLflow server. */

import type { DatasetInput } from "./mlflow/runs.ts";

/** How a run ended. */
export type FinalStatus = "FINISHED" | "FAILED" | "KILLED";

/** An operator as ONNX, to be kept as a model that MLflow can load and serve. */
export interface ModelInput {
  /** The file. */
  readonly onnx: string;
  /** Iterations of training behind it. */
  readonly step: number;
}

/**
 * Records one run. No method throws or rejects because of tracking: whatever goes wrong becomes a sentence in
 * `warnings`, and the training goes on.
 */
export interface Tracker {
  readonly runId: string;
  /** The folder or the address to show to the user. */
  readonly location: string;
  /** What went wrong so far. It may grow until `finish` has returned. */
  readonly warnings: readonly string[];
  /** Settings, written once; nested objects are flattened with dots. */
  params(record: Readonly<Record<string, unknown>>): void;
  /** Numbers at a step; they are collected and written about once a second. */
  metrics(record: Readonly<Record<string, number>>, step: number): void;
  tag(name: string, value: string): void;
  dataset(input: DatasetInput): void;
  /** Copies a file into the run as `artifacts/<name>`; the file's own name by default. */
  artifact(path: string, name?: string): Promise<void>;
  /** Keeps a trained model with the run, and in the registry where {@link RunOptions.registerAs} names it. */
  model(input: ModelInput): Promise<void>;
  /** Waits until everything said so far is written. */
  flush(): Promise<void>;
  /** Flushes and closes the run. A run opened again later goes on. */
  finish(status: FinalStatus): Promise<void>;
}

/** What every store needs to open a run. */
export interface RunOptions {
  readonly experiment: string;
  readonly runName: string;
  /** 32 hexadecimal digits: opens that run again, or makes it under this name. */
  readonly runId?: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly user: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The name under which the run's model goes into MLflow's registry; without it, it does not. */
  readonly registerAs?: string;
}
