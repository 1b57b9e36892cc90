/** @file Functions that cancel when they are written in terms of exp and log, and are not written so here. */
import * as e from "../graph/elementwise.ts";
import { type Graph, type Node, scalarConstant } from "../graph/graph.ts";

/** `eˣ − 1` without cancellation: `2t / (1 − t)` with `t = tanh(x/2)` near zero. */
export function expm1(g: Graph, x: Node): Node {
  const one = scalarConstant(g, 1);
  const t = unary(g, "Tanh", e.multiply(g, x, scalarConstant(g, 0.5)));
  const near = e.divide(g, e.add(g, t, t), e.subtract(g, one, t));
  const far = e.subtract(g, unary(g, "Exp", x), one);
  return e.where(g, e.compare(g, "Less", unary(g, "Abs", x), one), near, far);
}

/**
 * `log(1 + x)` without cancellation: with `u = 1 + x` rounded, `log(u) x / (u − 1)` cancels the rounding of `u`.
 *
 * @see Goldberg (1991), doi:10.1145/103162.103163, theorem 4.
 */
export function log1p(g: Graph, x: Node): Node {
  const one = scalarConstant(g, 1);
  const u = e.add(g, x, one);
  const logarithm = unary(g, "Log", u);
  const corrected = e.multiply(g, logarithm, e.divide(g, x, e.subtract(g, u, one)));
  const near = e.where(g, e.compare(g, "Equal", u, one), x, corrected);
  return e.where(g, e.compare(g, "Less", unary(g, "Abs", x), one), near, logarithm);
}

/** `log(1 + eˣ) = max(x, 0) + log(1 + e^{−|x|})`. */
export function softplus(g: Graph, x: Node): Node {
  const tail = log1p(g, unary(g, "Exp", e.negate(g, unary(g, "Abs", x))));
  return e.add(g, e.elementwise(g, "Max", [x, scalarConstant(g, 0)]), tail);
}

function unary(g: Graph, operator: string, x: Node): Node {
  return e.elementwise(g, operator, [x]);
}
