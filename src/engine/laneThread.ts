/** @file A thread that runs sessions of the native runtime, as the thread that started it sees it. */
import process from "node:process";
import { Worker } from "node:worker_threads";
import type { Tensor } from "onnxruntime-web";
import { type LaneAnswer, type LaneArray, type LaneOrder, running } from "./laneMessages.ts";

/** Tensors by the names of inputs or outputs. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A session as a lane needs it. */
export interface LaneSession {
  readonly id: number;
  readonly model: Uint8Array;
  readonly outputNames: readonly string[];
}

/** The words of all lanes of this process. */
const words = new Set<Int32Array>();

/**
 * A thread that is ended within the runtime takes the process with it, and Node.js ends all threads when it exits, at whatever
 * they are: until then every run has to be over.
 */
process.on("exit", () => {
  for (const word of words) Atomics.wait(word, 0, running, 60_000);
});

/** One lane. It runs one session at a time, and keeps no process alive while it has nothing to run. */
export class LaneThread {
  readonly #worker: Worker;
  readonly #word = new Int32Array(new SharedArrayBuffer(4));
  /** The sessions that are open there. */
  readonly #sessions = new Set<number>();

  /** @param ended called when the thread is no more. */
  constructor(ended: () => void) {
    const inClone = import.meta.url.endsWith(".ts");
    this.#worker = new Worker(new URL(inClone ? "./lane.ts" : "./lane.js", import.meta.url), {
      workerData: this.#word,
      execArgv: inClone ? typeScript() : [],
    });
    this.#worker.unref();
    words.add(this.#word);
    this.#worker.once("exit", () => {
      words.delete(this.#word);
      ended();
    });
  }

  /** Runs a session there; it must not be running another. */
  run({ id, model, outputNames }: LaneSession, feeds: NamedTensors): Promise<NamedTensors> {
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        worker.unref();
        for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
        outcome();
      };
      const listeners = {
        message: (answer: LaneAnswer) =>
          settle(() =>
            "error" in answer ? reject(new Error(answer.error)) : resolve(named(outputNames, answer.results)),
          ),
        error: (error: Error) => settle(() => reject(error)),
        exit: () => settle(() => reject(new Error("a thread of the engine has ended."))),
      };
      for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
      worker.ref(); // while it computes the process waits for it
      const order: LaneOrder = {
        session: id,
        ...(this.#sessions.has(id) ? {} : { model }),
        feeds: Object.entries(feeds).map(([name, tensor]) => [name, inOneBuffer(tensor)]),
      };
      this.#sessions.add(id);
      Atomics.store(this.#word, 0, running);
      worker.postMessage(order);
    });
  }

  /** Ends the thread, which must be at rest. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** In a clone the lane is TypeScript; what reads it in the main thread is not there in others. */
function typeScript(): string[] {
  const api = import.meta.resolve("tsx/esm/api");
  return ["--import", `data:text/javascript,import { register } from "${api}"; register();`];
}

/** An array without the rest of the buffer in which it lies, which would be copied with it. */
function inOneBuffer({ type, data, dims }: Tensor): LaneArray {
  const array = data as LaneArray["data"];
  const whole = array.byteLength === array.buffer.byteLength;
  return { type: type as LaneArray["type"], data: whole ? array : array.slice(), dims };
}

function named(names: readonly string[], results: readonly LaneArray[]): NamedTensors {
  return Object.fromEntries(names.map((name, i) => [name, results[i] as unknown as Tensor]));
}
