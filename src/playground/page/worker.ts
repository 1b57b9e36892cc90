/** @file The playground's worker: the operator, away from the thread that draws. */

import { energyFromSpec } from "../../energies/energyFromSpec.ts";
import { ndarray } from "../../engine/array.ts";
import { openWebModel, type WebModel } from "../../engine/webModel.ts";
import { type GradientFlow, wassersteinFlow } from "../../jko/flow.ts";
import { velocityOf } from "../../jko/move.ts";
import { identity } from "../../linalg/matrix.ts";
import { sampleCloud } from "../../measures/cloud.ts";
import { gaussian } from "../../measures/gaussian.ts";
import type { FieldEvaluator } from "../../operator/evaluator.ts";
import { inTiles } from "../../operator/tiles.ts";
import { keyFrom } from "../../random/key.ts";
import { evolution } from "../evolution.ts";
import type { FromWorker, PlaygroundFrame, ToWorker } from "../protocol.ts";
import { referenceOf } from "../reference.ts";
import { unpacked } from "./unpack.ts";

/** What a worker has of its global scope; the compiler knows the page's. */
interface WorkerScope {
  onmessage: (event: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker, transfer?: readonly ArrayBufferLike[]): void;
}
const scope = globalThis as unknown as WorkerScope;

let operator: Parameters<typeof evolution>[0] | undefined;
let current:
  | { readonly run: number; readonly frames: AsyncGenerator<PlaygroundFrame, void, void> }
  | undefined;

async function answer(message: ToWorker): Promise<void> {
  if (message.kind === "open") return open(message);
  if (message.kind === "begin") {
    if (operator === undefined) throw new Error("the operator is not open");
    const frames = evolution(operator, message, () => performance.now() / 1000);
    current = { run: message.run, frames };
  }
  if (current === undefined || message.run !== current.run) return; // asked before the density was drawn anew
  const { value: frame } = await current.frames.next();
  if (frame) send(frame);
}

async function open(message: Extract<ToWorker, { kind: "open" }>): Promise<void> {
  const { data, provider } = message;
  const [model, runtime] = await Promise.all([unpacked(message.model), unpacked(message.runtime)]);
  const flow = wassersteinFlow({ ...data.flow, energy: energyFromSpec(data.flow.energy) });
  const opened = await openWebModel({ model, runtime, provider });
  const evaluate = evaluatorOf(flow, opened);
  operator = { flow, context: data.context, evaluate };
  const milliseconds = await timed(evaluate, data.context);
  const least = referenceOf(flow).least;
  scope.postMessage({
    kind: "ready",
    runtime: opened.description,
    milliseconds,
    ...(least === undefined ? {} : { least }),
  });
}

/** The operator's field by its exported model. */
function evaluatorOf(flow: GradientFlow, model: WebModel): FieldEvaluator {
  const d = flow.dimension;
  return (requests) =>
    Promise.all(
      requests.map(async ({ context, queries }) => {
        const positions = ndarray(Float32Array.from(context.positions), [context.count, d]);
        const contextLogDensity = ndarray(Float32Array.from(context.logDensity), [context.count]);
        const sizes = { dimension: d, columns: [d, d * d] };
        const [value, jacobian] = await inTiles(queries, sizes, async (points, tile) => {
          const queries = ndarray(points, [tile, d]);
          const { velocity, jacobian } = await model.run({ context: positions, contextLogDensity, queries });
          return [velocity.data, jacobian.data];
        });
        const count = queries.length / d;
        const cloud = { dimension: d, count, positions: queries, logDensity: new Float32Array(count) };
        return velocityOf(flow, cloud, { value, jacobian });
      }),
    );
}

/** Milliseconds of the second run of the model: the first also compiles. */
async function timed(evaluate: FieldEvaluator, count: number): Promise<number> {
  const cloud = sampleCloud(gaussian({ mean: [0, 0], covariance: identity(2) }), keyFrom(0), count);
  const request = { context: cloud, queries: cloud.positions };
  await evaluate([request]);
  const begin = performance.now();
  await evaluate([request]);
  return performance.now() - begin;
}

function send(frame: PlaygroundFrame): void {
  scope.postMessage(
    { kind: "frame", frame },
    [frame.learned, frame.reference].flatMap(({ positions, logDensity }) => [
      positions.buffer,
      logDensity.buffer,
    ]),
  );
}

// One message at a time: a step must not begin while the one before it is under way.
let queue = Promise.resolve();
scope.onmessage = ({ data }) => {
  queue = queue
    .then(() => answer(data))
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      scope.postMessage({ kind: "failed", message, ...(data.kind === "open" ? {} : { run: data.run }) });
    });
};
