/** @file TensorFlow for Node.js, which two optional packages bring: loading it, and what to type where it is missing. */
import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { check, InputError } from "../check/check.ts";
import { chosenBackend, setBackend } from "./backend.ts";
import { messageOf } from "./runtimes.ts";
import { setupCommand } from "./setupCommand.ts";
import { requireWholeMantissas } from "./wholeMantissas.ts";

export type TensorFlowEngine = "tfjs-node" | "tfjs-node-gpu";

/** What both packages register as the backend `tensorflow`. */
export interface TensorFlowBackend extends tf.KernelBackend {
  readonly isGPUPackage: boolean;
  /** Whether it computes on a GPU; `tfjs-node-gpu` falls back to the CPU without a word. */
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/** The name under which TensorFlow runs in TensorFlow.js, whichever package brought it. */
export const tensorFlowBackend = "tensorflow";

/**
 * Loads TensorFlow and says what it is, such as `tfjs-node 4.22.0, TensorFlow 2.16.2, cpu, …`. The backend that was
 * chosen before stays chosen, although the packages choose their own.
 *
 * Throws {@link InputError} where the package is missing or cannot do what its name says.
 */
export async function loadTensorFlow(
  name: TensorFlowEngine,
  load: (specifier: string) => Promise<unknown> = (specifier) => import(specifier),
): Promise<string> {
  refuseTheOther(name);
  restoreUtilities();
  if (name === "tfjs-node-gpu") requireWholeMantissas();
  const previous = chosenBackend();
  const loaded = await load(`@tensorflow/${name}`)
    .catch((error: unknown) => {
      const what = isInstalled(name) ? `could not be loaded (${messageOf(error)})` : "is not installed";
      throw new InputError(`engine ${name}: @tensorflow/${name} ${what}. ${remedyFor(name)}`);
    })
    .finally(() => setBackend(previous));
  repairKernels();
  const { isUsingGpuDevice, binding } = tf.findBackend(tensorFlowBackend) as TensorFlowBackend;
  check(
    isUsingGpuDevice || name === "tfjs-node",
    () =>
      `engine ${name}: TensorFlow ${binding.TF_Version} finds no GPU here and would compute on the CPU. ` +
      'See whether "nvidia-smi" lists the card with a driver for CUDA 12, or choose the engine tfjs-node or onnx.',
  );
  const { version } = loaded as { readonly version: Readonly<Record<string, string>> };
  const where = isUsingGpuDevice ? "gpu" : "cpu, a thread a core or TF_NUM_INTRAOP_THREADS";
  return `${name} ${version["tfjs-node"]}, TensorFlow ${binding.TF_Version}, ${where}`;
}

/** What to type to have the package. */
function remedyFor(name: TensorFlowEngine): string {
  const gpu = name === "tfjs-node-gpu";
  const command = setupCommand(gpu ? "gpu" : "tfjs-node", ["setupTensorFlow.js", gpu ? "gpu" : "cpu"]);
  return `Run "${command}", or choose the engine onnx.`;
}

/** Both packages bring libraries of the same names, of which a process loads the first only. */
function refuseTheOther(name: TensorFlowEngine): void {
  if (!isInstalled(name)) return; // which is what has to be said
  const present = tf.findBackend(tensorFlowBackend) as TensorFlowBackend | null;
  const held = present?.isGPUPackage ? "tfjs-node-gpu" : "tfjs-node";
  check(
    present === null || held === name,
    () => `engine ${name}: this process already runs ${held}. Use one of the two in a process.`,
  );
}

function isInstalled(name: TensorFlowEngine): boolean {
  try {
    createRequire(import.meta.url).resolve(`@tensorflow/${name}`);
    return true;
  } catch {
    return false;
  }
}

let repaired = false;

/** Where TensorFlow's kernels do something else than those of TensorFlow.js: every engine has to give the same. */
function repairKernels(): void {
  if (repaired) return;
  repaired = true;
  wrapKernel("Einsum", (kernel) => (args) => {
    const { equation } = args.attrs as unknown as tf.EinsumAttrs;
    return kernel({ ...args, attrs: { equation: equation.replaceAll(" ", "") } });
  });
  wrapKernel("FloorDiv", (kernel) => (args) => {
    const quotient = kernel(args) as tf.Tensor;
    const whole = tf.cast(quotient, "int32");
    quotient.dispose();
    return whole;
  });
}

function wrapKernel(kernelName: string, wrap: (kernel: tf.KernelFunc) => tf.KernelFunc): void {
  const { kernelFunc } = tf.getKernel(kernelName, tensorFlowBackend);
  tf.unregisterKernel(kernelName, tensorFlowBackend);
  tf.registerKernel({ kernelName, backendName: tensorFlowBackend, kernelFunc: wrap(kernelFunc) });
}

/** Two functions of Node.js that the packages call, and that Node.js 23 has removed. */
function restoreUtilities(): void {
  const utilities = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  utilities.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}
