/** @file What a recording rule is: the nodes that stand for one TensorFlow.js kernel. */
import type { Graph, Node } from "../graph/graph.ts";

/** The tensors of a kernel by tfjs's names (`x`, `a`, `b`, ...); kernels that take a list name them `0`, `1`, ... */
export type Inputs = Readonly<Record<string, Node>>;

/** Records a kernel and returns its result, or its results in order. */
export type Rule = (g: Graph, inputs: Inputs, attributes: object) => Node | readonly Node[];

/** A rule that reads the attributes of its kernel under their tfjs type. */
export function rule<Attributes extends object>(
  record: (g: Graph, inputs: Inputs, attributes: Attributes) => Node | readonly Node[],
): Rule {
  return (g, inputs, attributes) => record(g, inputs, attributes as Attributes);
}

/** Axes counted from the front; null or undefined means all of them. */
export function axesOf(axis: number | readonly number[] | null | undefined, rank: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, index) => index);
  return (typeof axis === "number" ? [axis] : axis).map((index) => (index < 0 ? index + rank : index));
}
