/** @file Elementary functions that ONNX Runtime computes in single precision only, built from those it has in double. */
import * as e from "../graph/elementwise.ts";
import { type Graph, type Node, scalarConstant } from "../graph/graph.ts";
import { expm1, log1p } from "./exponentials.ts";

type Lowering = (g: Graph, x: Node) => Node;

/** By ONNX operator. */
export const doublePrecision: Readonly<Record<string, Lowering>> = {
  Tan: (g, x) => e.divide(g, unary(g, "Sin", x), unary(g, "Cos", x)),
  Sinh: (g, x) => half(g, e.subtract(g, expm1(g, x), expm1(g, e.negate(g, x)))),
  Cosh: (g, x) => half(g, e.add(g, unary(g, "Exp", x), unary(g, "Exp", e.negate(g, x)))),
  Asinh: inverseSinh,
  Acosh: (g, x) => {
    const one = scalarConstant(g, 1);
    const root = unary(g, "Sqrt", e.multiply(g, e.subtract(g, x, one), e.add(g, x, one)));
    return unary(g, "Log", e.add(g, x, root));
  },
  Atanh: inverseTanh,
  Atan: arctangent,
  Asin: (g, x) => e.subtract(g, scalarConstant(g, Math.PI / 2), arccosine(g, x)),
  Acos: arccosine,
  Erf: () => {
    throw new Error(
      'tf.erf cannot be compiled in precision "float64": ONNX Runtime has it in single precision only.',
    );
  },
};

function unary(g: Graph, operator: string, x: Node): Node {
  return e.elementwise(g, operator, [x]);
}

function half(g: Graph, x: Node): Node {
  return e.multiply(g, x, scalarConstant(g, 0.5));
}

/** `sign(x) log(1 + a + a²/(1 + √(1 + a²)))` with `a = |x|`, which does not cancel near zero. */
function inverseSinh(g: Graph, x: Node): Node {
  const one = scalarConstant(g, 1);
  const a = unary(g, "Abs", x);
  const squared = e.square(g, a);
  const root = e.add(g, one, unary(g, "Sqrt", e.add(g, one, squared)));
  return e.multiply(g, unary(g, "Sign", x), log1p(g, e.add(g, a, e.divide(g, squared, root))));
}

/** `sign(x) log(1 + 2a/(1 − a))/2` with `a = |x|`. */
function inverseTanh(g: Graph, x: Node): Node {
  const a = unary(g, "Abs", x);
  const ratio = e.divide(g, e.add(g, a, a), e.subtract(g, scalarConstant(g, 1), a));
  return e.multiply(g, unary(g, "Sign", x), half(g, log1p(g, ratio)));
}

/**
 * Newton's method for `tan θ = s` on `[-1, 1]`: `θ ← θ − cos θ (sin θ − s cos θ)`, three steps from an approximation
 * good to 0.004, each of which squares the error; beyond, `atan x = ±π/2 − atan(1/x)`.
 */
function arctangent(g: Graph, x: Node): Node {
  const one = scalarConstant(g, 1);
  const steep = e.compare(g, "Greater", unary(g, "Abs", x), one);
  const s = e.where(g, steep, unary(g, "Reciprocal", x), x);
  const bend = e.multiply(g, scalarConstant(g, 0.273), e.subtract(g, one, unary(g, "Abs", s)));
  let theta = e.multiply(g, s, e.add(g, scalarConstant(g, Math.PI / 4), bend));
  for (let step = 0; step < 3; step++) {
    const [sine, cosine] = [unary(g, "Sin", theta), unary(g, "Cos", theta)];
    const residual = e.subtract(g, sine, e.multiply(g, s, cosine));
    theta = e.subtract(g, theta, e.multiply(g, cosine, residual));
  }
  const quarterTurn = e.multiply(g, unary(g, "Sign", x), scalarConstant(g, Math.PI / 2));
  return e.where(g, steep, e.subtract(g, quarterTurn, theta), theta);
}

/** `2 atan √((1 − x)/(1 + x))`, defined up to both ends. */
function arccosine(g: Graph, x: Node): Node {
  const one = scalarConstant(g, 1);
  const tangent = unary(g, "Sqrt", e.divide(g, e.subtract(g, one, x), e.add(g, one, x)));
  const angle = arctangent(g, tangent);
  return e.add(g, angle, angle);
}
