/** @file Recording rules for sums, means, extrema, running sums and softmax. */
import type { ArgMaxAttrs, CumsumAttrs, MaxAttrs, SoftmaxAttrs, SumAttrs } from "@tensorflow/tfjs";
import * as e from "../graph/elementwise.ts";
import { type Graph, type Node, scalarConstant } from "../graph/graph.ts";
import { reduce } from "../graph/reductions.ts";
import { concat, expand, reverse, slice } from "../graph/shapes.ts";
import { axesOf, type Rule, rule } from "./rule.ts";

export const reductionRules: Readonly<Record<string, Rule>> = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean", "float"),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  Max: rule<MaxAttrs>((g, { x }, { reductionIndices, keepDims }) =>
    reduce(g, "ReduceMax", x, { axes: axesOf(reductionIndices, x.shape.length), keepDimensions: keepDims }),
  ),
  ArgMax: extremum("ArgMax"),
  ArgMin: extremum("ArgMin"),
  Cumsum: rule<CumsumAttrs>((g, { x }, { axis, exclusive, reverse: backwards }) =>
    g.node("CumSum", [x], {
      shape: x.shape,
      type: x.type,
      attributes: {
        axis: [axesOf(axis, x.shape.length)[0]],
        exclusive: Number(exclusive),
        reverse: Number(backwards),
      },
    }),
  ),
  Cumprod: rule<CumsumAttrs>((g, { x }, attributes) => runningProduct(g, x, attributes)),
  Softmax: rule<SoftmaxAttrs>((g, { logits }, { dim }) => alongAxis(g, "Softmax", logits, dim)),
};

function reduction(operator: string, type?: "float"): Rule {
  return rule<SumAttrs>((g, { x }, { axis, keepDims }) => {
    const options = { axes: axesOf(axis, x.shape.length), keepDimensions: keepDims };
    return reduce(g, operator, type === undefined ? x : e.cast(g, x, type), options);
  });
}

function extremum(operator: string): Rule {
  return rule<ArgMaxAttrs>((g, { x }, { axis }) => {
    const [along] = axesOf(axis ?? 0, x.shape.length);
    const shape = x.shape.filter((_, index) => index !== along);
    const index = g.node(operator, [x], { shape, type: "int64", attributes: { axis: along, keepdims: 0 } });
    return e.cast(g, index, "int32");
  });
}

function alongAxis(g: Graph, operator: string, x: Node, axis: number): Node {
  const [along] = axesOf(axis, x.shape.length);
  return g.node(operator, [x], { shape: x.shape, type: x.type, attributes: { axis: along } });
}

/** ONNX has no running product: double the reach of each entry until it covers the axis, log₂ n multiplications. */
function runningProduct(g: Graph, x: Node, { axis, exclusive, reverse: backwards }: CumsumAttrs): Node {
  const [along] = axesOf(axis, x.shape.length);
  const length = x.shape[along];
  /** Entries moved back by `count`, with ones moving in. */
  const shifted = (y: Node, count: number): Node => {
    const resized = (size: number) => y.shape.map((dimension, index) => (index === along ? size : dimension));
    const origin = y.shape.map(() => 0);
    const ones = expand(g, scalarConstant(g, 1, y.type), resized(count));
    return concat(g, [ones, slice(g, y, origin, resized(length - count))], along);
  };
  let product = backwards ? reverse(g, x, [along]) : x;
  if (exclusive) product = shifted(product, 1);
  for (let reach = 1; reach < length; reach *= 2) product = e.multiply(g, product, shifted(product, reach));
  return backwards ? reverse(g, product, [along]) : product;
}
