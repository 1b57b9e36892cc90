/** @file Numbers written into a traced function. */
import type { BackendValues } from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import {
  type ElementType,
  type Graph,
  type Node,
  type Shape,
  scalarConstant,
  type Values,
} from "../graph/graph.ts";
import { expand } from "../graph/shapes.ts";

/**
 * A constant of the program. An array of equal numbers (`tf.ones`, `tf.zeros`) is recorded as one repeated number,
 * which the clean-ups see through.
 */
export function recordedConstant(g: Graph, values: BackendValues, shape: Shape, type: ElementType): Node {
  const numbers = values as Values;
  const first = numbers[0];
  if (numbers.length > 0 && numbers.every((value) => Object.is(value, first))) {
    const value = type === "float" && g.precision === "float64" ? intendedNumber(first) : first;
    return expand(g, scalarConstant(g, value, type), shape);
  }
  return g.constant(numbers, shape, type);
}

/** The values of a constant of the program, or undefined for what is only known when it runs. */
export function literalValues({
  operator,
  inputs,
  values,
  shape,
  type,
}: Node): Float32Array | Int32Array | undefined {
  const source = operator === "Expand" ? inputs[0].values : values;
  if (source === undefined || (operator === "Expand" && source.length > 1)) return undefined;
  const literal = type === "float" ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
  if (source.length === 1) return literal.fill(source[0]);
  literal.set(source);
  return literal;
}

/**
 * The number that was meant by a literal. tfjs rounds every literal to float32 before it can be recorded, which would
 * cost a program in double precision half of its digits: so the shortest decimal with the same float32 value is taken
 * when it has no more than six digits (0.1, 2.5e-7), and the float32 value itself otherwise (1/3, π).
 */
function intendedNumber(value: number): number {
  const decimal = Number(value.toPrecision(6));
  return Math.fround(decimal) === value ? decimal : value;
}
