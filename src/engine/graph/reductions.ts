/** @file Nodes that combine the elements along axes: sums, means, extrema, running sums. */
import { multiply } from "./elementwise.ts";
import { type Graph, type Node, scalarConstant } from "./graph.ts";
import { alignedSource, expand, reshape } from "./shapes.ts";

export interface ReductionOptions {
  /** Axes counted from the front. */
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

/** `ReduceSum`, `ReduceMean`, `ReduceMax`, `ReduceMin` or `ReduceProd`. */
export function reduce(g: Graph, operator: string, x: Node, options: ReductionOptions): Node {
  const axes = [...options.axes].sort((a, b) => a - b);
  const kept = x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension));
  const shape = options.keepDimensions ? kept : kept.filter((_, axis) => !axes.includes(axis));
  if (x.operator === "Expand" && operator !== "ReduceProd") {
    return reshape(g, expand(g, reduceBroadcast(g, operator, x, axes), kept), shape);
  }
  // An axis of size one holds nothing to combine.
  const long = axes.filter((axis) => x.shape[axis] !== 1);
  if (long.length === 0) return reshape(g, x, shape);
  if (long.length > 1 && axes.length === x.shape.length && isSum(operator)) {
    // Row by row, then the sums of the rows: the runtime adds up a whole array in one running sum, which in float32
    // loses one to two more digits of a sum of a million terms that cancel, and it does so in one thread.
    const rows = reduceAxes(g, operator, x, { axes: long.slice(-1), keepDimensions: true });
    return reshape(g, reduceAxes(g, operator, rows, { ...options, axes: long.slice(0, -1) }), shape);
  }
  return reshape(g, reduceAxes(g, operator, x, { ...options, axes: long }), shape);
}

/** The node itself. */
function reduceAxes(g: Graph, operator: string, x: Node, { axes, keepDimensions }: ReductionOptions): Node {
  const shape = keepDimensions
    ? x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return g.node(operator, [x], {
    shape,
    type: x.type,
    attributes: { axes, keepdims: Number(keepDimensions) },
  });
}

function isSum(operator: string): boolean {
  return operator === "ReduceSum" || operator === "ReduceMean";
}

/** A repeated axis is not summed: `sum = count * source`, while means and extrema are those of the source. */
function reduceBroadcast(g: Graph, operator: string, x: Node, axes: readonly number[]): Node {
  const source = alignedSource(g, x);
  const repeated = axes.filter((axis) => source.shape[axis] !== x.shape[axis]);
  const count = repeated.reduce((product, axis) => product * x.shape[axis], 1);
  const reduced = reduce(g, operator, source, { axes, keepDimensions: true });
  return operator === "ReduceSum" ? multiply(g, reduced, scalarConstant(g, count, x.type)) : reduced;
}
