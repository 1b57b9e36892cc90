/** @file The page's end of the line to the workers. */
/// <reference lib="dom" />

import type { WebProvider } from "../../engine/webModel.ts";
import type { FromWorker, InitialDensity, PlaygroundData, PlaygroundFrame } from "../protocol.ts";

/** A worker that can be started: its script, and its runtime as packed text. */
export interface WorkerSource {
  readonly provider: WebProvider;
  readonly script: string;
  readonly runtime: string;
}

type Ready = Extract<FromWorker, { kind: "ready" }>;

export interface OperatorClient {
  /** Begins another evolution, or keeps the newest of those asked for until the one under way has begun. */
  begin(density: InitialDensity, particles: number): void;
  /** Asks for the next step of the evolution that began last. */
  step(): void;
  /** Gives the evolution up: nothing comes of it any more. */
  cancel(): void;
  /**
   * Starts another worker beside the first. Evolutions that begin once it is open run there where it is faster, or `always`; where it
   * cannot be opened nothing changes.
   */
  offer(source: WorkerSource, options: { readonly always: boolean }): void;
}

/**
 * Starts the worker that runs everywhere.
 *
 * @param listener what comes from the workers; frames of evolutions that were given up do not come.
 */
export function operatorClient(
  operator: { readonly data: PlaygroundData; readonly model: string },
  source: WorkerSource,
  listener: {
    /** The operator is open, for the first time or on something faster. */
    readonly ready: (message: Ready) => void;
    readonly frame: (frame: PlaygroundFrame) => void;
    readonly failed: (message: string) => void;
  },
): OperatorClient {
  let run = 0;
  let isBeginning = true; // nothing begins before the operator is open
  let next: { readonly density: InitialDensity; readonly particles: number } | undefined;
  let chosen: { readonly worker: Worker; readonly milliseconds: number } | undefined;
  let runner: Worker | undefined;
  const flush = () => {
    isBeginning = false;
    if (next === undefined || chosen === undefined) return;
    const { density, particles } = next;
    next = undefined;
    isBeginning = true;
    run += 1;
    runner = chosen.worker;
    runner.postMessage({ kind: "begin", run, density, particles, seed: 0 });
  };
  const hear = (message: Exclude<FromWorker, Ready>) => {
    if (message.kind === "failed") {
      if (message.run === undefined || message.run === run) listener.failed(message.message);
      return flush();
    }
    if (message.frame.run === run) listener.frame(message.frame);
    if (message.frame.step === 0) flush();
  };
  const choose = (worker: Worker, message: Ready) => {
    const isFirst = chosen === undefined;
    chosen = { worker, milliseconds: message.milliseconds };
    listener.ready(message);
    if (isFirst) flush();
  };
  start(operator, source, { hear, ready: choose, failed: listener.failed });
  return {
    begin(density, particles) {
      next = { density, particles };
      if (!isBeginning) flush();
    },
    step() {
      runner?.postMessage({ kind: "step", run });
    },
    cancel() {
      next = undefined;
      run += 1;
    },
    offer(other, { always }) {
      start(operator, other, {
        hear,
        ready(worker, message) {
          const isFaster = message.milliseconds < (chosen?.milliseconds ?? Number.POSITIVE_INFINITY);
          if (isFaster || always) choose(worker, message);
          else worker.terminate();
        },
        failed: () => undefined, // the page works without it
      });
    },
  };
}

/** Starts a worker, and tells what it says until it is open from what it says afterwards. */
function start(
  { data, model }: { readonly data: PlaygroundData; readonly model: string },
  { provider, script, runtime }: WorkerSource,
  listener: {
    readonly ready: (worker: Worker, message: Ready) => void;
    readonly failed: (message: string) => void;
    readonly hear: (message: Exclude<FromWorker, Ready>) => void;
  },
): void {
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  let isOpen = false;
  worker.onerror = (event) => listener.failed(event.message || "the worker could not be started");
  worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
    if (message.kind === "ready") {
      isOpen = true;
      URL.revokeObjectURL(address);
      listener.ready(worker, message);
    } else if (isOpen) listener.hear(message);
    else if (message.kind === "failed") listener.failed(message.message);
  };
  worker.postMessage({ kind: "open", data, provider, model, runtime });
}
