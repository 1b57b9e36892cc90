/** @file The recorded program: an immutable graph of ONNX operators in which equal nodes are the same node. */
import { createHash } from "node:crypto";

/** "float" is float32 or float64, as the whole graph is; int64 appears only between operators that demand it. */
export type ElementType = "float" | "int32" | "int64" | "bool";
export type Precision = "float32" | "float64";
export type Shape = readonly number[];
export type Values = Float32Array | Float64Array | Int32Array | Uint8Array;

/**
 * Attributes by their ONNX names. Sizes, axes and offsets are attributes here also where ONNX wants them as operands
 * (Reshape, Slice, ReduceSum, ...), so that rules can read them; the writer turns them into operands.
 */
export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

export interface Node {
  readonly id: number;
  /** An ONNX operator, `Input` (attribute `index`) or `Constant` (with `values`). */
  readonly operator: string;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly type: ElementType;
  readonly values?: Values;
}

export interface NodeOptions {
  readonly shape: Shape;
  readonly type: ElementType;
  readonly attributes?: Attributes;
}

/** A graph under construction. Asking twice for the same node gives the same node. */
export interface Graph {
  readonly precision: Precision;
  node(operator: string, inputs: readonly Node[], options: NodeOptions): Node;
  constant(values: Values, shape: Shape, type: ElementType): Node;
  input(index: number, shape: Shape, type: ElementType): Node;
  /** One key a node, in the order of creation: equal keys mean equal programs. */
  readonly keys: readonly string[];
}

export function graph(precision: Precision): Graph {
  const nodes = new Map<string, Node>();
  const keys: string[] = [];
  const intern = (key: string, make: (id: number) => Node): Node => {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const created = make(keys.length);
    nodes.set(key, created);
    keys.push(key);
    return created;
  };
  return {
    precision,
    keys,
    node(operator, inputs, { shape, type, attributes = {} }) {
      const key = `${operator}(${inputs.map((input) => input.id)})${type}[${shape}]${attributesKey(attributes)}`;
      return intern(key, (id) => ({ id, operator, inputs, attributes, shape, type }));
    },
    constant(values, shape, type) {
      const key = `Constant ${type}[${shape}] ${valuesKey(values)}`;
      return intern(key, (id) => ({
        id,
        operator: "Constant",
        inputs: [],
        attributes: {},
        shape,
        type,
        values,
      }));
    },
    input(index, shape, type) {
      return intern(`Input ${index}`, (id) => ({
        id,
        operator: "Input",
        inputs: [],
        attributes: { index },
        shape,
        type,
      }));
    },
  };
}

/** The nodes that the outputs depend on, each after its inputs. Nothing else of a graph is ever written. */
export function reachable(outputs: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const pending = [...outputs].reverse();
  while (pending.length > 0) {
    const node = pending[pending.length - 1];
    const missing = seen.has(node) ? [] : node.inputs.filter((input) => !seen.has(input));
    if (missing.length > 0) {
      pending.push(...missing.reverse());
      continue;
    }
    pending.pop();
    if (!seen.has(node)) order.push(node);
    seen.add(node);
  }
  return order;
}

/** How often each of the nodes that the outputs depend on is needed, as an output or by another. */
export function useCounts(outputs: readonly Node[]): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>(outputs.map((node) => [node, 1]));
  for (const node of reachable(outputs))
    for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  return uses;
}

/** A constant of rank 0. */
export function scalarConstant(g: Graph, value: number, type: ElementType = "float"): Node {
  if (type === "float") return g.constant(Float64Array.of(round(g, value)), [], type);
  return g.constant(type === "bool" ? Uint8Array.of(value) : Int32Array.of(value), [], type);
}

/** The value of a constant of rank 0, or undefined for any other node. */
export function scalarValue(node: Node): number | undefined {
  return node.values !== undefined && node.shape.length === 0 ? node.values[0] : undefined;
}

/** `value` as the graph's floating-point type holds it. */
export function round(g: Graph, value: number): number {
  return g.precision === "float32" ? Math.fround(value) : value;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

function attributesKey(attributes: Attributes): string {
  let key = "";
  for (const name in attributes) key += `;${name}=${attributes[name]}`;
  return key;
}

function valuesKey(values: Values): string {
  if (values.length <= 16)
    return Array.from(values, (value) => (Object.is(value, -0) ? "-0" : value)).join(",");
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha1").update(bytes).digest("base64");
}
