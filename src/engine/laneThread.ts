/** @file A thread that runs sessions of the native runtime, as the thread that started it sees it. */
import process from "node:process";
import { Worker } from "node:worker_threads";
import type { Tensor } from "onnxruntime-web";
import type { LaneAnswer, LaneArray, LaneOrder } from "./laneMessages.ts";

/** Tensors by the names of inputs or outputs. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** A session as a lane needs it. */
export interface LaneSession {
  readonly id: number;
  readonly model: Uint8Array;
  readonly outputNames: readonly string[];
}

/** How many orders each thread of this process has still to answer, counted where both sides see it. */
const counts = new Set<Int32Array>();

/**
 * A thread that is ended within the runtime takes the process with it, and Node.js ends all threads when it exits, at whatever
 * they are: until then every run has to be over.
 */
process.on("exit", () => {
  for (const count of counts)
    for (let left = Atomics.load(count, 0); left > 0; left = Atomics.load(count, 0))
      if (Atomics.wait(count, 0, left, 60_000) === "timed-out") break;
});

/** Who waits for an answer. */
interface Waiting {
  readonly resolve: (results: NamedTensors) => void;
  readonly reject: (error: Error) => void;
  readonly outputNames: readonly string[];
}

/** One thread. It runs what it is ordered to, one after the other, and keeps no process alive while it has nothing to run. */
export class LaneThread {
  readonly #worker: Worker;
  readonly #count = new Int32Array(new SharedArrayBuffer(4));
  /** The sessions that are open there. */
  readonly #sessions = new Set<number>();
  /** In the order of their orders, which is that of the answers. */
  readonly #waiting: Waiting[] = [];

  /** @param ended called when the thread is no more. */
  constructor(ended: () => void) {
    const inClone = import.meta.url.endsWith(".ts");
    this.#worker = new Worker(new URL(inClone ? "./lane.ts" : "./lane.js", import.meta.url), {
      workerData: this.#count,
      execArgv: inClone ? typeScript() : [],
    });
    this.#worker.unref();
    counts.add(this.#count);
    let reason = new Error("a thread of the engine has ended.");
    this.#worker.on("message", (answer: LaneAnswer) => this.#settle(answer));
    this.#worker.on("error", (error: Error) => {
      reason = error;
    });
    this.#worker.once("exit", () => {
      counts.delete(this.#count);
      for (const { reject } of this.#waiting.splice(0)) reject(reason);
      ended();
    });
  }

  /** Runs that have not been answered. */
  get orders(): number {
    return this.#waiting.length;
  }

  /** Runs a session there, after those that it was ordered to run before. */
  run({ id, model, outputNames }: LaneSession, feeds: NamedTensors): Promise<NamedTensors> {
    return new Promise((resolve, reject) => {
      this.#worker.ref(); // while it computes the process waits for it
      this.#waiting.push({ resolve, reject, outputNames });
      const order: LaneOrder = {
        session: id,
        ...(this.#sessions.has(id) ? {} : { model }),
        feeds: Object.entries(feeds).map(([name, tensor]) => [name, copied(tensor)]),
      };
      this.#sessions.add(id);
      Atomics.add(this.#count, 0, 1);
      this.#worker.postMessage(
        order,
        order.feeds.map(([, { data }]) => data.buffer as ArrayBuffer),
      );
    });
  }

  #settle(answer: LaneAnswer): void {
    const { resolve, reject, outputNames } = this.#waiting.shift() as Waiting;
    if (this.#waiting.length === 0) this.#worker.unref();
    if ("error" in answer) reject(new Error(answer.error));
    else resolve(named(outputNames, answer.results));
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

/** An array in a buffer of its own, which goes to the thread as it is: a message that does not take it over copies twice. */
function copied({ type, data, dims }: Tensor): LaneArray {
  return { type: type as LaneArray["type"], data: (data as LaneArray["data"]).slice(), dims };
}

function named(names: readonly string[], results: readonly LaneArray[]): NamedTensors {
  return Object.fromEntries(names.map((name, i) => [name, results[i] as unknown as Tensor]));
}
