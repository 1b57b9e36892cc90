/** @file Recording rules for arithmetic, elementary functions and activations. */
import type { CastAttrs, ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from "@tensorflow/tfjs";
import * as e from "../graph/elementwise.ts";
import { type ElementType, type Graph, type Node, scalarConstant } from "../graph/graph.ts";
import { doublePrecision } from "./doublePrecision.ts";
import { expm1, log1p, softplus } from "./exponentials.ts";
import { type Rule, rule } from "./rule.ts";

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  Add: binary("Add"),
  Sub: binary("Sub"),
  Multiply: binary("Mul"),
  Maximum: binary("Max"),
  Minimum: binary("Min"),
  Pow: binary("Pow"),
  RealDiv: rule((g, { a, b }) => e.divide(g, toFloat(g, a), toFloat(g, b))),
  FloorDiv: rule((g, { a, b }) => floorDivide(g, a, b)),
  Mod: rule((g, { a, b }) => modulo(g, a, b)),
  SquaredDifference: rule((g, { a, b }) => e.square(g, e.subtract(g, a, b))),
  Atan2: rule((g, { a, b }) => arctangent(g, a, b)),
  AddN: rule((g, inputs) => Object.values(inputs).reduce((sum, x) => e.add(g, sum, x))),

  Abs: same("Abs"),
  Neg: same("Neg"),
  Sign: same("Sign"),
  Floor: same("Floor"),
  Ceil: same("Ceil"),
  Round: same("Round"),
  Square: rule((g, { x }) => e.square(g, x)),
  Identity: rule((_, { x }) => x),
  Cast: rule<CastAttrs>((g, { x }, { dtype }) => e.cast(g, x, elementTypeOf(dtype))),

  Exp: float("Exp"),
  Log: float("Log"),
  Sqrt: float("Sqrt"),
  Reciprocal: float("Reciprocal"),
  Sin: float("Sin"),
  Cos: float("Cos"),
  Tan: float("Tan"),
  Asin: float("Asin"),
  Acos: float("Acos"),
  Atan: float("Atan"),
  Sinh: float("Sinh"),
  Cosh: float("Cosh"),
  Asinh: float("Asinh"),
  Acosh: float("Acosh"),
  Atanh: float("Atanh"),
  Tanh: float("Tanh"),
  Sigmoid: float("Sigmoid"),
  Erf: float("Erf"),
  Relu: float("Relu"),
  Rsqrt: rule((g, { x }) => unary(g, "Reciprocal", unary(g, "Sqrt", toFloat(g, x)))),
  Expm1: rule((g, { x }) => expm1(g, toFloat(g, x))),
  Log1p: rule((g, { x }) => log1p(g, toFloat(g, x))),
  Softplus: rule((g, { x }) => softplus(g, toFloat(g, x))),
  Elu: rule((g, { x }) => elu(g, x)),
  EluGrad: rule((g, { dy, y }) => eluGradient(g, dy, y)),
  Selu: rule((g, { x }) => selu(g, x)),
  Relu6: rule((g, { x }) => clip(g, x, 0, 6)),
  LeakyRelu: rule<LeakyReluAttrs>((g, { x }, { alpha }) => leakyRelu(g, x, alpha)),
  Prelu: rule((g, { x, alpha }) => e.where(g, positive(g, x), x, e.multiply(g, x, alpha))),
  ClipByValue: rule<ClipByValueAttrs>((g, { x }, { clipValueMin, clipValueMax }) =>
    clip(g, x, clipValueMin, clipValueMax),
  ),
  Step: rule<StepAttrs>((g, { x }, { alpha }) => step(g, x, alpha)),
};

/** The element type that stands for a tfjs dtype. */
export function elementTypeOf(dtype: string): ElementType {
  if (dtype === "float32") return "float";
  if (dtype === "int32" || dtype === "bool") return dtype;
  throw new Error(`a compiled program has float32, int32 and bool tensors only, got ${dtype}`);
}

/** The activation of a fused product by tfjs's name, or undefined where there is none of that name. */
export function activation(g: Graph, name: string, x: Node, leakyReluAlpha = 0.2): Node | undefined {
  if (name === "linear") return x;
  if (name === "leakyrelu") return leakyRelu(g, x, leakyReluAlpha);
  const kernel = { relu: "Relu", relu6: "Relu6", sigmoid: "Sigmoid", elu: "Elu" }[name];
  return kernel === undefined ? undefined : (elementwiseRules[kernel](g, { x }, {}) as Node);
}

function binary(operator: string): Rule {
  return rule((g, { a, b }) => e.elementwise(g, operator, [a, b]));
}

/** A function that keeps the element type. */
function same(operator: string): Rule {
  return rule((g, { x }) => unary(g, operator, x));
}

/** A function with real values, whatever the element type of its argument. */
function float(operator: string): Rule {
  return rule((g, { x }) => real(g, operator, toFloat(g, x)));
}

function real(g: Graph, operator: string, x: Node): Node {
  const lowering = g.precision === "float64" ? doublePrecision[operator] : undefined;
  return lowering === undefined ? unary(g, operator, x) : lowering(g, x);
}

function unary(g: Graph, operator: string, x: Node): Node {
  return e.elementwise(g, operator, [x]);
}

function toFloat(g: Graph, x: Node): Node {
  return e.cast(g, x, "float");
}

function positive(g: Graph, x: Node): Node {
  return e.compare(g, "Greater", x, scalarConstant(g, 0, x.type));
}

/** Quotient rounded down, an integer as in tfjs; the integer division of ONNX rounds towards zero. */
function floorDivide(g: Graph, a: Node, b: Node): Node {
  if (a.type === "float") return e.cast(g, unary(g, "Floor", e.divide(g, a, b)), "int32");
  const quotient = e.divide(g, a, b);
  const remainder = e.subtract(g, a, e.multiply(g, quotient, b));
  const zero = scalarConstant(g, 0, "int32");
  const opposite = e.compare(g, "Xor", e.compare(g, "Less", remainder, zero), e.compare(g, "Less", b, zero));
  const inexact = e.elementwise(g, "Not", [e.compare(g, "Equal", remainder, zero)]);
  const correction = e.cast(g, e.compare(g, "And", opposite, inexact), "int32");
  return e.subtract(g, quotient, correction);
}

/** Remainder with the sign of the divisor, as tfjs computes it: `a % b`, moved by one `b` where the signs differ. */
function modulo(g: Graph, a: Node, b: Node): Node {
  if (a.type !== "float") return e.subtract(g, a, e.multiply(g, floorDivide(g, a, b), b));
  const remainder = (x: Node): Node => e.elementwise(g, "Mod", [x, b], { attributes: { fmod: 1 } });
  const zero = scalarConstant(g, 0);
  const opposite = e.compare(g, "Xor", e.compare(g, "Less", a, zero), e.compare(g, "Less", b, zero));
  const first = remainder(a);
  return e.where(g, opposite, remainder(e.add(g, first, b)), first);
}

/** The angle of the point (x, y); ONNX has the one-argument arctangent only. */
function arctangent(g: Graph, y: Node, x: Node): Node {
  const zero = scalarConstant(g, 0);
  const constant = (value: number): Node => scalarConstant(g, value);
  const principal = real(g, "Atan", e.divide(g, y, x));
  const halfTurn = e.where(g, e.compare(g, "GreaterOrEqual", y, zero), constant(Math.PI), constant(-Math.PI));
  const upright = e.multiply(g, unary(g, "Sign", y), constant(Math.PI / 2));
  const leftHalf = e.where(g, e.compare(g, "Less", x, zero), e.add(g, principal, halfTurn), upright);
  return e.where(g, positive(g, x), principal, leftHalf);
}

function elu(g: Graph, argument: Node): Node {
  const x = toFloat(g, argument);
  const nonNegative = e.compare(g, "GreaterOrEqual", x, scalarConstant(g, 0));
  return e.where(g, nonNegative, x, e.subtract(g, unary(g, "Exp", x), scalarConstant(g, 1)));
}

/** The derivative of Elu in terms of its value: 1 on the linear branch, `y + 1` on the exponential one. */
function eluGradient(g: Graph, dy: Node, y: Node): Node {
  const nonNegative = e.compare(g, "GreaterOrEqual", y, scalarConstant(g, 0));
  return e.where(g, nonNegative, dy, e.multiply(g, dy, e.add(g, y, scalarConstant(g, 1))));
}

/** @see Klambauer et al. (2017), Self-Normalizing Neural Networks: the two constants. */
function selu(g: Graph, x: Node): Node {
  const alpha = 1.7580993408473768;
  const scale = 1.0507009873554805;
  const exponential = e.multiply(
    g,
    scalarConstant(g, alpha),
    e.subtract(g, unary(g, "Exp", x), scalarConstant(g, 1)),
  );
  const nonNegative = e.compare(g, "GreaterOrEqual", x, scalarConstant(g, 0));
  return e.where(g, nonNegative, e.multiply(g, x, scalarConstant(g, scale)), exponential);
}

function leakyRelu(g: Graph, x: Node, alpha: number): Node {
  return e.multiply(g, x, step(g, x, alpha));
}

/**
 * 1 above zero and `alpha` elsewhere. ONNX Runtime clips several times as fast as it compares and selects: numbers that are not too small to be
 * normal are at least 2⁻¹²⁶.
 */
function step(g: Graph, x: Node, alpha: number): Node {
  if (alpha === 0) return e.cast(g, positive(g, x), "float");
  if (x.type !== "float" || alpha < 0 || alpha > 1)
    return e.where(g, positive(g, x), scalarConstant(g, 1), scalarConstant(g, alpha));
  return clip(g, e.multiply(g, x, scalarConstant(g, 2 ** 126)), alpha, 1);
}

function clip(g: Graph, x: Node, low: number, high: number): Node {
  const [least, most] = [low, high].map((bound) => scalarConstant(g, bound, x.type));
  return e.elementwise(g, "Clip", [x, least, most]);
}
