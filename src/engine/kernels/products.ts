/** @file Recording rules for matrix products and tensor contractions. */
import type { _FusedMatMulAttrs, BatchMatMulAttrs, EinsumAttrs } from "@tensorflow/tfjs";
import { add } from "../graph/elementwise.ts";
import type { Graph, Node } from "../graph/graph.ts";
import { matMul } from "../graph/matmul.ts";
import { activation } from "./elementwise.ts";
import { type Inputs, type Rule, rule } from "./rule.ts";

export const productRules: Readonly<Record<string, Rule>> = {
  BatchMatMul: rule<BatchMatMulAttrs>((g, { a, b }, attributes) => matMul(g, a, b, attributes)),
  _FusedMatMul: rule<_FusedMatMulAttrs>((g, inputs, attributes) => fusedMatMul(g, inputs, attributes)),
  Einsum: rule<EinsumAttrs>((g, inputs, { equation }) => einsum(g, Object.values(inputs), equation)),
};

function fusedMatMul(g: Graph, { a, b, bias }: Inputs, attributes: _FusedMatMulAttrs): Node {
  const product = matMul(g, a, b, attributes);
  const sum = bias === undefined ? product : add(g, product, bias);
  const result = activation(g, attributes.activation, sum, attributes.leakyreluAlpha);
  if (result === undefined)
    throw new Error(`a fused product with activation ${attributes.activation} cannot be compiled`);
  return result;
}

function einsum(g: Graph, operands: readonly Node[], equation: string): Node {
  const compact = equation.replaceAll(" ", "");
  const [left, result] = compact.split("->");
  const sizes = new Map<string, number>();
  left.split(",").forEach((indices, operand) => {
    [...indices].forEach((index, axis) => {
      sizes.set(index, operands[operand].shape[axis]);
    });
  });
  const shape = [...result].map((index) => sizes.get(index) as number);
  return g.node("Einsum", operands, { shape, type: operands[0].type, attributes: { equation: compact } });
}
