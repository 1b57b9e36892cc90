/** @file The page's end of the line to the worker. */
/// <reference lib="dom" />

import type { FromWorker, InitialDensity, PlaygroundData, PlaygroundFrame } from "../protocol.ts";

export interface OperatorClient {
  /** Begins another evolution, or keeps the newest of those asked for until the one under way has begun. */
  begin(density: InitialDensity, particles: number): void;
  /** Asks for the next step of the evolution that began last. */
  step(): void;
}

/**
 * Starts the worker.
 *
 * @param listener what comes from it; frames of evolutions that were given up do not come.
 */
export function operatorClient(
  source: {
    readonly script: string;
    readonly data: PlaygroundData;
    readonly model: string;
    readonly runtime: string;
  },
  listener: {
    readonly ready: (message: Extract<FromWorker, { kind: "ready" }>) => void;
    readonly frame: (frame: PlaygroundFrame) => void;
    readonly failed: (message: string) => void;
  },
): OperatorClient {
  const { script, data, model, runtime } = source;
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const worker = new Worker(address);
  let run = 0;
  let isBeginning = true; // nothing begins before the operator is open
  let next: { readonly density: InitialDensity; readonly particles: number } | undefined;
  const flush = () => {
    isBeginning = false;
    if (next === undefined) return;
    const { density, particles } = next;
    next = undefined;
    isBeginning = true;
    run += 1;
    worker.postMessage({ kind: "begin", run, density, particles, seed: 0 });
  };
  worker.onerror = (event) => listener.failed(event.message || "the worker could not be started");
  worker.onmessage = ({ data: message }: MessageEvent<FromWorker>) => {
    if (message.kind === "ready") {
      URL.revokeObjectURL(address);
      listener.ready(message);
      return flush();
    }
    if (message.kind === "failed") {
      if (message.run === undefined || message.run === run) listener.failed(message.message);
      return flush();
    }
    if (message.frame.run !== run) return;
    listener.frame(message.frame);
    if (message.frame.step === 0) flush();
  };
  worker.postMessage({ kind: "open", data, provider: "wasm", model, runtime });
  return {
    begin(density, particles) {
      next = { density, particles };
      if (!isBeginning) flush();
    },
    step() {
      worker.postMessage({ kind: "step", run });
    },
  };
}
