/** @file Nodes that compute one element at a time, with the clean-ups that keep recorded gradients small. */
import { type ElementType, type Graph, type Node, round, scalarConstant, scalarValue } from "./graph.ts";
import { joined } from "./placement.ts";
import { broadcastShape, broadcastSource, expand, reshape } from "./shapes.ts";

/**
 * An elementwise ONNX operator on operands that broadcast together. Repeated operands are taken by their sources and
 * the result is repeated instead, so no broadcast is ever written out in front of an elementwise operator.
 */
export function elementwise(
  g: Graph,
  operator: string,
  operands: readonly Node[],
  options: {
    readonly type?: ElementType;
    readonly attributes?: Readonly<Record<string, number | string>>;
  } = {},
): Node {
  const { type = operands[0].type, attributes = {} } = options;
  const shape = broadcastShape(operands.map((operand) => operand.shape));
  const inputs = operands.map((operand) => asNumber(g, broadcastSource(operand)));
  const simpler = foldConstants(g, operator, inputs, type) ?? simplify(g, operator, inputs);
  if (simpler !== undefined) return expand(g, simpler, shape);
  const flat = withoutLastOnes(g, inputs);
  const whole = broadcastShape(inputs.map((input) => input.shape));
  const own = broadcastShape(flat.map((input) => input.shape));
  const result = g.node(operator, flat, { shape: own, type, attributes });
  return expand(g, reshape(g, result, whole), shape);
}

/** An array `[…, 1]` beside numbers as `[…]`: ONNX Runtime, which broadcasts along the last axis, takes a twentieth of the time. */
function withoutLastOnes(g: Graph, inputs: readonly Node[]): readonly Node[] {
  const arrays = inputs.filter(({ shape }) => shape.length > 0);
  const [array] = arrays;
  const rank = (array?.shape.findLastIndex((length) => length !== 1) ?? -1) + 1;
  if (arrays.length !== 1 || inputs.length === 1 || rank === 0 || rank === array.shape.length) return inputs;
  return inputs.map((input) => (input === array ? reshape(g, input, array.shape.slice(0, rank)) : input));
}

export const add = (g: Graph, a: Node, b: Node): Node => elementwise(g, "Add", [a, b]);
export const subtract = (g: Graph, a: Node, b: Node): Node => elementwise(g, "Sub", [a, b]);
export const multiply = (g: Graph, a: Node, b: Node): Node => elementwise(g, "Mul", [a, b]);
export const divide = (g: Graph, a: Node, b: Node): Node => elementwise(g, "Div", [a, b]);
export const negate = (g: Graph, x: Node): Node => elementwise(g, "Neg", [x]);
export const square = (g: Graph, x: Node): Node => elementwise(g, "Mul", [x, x]);
export const compare = (g: Graph, operator: string, a: Node, b: Node): Node =>
  elementwise(g, operator, [a, b], { type: "bool" });
/** `yes` where the condition holds, `no` elsewhere; all three broadcast. */
export const where = (g: Graph, condition: Node, yes: Node, no: Node): Node =>
  elementwise(g, "Where", [condition, yes, no], { type: yes.type });

/** ONNX's numbers for element types, as the attribute `to` of a cast; "float" is settled by the writer. */
export function cast(g: Graph, x: Node, type: ElementType): Node {
  if (x.type === type) return x;
  return elementwise(g, "Cast", [x], { type, attributes: { to: type } });
}

/** A constant of one element as a constant of rank 0, which is what the rules below look for. */
function asNumber(g: Graph, x: Node): Node {
  return x.values?.length === 1 ? reshape(g, x, []) : x;
}

/** Rules that hold in floating-point arithmetic up to the sign of zero: none of them changes a rounding. */
function simplify(g: Graph, operator: string, inputs: readonly Node[]): Node | undefined {
  const [a, b, c] = inputs;
  const left = a && scalarValue(a);
  const right = b && scalarValue(b);
  switch (operator) {
    case "Add":
      if (right === 0) return a;
      if (left === 0) return b;
      if (b.operator === "Neg") return subtract(g, a, b.inputs[0]);
      return a.operator === "Neg" ? subtract(g, b, a.inputs[0]) : joined(g, a, b);
    case "Sub":
      if (right === 0) return a;
      if (left === 0) return negate(g, b);
      return b.operator === "Neg" ? add(g, a, b.inputs[0]) : undefined;
    case "Mul":
      if (right === 1) return a;
      if (left === 1) return b;
      if (right === -1) return negate(g, a);
      return left === -1 ? negate(g, b) : undefined;
    case "Div":
      return right === 1 ? a : undefined;
    case "Pow":
      if (right === 1) return a;
      if (right === 2) return square(g, a);
      if (right === 0.5) return elementwise(g, "Sqrt", [a]);
      return right === -1 ? elementwise(g, "Reciprocal", [a]) : undefined;
    case "Neg":
      if (a.operator === "Neg") return a.inputs[0];
      return a.operator === "Sub" ? subtract(g, a.inputs[1], a.inputs[0]) : undefined;
    case "Where":
      if (left !== undefined)
        return expand(g, left ? b : c, broadcastShape(inputs.map((input) => input.shape)));
      return b === c ? expand(g, b, broadcastShape([a.shape, b.shape])) : undefined;
    default:
      return undefined;
  }
}

/** Operators that are worked out at once when all operands are constants of rank 0. */
const scalarArithmetic: Readonly<Record<string, (...x: number[]) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
  Pow: (a, b) => a ** b,
  Neg: (a) => -a,
  Abs: Math.abs,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Reciprocal: (a) => 1 / a,
  Cast: (a) => a,
  Greater: (a, b) => Number(a > b),
  GreaterOrEqual: (a, b) => Number(a >= b),
  Less: (a, b) => Number(a < b),
  LessOrEqual: (a, b) => Number(a <= b),
  Equal: (a, b) => Number(a === b),
};

function foldConstants(
  g: Graph,
  operator: string,
  inputs: readonly Node[],
  type: ElementType,
): Node | undefined {
  const values = inputs.map(scalarValue);
  const compute = scalarArithmetic[operator];
  if (compute === undefined || values.includes(undefined)) return undefined;
  const value = compute(...(values as number[]));
  if (type === "float") return scalarConstant(g, round(g, value), type);
  return scalarConstant(g, type === "bool" ? Number(value !== 0) : Math.trunc(value), type);
}
