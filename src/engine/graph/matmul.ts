/** @file Matrix products: flattened to one plain product of matrices wherever the batch allows it. */

import { sizeOf } from "../array.ts";
import { type Graph, type Node, sameShape } from "./graph.ts";
import { alignedSource, broadcastShape, expand, reshape } from "./shapes.ts";

export interface MatMulOptions {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/**
 * `op(a) op(b)` over the last two axes, with `op` the transpose where asked; leading axes broadcast. The node `MatMul`
 * carries the flags `transA` and `transB`; the writer chooses `Gemm`, `FusedMatMul` or explicit transposes.
 */
export function matMul(g: Graph, a: Node, b: Node, options: MatMulOptions): Node {
  const left = operand(g, a, options.transposeA);
  const right = operand(g, b, options.transposeB);
  const rows = a.shape.at(options.transposeA ? -1 : -2) as number;
  const columns = b.shape.at(options.transposeB ? -2 : -1) as number;
  const shape = [...broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]), rows, columns];
  const batch = broadcastShape([left.node.shape.slice(0, -2), right.node.shape.slice(0, -2)]);
  const product = (x: Node, y: Node, result: readonly number[]): Node =>
    g.node("MatMul", [x, y], {
      shape: result,
      type: a.type,
      attributes: { transA: Number(left.transposed), transB: Number(right.transposed) },
    });

  const shared = sizeOf(right.node.shape.slice(0, -2)) === 1;
  const stackable = shared && (!left.transposed || sizeOf(left.node.shape.slice(0, -2)) === 1);
  if (!stackable) return expand(g, product(left.node, right.node, [...batch, rows, columns]), shape);
  // [batch, rows, k] x [k, columns] is one product of [batch * rows, k] with [k, columns].
  const [inner, depth] = left.node.shape.slice(-2);
  const height = sizeOf(left.node.shape.slice(0, -2)) * inner;
  const stacked = product(
    reshape(g, left.node, [height, depth]),
    reshape(g, right.node, right.node.shape.slice(-2)),
    [left.transposed ? rows : height, columns],
  );
  return expand(g, reshape(g, stacked, [...batch, rows, columns]), shape);
}

/** An operand without its broadcast over the batch and without a transposition that the product can take over. */
function operand(
  g: Graph,
  x: Node,
  transposed: boolean,
): { readonly node: Node; readonly transposed: boolean } {
  if (x.operator === "Expand") {
    const source = alignedSource(g, x);
    if (sameShape(source.shape.slice(-2), x.shape.slice(-2))) return operand(g, source, transposed);
  }
  if (x.operator === "Transpose" && swapsLastTwo(x.attributes.perm as readonly number[])) {
    return operand(g, x.inputs[0], !transposed);
  }
  return { node: x, transposed };
}

function swapsLastTwo(permutation: readonly number[]): boolean {
  const rank = permutation.length;
  return permutation.every((axis, index) =>
    index < rank - 2 ? axis === index : axis === (index === rank - 1 ? rank - 2 : rank - 1),
  );
}
