/** @file Recording rules for comparisons, logic and choosing between values. */
import type { OneHotAttrs } from "@tensorflow/tfjs";
import * as e from "../graph/elementwise.ts";
import { type Graph, type Node, scalarConstant } from "../graph/graph.ts";
import { reduce } from "../graph/reductions.ts";
import { reshape } from "../graph/shapes.ts";
import { elementTypeOf } from "./elementwise.ts";
import { axesOf, type Rule, rule } from "./rule.ts";

export const selectionRules: Readonly<Record<string, Rule>> = {
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  Equal: comparison("Equal"),
  NotEqual: rule((g, { a, b }) => not(g, e.compare(g, "Equal", a, b))),
  LogicalAnd: comparison("And"),
  LogicalOr: comparison("Or"),
  LogicalNot: rule((g, { x }) => not(g, x)),
  IsNan: rule((g, { x }) => notANumber(g, x)),
  IsInf: rule((g, { x }) => isInfinite(g, x)),
  IsFinite: rule((g, { x }) => not(g, e.compare(g, "Or", notANumber(g, x), isInfinite(g, x)))),
  All: quantifier("ReduceMin"),
  Any: quantifier("ReduceMax"),
  Select: rule((g, { condition, t, e: otherwise }) => e.where(g, aligned(g, condition, t), t, otherwise)),
  OneHot: rule<OneHotAttrs>((g, { indices }, attributes) => oneHot(g, indices, attributes)),
};

function comparison(operator: string): Rule {
  return rule((g, { a, b }) => e.compare(g, operator, a, b));
}

function not(g: Graph, x: Node): Node {
  return x.operator === "Not" ? x.inputs[0] : e.elementwise(g, "Not", [x]);
}

function notANumber(g: Graph, x: Node): Node {
  return e.elementwise(g, "IsNaN", [x], { type: "bool" });
}

function isInfinite(g: Graph, x: Node): Node {
  return e.elementwise(g, "IsInf", [x], { type: "bool" });
}

/** "For all" is the least truth value along the axes, "there is" the greatest. */
function quantifier(operator: string): Rule {
  return rule<{ axis: number | number[]; keepDims: boolean }>((g, { x }, { axis, keepDims }) => {
    const axes = axesOf(axis, x.shape.length);
    return e.cast(g, reduce(g, operator, e.cast(g, x, "int32"), { axes, keepDimensions: keepDims }), "bool");
  });
}

/** tfjs lets a condition of rank 1 choose whole rows; broadcasting needs its trailing axes spelt out. */
function aligned(g: Graph, condition: Node, value: Node): Node {
  if (condition.shape.length !== 1 || value.shape.length <= 1) return condition;
  return reshape(g, condition, [condition.shape[0], ...value.shape.slice(1).map(() => 1)]);
}

function oneHot(g: Graph, indices: Node, { depth, onValue, offValue, dtype }: OneHotAttrs): Node {
  const classes = g.constant(
    Int32Array.from({ length: depth }, (_, index) => index),
    [depth],
    "int32",
  );
  const hit = e.compare(g, "Equal", reshape(g, indices, [...indices.shape, 1]), classes);
  const type = elementTypeOf(dtype);
  if (onValue === 1 && offValue === 0) return e.cast(g, hit, type);
  return e.where(g, hit, scalarConstant(g, onValue, type), scalarConstant(g, offValue, type));
}
