/** @file Runs of the native runtime beside each other, in threads of this process. */
import type { InferenceSession } from "onnxruntime-web";
import { type LaneSession, LaneThread, type NamedTensors } from "./laneThread.ts";

/** A session that may run several times at once. */
export interface ParallelSession {
  run(feeds: NamedTensors): Promise<NamedTensors>;
  release(): Promise<void>;
}

interface Job {
  readonly session: LaneSession;
  readonly feeds: NamedTensors;
  /** Runs it in the calling thread. */
  readonly here: () => Promise<NamedTensors>;
  readonly settle: (results: Promise<NamedTensors>) => void;
}

/** Orders that a thread holds at most: while the calling thread computes, nobody gives it the next. */
const ordersAhead = 2;

/**
 * A fixed number of threads, the calling one among them, that share what is to be run. Runs that are asked for at the same moment go to
 * different threads; one that is asked for alone stays in the calling one. Each computes with one thread, so that results do not depend on
 * which it was. Threads start when they are first needed.
 *
 * A field is evaluated on many tiles, and a tile is hundreds of small operations: two threads inside each operation made a roll-out 1.15 times
 * as fast on two cores, two lanes 1.6 times.
 */
export class Lanes {
  readonly #others: number;
  readonly #threads = new Set<LaneThread>();
  readonly #waiting: Job[] = [];
  readonly #running = new Set<Promise<void>>();
  #busyHere = false;
  #sessions = 0;
  #scheduled = false;

  /** @param count threads, the calling one among them. */
  constructor(count: number) {
    this.#others = count - 1;
  }

  /** @param own a session of the model in the calling thread, of one thread. */
  openSession(model: Uint8Array, own: InferenceSession): ParallelSession {
    const session = { id: this.#sessions++, model, outputNames: own.outputNames };
    return {
      run: (feeds) =>
        new Promise((settle) => {
          this.#waiting.push({ session, feeds, settle, here: () => own.run(feeds) });
          this.#schedule();
        }),
      release: () => own.release(), // in the lanes it ends with them
    };
  }

  /** Ends the threads after what they run. */
  async dispose(): Promise<void> {
    await Promise.all(this.#running);
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  /** Waits for what is asked for in the same turn of the event loop before it decides where that goes. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#dispatch();
    });
  }

  /** One to each other thread, then one to this, then the next ones to the others. */
  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const alone = this.#waiting.length === 1 && this.#running.size === 0;
      const thread = alone ? undefined : this.#freest();
      if (!this.#busyHere && (thread === undefined || thread.orders > 0)) this.#runHere();
      else if (thread !== undefined) this.#run(({ session, feeds }) => thread.run(session, feeds));
      else return;
    }
  }

  #runHere(): void {
    this.#busyHere = true;
    this.#run(({ here }) =>
      here().finally(() => {
        this.#busyHere = false;
      }),
    );
  }

  #run(run: (job: Job) => Promise<NamedTensors>): void {
    const job = this.#waiting.shift() as Job;
    const results = run(job);
    job.settle(results);
    const over = () => {
      this.#running.delete(ended);
      this.#dispatch();
    };
    const ended: Promise<void> = results.then(over, over); // what failed is the caller's
    this.#running.add(ended);
  }

  /** The other thread with the fewest orders, none where all have enough. */
  #freest(): LaneThread | undefined {
    let freest: LaneThread | undefined;
    for (const thread of this.#threads) if (thread.orders < (freest?.orders ?? ordersAhead)) freest = thread;
    const another = (freest?.orders ?? 1) > 0 && this.#threads.size < this.#others;
    return another ? this.#start() : freest;
  }

  #start(): LaneThread {
    const thread = new LaneThread(() => this.#threads.delete(thread));
    this.#threads.add(thread);
    return thread;
  }
}
