/** @file A lane: a thread that opens sessions of the native runtime and runs one of them at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { LaneAnswer, LaneArray, LaneOrder } from "./laneMessages.ts";
import { sessionOptions } from "./sessionOptions.ts";

const sessions = new Map<number, InferenceSession>();
/** Orders that are not answered, as the thread that gives them counts them too, `[1]`. */
const count: Int32Array = workerData;
let previous: Promise<void> = Promise.resolve();

parentPort?.on("message", (order: LaneOrder) => {
  previous = previous.then(() => answer(order));
});

async function answer(order: LaneOrder): Promise<void> {
  const message: LaneAnswer = await run(order).then(
    (results) => ({ results }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  Atomics.sub(count, 0, 1);
  Atomics.notify(count, 0);
  const buffers = "results" in message ? message.results.map(({ data }) => data.buffer as ArrayBuffer) : [];
  parentPort?.postMessage(message, buffers);
}

async function run({ session: id, model, feeds }: LaneOrder): Promise<LaneArray[]> {
  if (model !== undefined) sessions.set(id, await InferenceSession.create(model, sessionOptions("cpu", 1)));
  const session = sessions.get(id);
  if (session === undefined) throw new Error("the session could not be opened.");
  const inputs = feeds.map(([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const);
  const outputs = await session.run(Object.fromEntries(inputs));
  return session.outputNames.map((name) => {
    const { type, data, dims } = outputs[name];
    // The runtime keeps a hand on its own buffers: what changes threads must be a copy.
    return { type, data: (data as Float32Array).slice(), dims } as LaneArray;
  });
}
