/** @file Recording rules for kernels that make values out of nothing but their attributes. */
import type { FillAttrs, LinSpaceAttrs, RangeAttrs } from "@tensorflow/tfjs";
import { scalarConstant } from "../graph/graph.ts";
import { expand } from "../graph/shapes.ts";
import { elementTypeOf } from "./elementwise.ts";
import { type Rule, rule } from "./rule.ts";

export const constantRules: Readonly<Record<string, Rule>> = {
  Fill: rule<FillAttrs>((g, _, { shape, value, dtype }) =>
    expand(g, scalarConstant(g, value as number, elementTypeOf(dtype ?? "float32")), shape),
  ),
  ZerosLike: rule((g, { x }) => expand(g, scalarConstant(g, 0, x.type), x.shape)),
  OnesLike: rule((g, { x }) => expand(g, scalarConstant(g, 1, x.type), x.shape)),
  Range: rule<RangeAttrs>((g, _, { start, stop, step, dtype }) => {
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const values = Float64Array.from({ length: count }, (_value, index) => start + index * step);
    return g.constant(dtype === "int32" ? Int32Array.from(values) : values, [count], elementTypeOf(dtype));
  }),
  LinSpace: rule<LinSpaceAttrs>((g, _, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    const values = Float64Array.from({ length: num }, (_value, index) => start + index * step);
    return g.constant(values, [num], "float");
  }),
};
