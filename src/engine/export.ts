/** @file Exporting a function as an ONNX model that runs without us, for all sizes of its inputs. */
import type * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { NdArray } from "./array.ts";
import { specsOf, type TensorFunction } from "./compiled.ts";
import { openEngine } from "./engine.ts";
import { cast } from "./graph/elementwise.ts";
import { graph } from "./graph/graph.ts";
import { elementTypeOf } from "./kernels/elementwise.ts";
import { writeModel } from "./onnxModel.ts";
import { wasmRuntime } from "./runtimes.ts";
import { feed, outputArray } from "./runtimeTensors.ts";
import type { SizeSymbol, Triple } from "./sizes.ts";
import { generalise } from "./symbolic.ts";
import { type ArraySpec, isArraySpec, type Program, trace } from "./tracing.ts";
import { type Arrays, flatten, isArrayLeaf, type Tree } from "./tree.ts";

/** Arguments at three sizes. Sizes that differ between them are left open in the model; all others are fixed. */
export interface ExportSizes<A> {
  /** Two choices of sizes without common factors, so that no size can be mistaken for another. */
  readonly a: A;
  readonly b: A;
  /** A third, whose values check the model. */
  readonly check: A;
}

export interface ExportOptions {
  /** Names of the inputs, in the order of the leaves of the arguments. */
  readonly inputNames: readonly string[];
  /** Names of the outputs, in the order of the leaves of the result. */
  readonly outputNames: readonly string[];
  /** Names of the open dimensions, in the order in which they are met in the inputs. */
  readonly dimensionNames: readonly string[];
  /** Kept in the file as its `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The largest difference to the value in TensorFlow.js, relative to the largest value. Default 1e-4. */
  readonly tolerance?: number;
}

/**
 * Writes `f` as an ONNX model (opset 18, standard operators only) with open dimensions.
 *
 * It is recorded at three sizes; sizes that differ become formulas in the named dimensions, and the model is run at
 * the third size and compared with TensorFlow.js before it is handed out.
 *
 * @throws Error naming the operation that depends on a size in a way that no formula covers.
 */
export async function exportOnnx<A extends readonly unknown[]>(
  f: (...args: A) => Tree<tf.Tensor>,
  sizes: NoInfer<ExportSizes<Arrays<A>>>,
  options: ExportOptions,
): Promise<Uint8Array> {
  const { inputNames, outputNames, metadata = {} } = options;
  const args = sizes as ExportSizes<unknown> as ExportSizes<readonly unknown[]>;
  const all: Triple<Recorded> = [recorded(f, args.a), recorded(f, args.b), recorded(f, args.check)];
  const [{ specs, program }] = all;
  checkNames("inputNames", inputNames, specs.length);
  checkNames("outputNames", outputNames, program.outputs.length);
  checkNames(
    "inputNames and outputNames",
    [...inputNames, ...outputNames],
    specs.length + program.outputs.length,
  );
  const symbols = openDimensions(all, options.dimensionNames);
  const g = graph("float32");
  const inputs = specs.map(({ shape, dtype }, index) => g.input(index, shape, elementTypeOf(dtype)));
  const outputs = program.outputs.map((_, index) =>
    tripleOf(all, ({ program: { outputs: nodes } }) => nodes[index]),
  );
  const symbolic = generalise(g, outputs, { inputs, symbols });
  const nameOfSize = (index: number, axis: number): string | undefined => {
    const here = tripleOf(all, ({ specs: leaves }) => leaves[index].shape[axis]).join();
    return symbols.find((symbol) => symbol.sizes.join() === here)?.name;
  };
  const inputShapes = new Map(
    inputs.map((node, index) => [node, node.shape.map((size, axis) => nameOfSize(index, axis) ?? size)]),
  );
  const { bytes } = writeModel(g, symbolic.outputs, {
    inputNames,
    outputNames,
    metadata,
    runtimeOperators: false,
    declaredInputs: inputs,
    shapeOf: (node) => inputShapes.get(node) ?? symbolic.shapeOf(node),
  });
  await verify(bytes, f, { ...options, args: args.check });
  return bytes;
}

interface Recorded {
  readonly specs: readonly ArraySpec[];
  readonly program: Program;
}

function recorded(f: TensorFunction, args: readonly unknown[]): Recorded {
  const tree = specsOf(args, flatten(args, isArrayLeaf).leaves);
  const program = trace(f, tree, { name: "exportOnnx", precision: "float32" });
  const outputs = program.outputs.map((node) =>
    node.type === "bool" ? cast(program.graph, node, "int32") : node,
  );
  return { specs: flatten(tree, isArraySpec).leaves, program: { ...program, outputs } };
}

/** The sizes of the inputs that are not the same three times, each once, with its name. */
function openDimensions(all: Triple<Recorded>, names: readonly string[]): readonly SizeSymbol[] {
  const [{ specs }] = all;
  const found = new Map<string, Omit<SizeSymbol, "name">>();
  specs.forEach(({ shape }, input) => {
    shape.forEach((size, axis) => {
      const sizes = tripleOf(all, ({ specs: leaves }) => leaves[input].shape[axis]);
      if (sizes.some((other) => other !== size) && !found.has(sizes.join()))
        found.set(sizes.join(), { input, axis, sizes });
    });
  });
  const open = [...found.values()];
  check(
    open.length === names.length,
    () =>
      `exportOnnx: dimensionNames must name the ${open.length} open dimensions (sizes ${open.map(({ sizes }) => sizes.join("/")).join(" and ")}), got [${names.join(", ")}].`,
  );
  return open.map((symbol, index) => ({ ...symbol, name: names[index] }));
}

/** Runs the model at the third size and compares it with TensorFlow.js. */
async function verify(
  model: Uint8Array,
  f: TensorFunction,
  options: ExportOptions & { readonly args: readonly unknown[] },
): Promise<void> {
  const { args, inputNames, outputNames, tolerance = 1e-4 } = options;
  const reference = await openEngine("tfjs-cpu");
  const expected = flatten(await reference.jit(f as () => tf.Tensor)(...(args as [])), isArrayLeaf).leaves;
  const runtime = await wasmRuntime();
  const session = await runtime.openSession(model);
  const { leaves } = flatten(args, isArrayLeaf);
  const results = await session.run(
    Object.fromEntries(leaves.map((leaf, k) => [inputNames[k], feed(runtime, leaf)])),
  );
  await session.release();
  outputNames.forEach((name, index) => {
    const actual = outputArray(results[name]);
    const error = relativeDifference(actual, expected[index]);
    if (error > tolerance) {
      throw new Error(
        `exportOnnx: at the third size ${name} differs from TensorFlow.js by ${error} of its largest entry.`,
      );
    }
  });
}

function relativeDifference(actual: NdArray, expected: NdArray): number {
  if (actual.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 1e-30;
  expected.data.forEach((value, index) => {
    scale = Math.max(scale, Math.abs(value));
    const here = Math.abs(value - actual.data[index]);
    difference = Math.max(difference, Number.isNaN(here) ? Number.POSITIVE_INFINITY : here);
  });
  return difference / scale;
}

function checkNames(what: string, names: readonly string[], count: number): void {
  check(
    names.length === count && new Set(names).size === count,
    () => `exportOnnx: ${what} must be ${count} different names, got [${names.join(", ")}].`,
  );
}

function tripleOf<T>(all: Triple<Recorded>, read: (recording: Recorded) => T): Triple<T> {
  return [read(all[0]), read(all[1]), read(all[2])];
}
