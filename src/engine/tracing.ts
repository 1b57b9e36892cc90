/** @file Tracing: a TensorFlow.js backend that computes nothing and records everything. */
import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { inBackend } from "./backend.ts";
import { registerMissingGradients } from "./gradients.ts";
import { type Graph, graph, type Node, type Precision, type Shape } from "./graph/graph.ts";
import { elementTypeOf } from "./kernels/elementwise.ts";
import { literalValues, recordedConstant } from "./kernels/literals.ts";
import { alternativeTo, rules } from "./kernels/rules.ts";
import { type Flat, flatten, unflatten } from "./tree.ts";

/** What a function knows of an argument while it is traced. */
export interface ArraySpec {
  readonly shape: Shape;
  readonly dtype: "float32" | "int32";
}

/** A function of tensors as it was written down. */
export interface Program {
  readonly graph: Graph;
  readonly outputs: readonly Node[];
  /** What the function returned: a tree of tensors, dead by now, of which only the form counts. */
  readonly result: unknown;
}

export interface TraceOptions {
  /** How errors call the function. */
  readonly name: string;
  readonly precision: Precision;
}

interface Recording {
  readonly name: string;
  readonly graph: Graph;
  /** The node that each traced tensor stands for, by its tfjs data id. */
  readonly nodes: WeakMap<object, Node>;
  /** A value was asked for: tfjs would only tell whoever awaits it, so it is kept here. */
  failure?: Error;
}

const backendName = "l2e-tracing";

/** The recording in progress. Tracing is synchronous, so there is never more than one. */
let current: Recording | undefined;

/**
 * Runs `f` on tensors without values and returns the program that it wrote down.
 *
 * It is run twice: what a function draws or reads on the host (`tf.randomNormal`, a clock) would be frozen into the
 * program, and shows as a difference between the two runs.
 *
 * @param args The arguments as trees whose leaves are {@link ArraySpec}.
 */
export function trace(f: (...args: never[]) => unknown, args: unknown, options: TraceOptions): Program {
  const program = traceOnce(f, args, options);
  const { keys } = program.graph;
  const again = traceOnce(f, args, options).graph.keys;
  const different = keys.findIndex((key, index) => key !== again[index]);
  check(
    different === -1 && keys.length === again.length,
    () =>
      `${options.name}: traced twice it gave two different programs, first at "${(keys[different] ?? again[keys.length]).slice(0, 80)}". ` +
      "What is random or read from outside is frozen when a function is compiled: pass it as an argument.",
  );
  return program;
}

/** Whether a value says the shape and the type of an argument. */
export function isArraySpec(value: unknown): value is ArraySpec {
  return typeof value === "object" && value !== null && "shape" in value && "dtype" in value;
}

function traceOnce(f: (...args: never[]) => unknown, args: unknown, options: TraceOptions): Program {
  registerTracingBackend();
  const engine = tf.engine();
  const previous = { recording: current, tensors: engine.state.numTensors };
  const recording: Recording = { name: options.name, graph: graph(options.precision), nodes: new WeakMap() };
  let program: Program | undefined;
  current = recording;
  try {
    inBackend(backendName, () => {
      program = record(f, flatten(args, isArraySpec), args, recording);
    });
  } finally {
    current = previous.recording;
  }
  const kept = engine.state.numTensors - previous.tensors;
  check(
    kept === 0,
    () =>
      `${options.name}: ${kept} tensors outlive it. Return tensors; do not make variables or tf.keep any.`,
  );
  return program as unknown as Program;
}

function record(
  f: (...args: never[]) => unknown,
  specs: Flat<ArraySpec>,
  args: unknown,
  to: Recording,
): Program {
  const tensors = specs.leaves.map(({ shape, dtype }, index) =>
    tf
      .engine()
      .makeTensorFromTensorInfo(infoOf(to, to.graph.input(index, shape, elementTypeOf(dtype)), dtype)),
  );
  const result: unknown = f(...(unflatten(args, isArraySpec, tensors) as never[]));
  if (result instanceof Promise) result.catch(() => undefined);
  check(
    !(result instanceof Promise),
    () => `${to.name}: a compiled function must be synchronous, got one that returns a promise.`,
  );
  if (to.failure !== undefined) throw to.failure;
  const outputs = flatten(result, isTensor).leaves.map((tensor) => nodeOf(to, tensor));
  return { graph: to.graph, outputs, result };
}

export function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

/** A backend is a class in tfjs; this one keeps nothing but the nodes of the recording in progress. */
class TracingBackend extends tf.KernelBackend {
  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    const to = recordingInProgress();
    return infoOf(to, recordedConstant(to.graph, values, shape, elementTypeOf(dtype)), dtype).dataId;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType): void {
    const to = recordingInProgress();
    to.nodes.set(dataId, recordedConstant(to.graph, values, shape, elementTypeOf(dtype)));
  }

  override readSync(dataId: object): tf.BackendValues {
    const to = recordingInProgress();
    const node = to.nodes.get(dataId);
    const literal = node && literalValues(node);
    if (literal !== undefined) return literal;
    to.failure = valueWasRead(to, dataId);
    throw to.failure;
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    const to = recordingInProgress();
    to.failure = valueWasRead(to, dataId);
    return new Promise(() => undefined); // never settles: the failure is thrown when the function returns
  }

  override disposeData = (): boolean => true;
  override incRef = (): void => undefined;
  override refCount = (): number => 1;
  override numDataIds = (): number => 0;
  override memory = (): { unreliable: boolean } => ({ unreliable: true });
  override floatPrecision = (): 32 => 32;
  override epsilon = (): number => 1e-7;
  override timerAvailable = (): boolean => false;
  override dispose = (): void => undefined;
}

function registerTracingBackend(): void {
  if (tf.findBackendFactory(backendName) !== null) return;
  registerMissingGradients();
  // Priority 0 is below every backend that computes, so tfjs never chooses this one by itself.
  tf.registerBackend(backendName, () => new TracingBackend(), 0);
  for (const [kernelName, rule] of Object.entries(rules)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => {
      const to = recordingInProgress();
      const nodes = Object.fromEntries(
        Object.entries(inputs).flatMap(([name, tensor]) => (tensor ? [[name, nodeOf(to, tensor)]] : [])),
      );
      const result = rule(to.graph, nodes, attrs ?? {});
      return Array.isArray(result) ? result.map((node) => infoOf(to, node)) : infoOf(to, result as Node);
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  for (const { kernelName } of tf.getKernelsForBackend("cpu")) {
    if (kernelName in rules) continue;
    const kernelFunc = (): never => {
      const { name } = recordingInProgress();
      throw new Error(
        `${name}: the operation ${kernelName} cannot be compiled; ${alternativeTo(kernelName)}.`,
      );
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
}

/** The node of a tensor. A tensor from outside the function is copied, never moved, and stays what it is now. */
function nodeOf(to: Recording, tensor: tf.TensorInfo): Node {
  const known = to.nodes.get(tensor.dataId);
  if (known !== undefined) return known;
  const values = tf.engine().readSync(tensor.dataId);
  const node = recordedConstant(to.graph, values.slice(), tensor.shape, elementTypeOf(tensor.dtype));
  to.nodes.set(tensor.dataId, node);
  return node;
}

/** A new tfjs data id for a node. */
function infoOf(to: Recording, node: Node, dtype: tf.DataType = dtypeOf(node)): tf.TensorInfo {
  const dataId = {};
  to.nodes.set(dataId, node);
  return { dataId, shape: [...node.shape], dtype };
}

function dtypeOf({ type }: Node): tf.DataType {
  return type === "float" ? "float32" : type === "int64" ? "int32" : type;
}

function recordingInProgress(): Recording {
  if (current === undefined)
    throw new Error(`the tfjs backend ${backendName} works inside compiled functions only`);
  return current;
}

function valueWasRead(to: Recording, dataId: object): Error {
  const node = to.nodes.get(dataId);
  return new Error(
    `${to.name}: a value of ${node?.operator ?? "a tensor"} [${node?.shape}] was read (dataSync, arraySync, data or print), but a compiled ` +
      "function has no values while it is traced. Return the tensor and read it outside; choose with tf.where.",
  );
}
