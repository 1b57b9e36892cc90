/** @file What every engine hands out: functions that are compiled once per form and shape of their arguments. */
import { check } from "../check/check.ts";
import { type NdArray, sizeOf } from "./array.ts";
import type { Precision } from "./graph/graph.ts";
import type { ArraySpec } from "./tracing.ts";
import { type Arrays, flatten, isArrayLeaf, unflatten } from "./tree.ts";

/** A function of host arrays that runs the function of tensors it was made from. */
export interface Compiled<A extends readonly unknown[], R> {
  (...args: Arrays<A>): Promise<Arrays<R>>;
  readonly statistics: () => CompilationStatistics;
}

export interface CompilationStatistics {
  /** Programs compiled so far: one for each combination of argument shapes that was met. */
  readonly compilations: number;
  /** Operators in these programs, all together. */
  readonly nodes: number;
  readonly compileMilliseconds: number;
}

export interface JitOptions {
  /**
   * `float64` runs the same program in double precision (ONNX engines only); arguments are then `Float64Array`.
   * Numbers written in the function keep their decimal value up to six digits; captured tensors and longer literals
   * are float32 in tfjs and stay so: pass them as arguments where that matters.
   */
  readonly precision?: Precision;
  /** How errors call the function. */
  readonly name?: string;
  /**
   * Calls that overlap run beside each other, as many as the engine has threads (native ONNX Runtime on a processor;
   * elsewhere one after the other). For programs of many small operations that are called on many pieces.
   */
  readonly parallel?: boolean;
}

/** A program for one form and shape of arguments: the leaves of the arguments in, the tree of results out. */
export interface Executable {
  readonly nodes: number;
  run(leaves: readonly NdArray[]): Promise<unknown>;
  dispose(): Promise<void>;
}

/** A {@link Compiled} function before its types are known, with the means to free its programs. */
export interface CompiledFunction {
  (...args: readonly unknown[]): Promise<unknown>;
  readonly statistics: () => CompilationStatistics;
  readonly dispose: () => Promise<void>;
}

export type TensorFunction = (...args: never[]) => unknown;
export type Compile = (args: unknown) => Promise<Executable>;

/** Compiles on the first call with each form of arguments; calls that arrive meanwhile wait for the same compilation. */
export function compiledFunction(compile: Compile, options: Required<JitOptions>): CompiledFunction {
  const programs = new Map<string, Promise<Executable>>();
  let statistics: CompilationStatistics = { compilations: 0, nodes: 0, compileMilliseconds: 0 };
  const compileTimed = async (args: unknown): Promise<Executable> => {
    const start = performance.now();
    const program = await compile(args);
    statistics = {
      compilations: statistics.compilations + 1,
      nodes: statistics.nodes + program.nodes,
      compileMilliseconds: statistics.compileMilliseconds + performance.now() - start,
    };
    return program;
  };
  const call = async (...args: readonly unknown[]): Promise<unknown> => {
    const { leaves, paths, structure } = flatten(args, isArrayLeaf);
    const key = `${structure}${leaves.map((leaf, index) => leafKey(leaf, paths[index], options))}`;
    let program = programs.get(key);
    if (program === undefined) {
      program = compileTimed(specsOf(args, leaves));
      programs.set(key, program);
      // A failed compilation is not remembered: the next call says the same again, to whoever made it.
      program.catch(() => programs.delete(key));
    }
    return (await program).run(leaves);
  };
  const dispose = async (): Promise<void> => {
    const settled = await Promise.allSettled(programs.values());
    programs.clear();
    await Promise.all(settled.map((outcome) => outcome.status === "fulfilled" && outcome.value.dispose()));
  };
  return Object.assign(call, { statistics: () => statistics, dispose });
}

/** The argument trees with the shapes and types of their arrays in place of the arrays. */
export function specsOf(args: unknown, leaves: readonly NdArray[]): unknown {
  const specs = leaves.map(
    ({ shape, data }): ArraySpec => ({ shape, dtype: data instanceof Int32Array ? "int32" : "float32" }),
  );
  return unflatten(args, isArrayLeaf, specs);
}

function leafKey({ shape, data }: NdArray, path: string, { precision, name }: Required<JitOptions>): string {
  const integer = data instanceof Int32Array;
  const expected = precision === "float32" ? Float32Array : Float64Array;
  check(
    integer || data instanceof expected,
    () =>
      `${name}: argument ${path} must hold a ${expected.name} (or an Int32Array), since it runs in ${precision}, got a ${data.constructor.name}. ` +
      `Convert it with ${expected.name}.from.`,
  );
  check(
    data.length === sizeOf(shape),
    () =>
      `${name}: argument ${path} must hold ${sizeOf(shape)} elements for shape [${shape}], got ${data.length}.`,
  );
  return `${integer ? "i" : "f"}${shape}`;
}
