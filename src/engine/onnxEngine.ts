/** @file Compiling traced functions for ONNX Runtime and running them there. */
import type { NdArray } from "./array.ts";
import type { Executable, JitOptions, TensorFunction } from "./compiled.ts";
import { cast } from "./graph/elementwise.ts";
import { gatherFactors } from "./graph/factors.ts";
import type { ParallelSession } from "./lanes.ts";
import { writeModel } from "./onnxModel.ts";
import type { Runtime } from "./runtimes.ts";
import { feed, outputArray } from "./runtimeTensors.ts";
import { isArraySpec, isTensor, trace } from "./tracing.ts";
import { flatten, unflatten } from "./tree.ts";

/** Traces `f` for arguments of these forms, writes it as a model and opens a session with it. */
export async function compileOnnx(
  f: TensorFunction,
  args: unknown,
  options: Required<JitOptions> & { readonly runtime: Runtime },
): Promise<Executable> {
  const { runtime, name, precision, parallel } = options;
  const { graph, outputs, result } = trace(f, args, { name, precision });
  const inputNames = flatten(args, isArraySpec).leaves.map((_, index) => `x${index}`);
  const outputNames = outputs.map((_, index) => `y${index}`);
  const model = writeModel(
    graph,
    gatherFactors(graph, outputs).map((node) => (node.type === "bool" ? cast(graph, node, "int32") : node)),
    { inputNames, outputNames, runtimeOperators: true },
  );
  const open = (parallel && runtime.openParallelSession) || runtime.openSession;
  const session = await open(model.bytes);
  return {
    nodes: model.nodeCount,
    run: async (leaves) => {
      const arrays = await run(session, runtime, { leaves, inputs: model.inputs, outputNames });
      return unflatten(result, isTensor, arrays);
    },
    dispose: () => session.release(),
  };
}

interface Call {
  readonly leaves: readonly NdArray[];
  readonly inputs: readonly number[];
  readonly outputNames: readonly string[];
}

/** One run. Arguments are handed over without a copy; results lie in buffers of their own. */
async function run(session: Pick<ParallelSession, "run">, runtime: Runtime, call: Call): Promise<NdArray[]> {
  const feeds = Object.fromEntries(
    call.inputs.map((index) => [`x${index}`, feed(runtime, call.leaves[index])]),
  );
  const results = await session.run(feeds);
  return call.outputNames.map((name) => outputArray(results[name]));
}
