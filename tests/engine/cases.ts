/** @file One row or more for every recording rule: the operation, its arguments, and what of it can be differentiated. */
import * as tf from "@tensorflow/tfjs";
import { type NdArray, ndarray, sizeOf } from "../../src/engine/array.ts";

export interface Case {
  readonly title: string;
  readonly f: (...x: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  readonly args: readonly NdArray[];
  /** The arguments with respect to which tfjs has a gradient (first and second order); all of them by default. */
  readonly differentiate?: readonly number[];
  /** False where tfjs has a first but no second derivative, or a wrong one. */
  readonly twice?: boolean;
}

/** Irregular numbers between -scale and scale, none of them near zero or another. */
export function numbers(shape: readonly number[], { scale = 1, offset = 0, phase = 0 } = {}): NdArray {
  const data = Float32Array.from(
    { length: sizeOf(shape) },
    (_, i) => offset + scale * Math.sin(2.3 * i + 0.7 + phase),
  );
  return ndarray(data, shape);
}

const positive = (shape: readonly number[]) => numbers(shape, { offset: 1.5, phase: 0.3 });
const integers = (values: readonly number[], shape: readonly number[] = [values.length]) =>
  ndarray(Int32Array.from(values), shape);

const shapes: readonly (readonly number[])[] = [[], [1], [7], [3, 5], [2, 1, 3], [2, 3, 1, 5]];
const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[], [3, 5]],
  [[3, 5], []],
  [[3, 5], [5]],
  [[5], [3, 5]],
  [
    [3, 1],
    [1, 5],
  ],
  [
    [2, 1, 3],
    [5, 1],
  ],
  [
    [2, 3, 1, 5],
    [3, 7, 1],
  ],
  [[7], [7]],
];

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

function unary(
  f: Unary,
  make: (shape: readonly number[]) => NdArray = numbers,
  more: Partial<Case> = {},
): Case[] {
  return shapes.map((shape) => ({ title: `[${shape}]`, f, args: [make(shape)], ...more }));
}

function binary(
  f: Binary,
  make: (shape: readonly number[]) => NdArray = numbers,
  more: Partial<Case> = {},
  among = pairs,
): Case[] {
  return among.map(([a, b]) => ({
    title: `[${a}] [${b}]`,
    f,
    args: [numbers(a, { phase: 1.1 }), make(b)],
    ...more,
  }));
}

const comparison = (f: Binary): Case[] => [
  ...binary(f, numbers, { differentiate: [] }),
  { title: "equal entries", f, args: [numbers([7]), numbers([7])], differentiate: [] },
  { title: "integers", f, args: [integers([1, 2, 3]), integers([3, 2, 1])], differentiate: [] },
];

const logical = (f: Binary): Case[] =>
  binary((a, b) => f(tf.greater(a, 0), tf.less(b, 0.5)), numbers, { differentiate: [] });

const reductions = (
  f: (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor,
  more: Partial<Case> = {},
): Case[] =>
  [
    { shape: [], axis: undefined },
    { shape: [7], axis: undefined },
    { shape: [3, 5], axis: 0 },
    { shape: [3, 5], axis: -1 },
    { shape: [3, 1, 5], axis: 1 },
    { shape: [3, 1, 5], axis: [1, 2] },
    { shape: [2, 3, 1, 5], axis: [0, 3] },
    { shape: [2, 3, 1, 5], axis: [-1, 1] },
    { shape: [2, 3, 1, 5], axis: undefined },
  ].flatMap(({ shape, axis }) =>
    [false, true].map((keep) => ({
      title: `[${shape}] over ${axis ?? "all"}${keep ? ", kept" : ""}`,
      f: (x: tf.Tensor) => f(x, axis, keep),
      args: [numbers(shape)],
      ...more,
    })),
  );

const products: Case[] = [
  [
    [3, 5],
    [5, 7],
  ],
  [
    [1, 5],
    [5, 1],
  ],
  [
    [2, 3, 5],
    [2, 5, 7],
  ],
  [
    [2, 4, 3, 5],
    [2, 4, 5, 7],
  ],
  [
    [1, 3, 5],
    [1, 5, 7],
  ],
].flatMap(([a, b]) =>
  [0, 1, 2, 3].map((flags) => {
    const transposeA = (flags & 1) === 1;
    const transposeB = (flags & 2) === 2;
    const turned = (shape: number[], turn: boolean) =>
      turn ? [...shape.slice(0, -2), shape[shape.length - 1], shape[shape.length - 2]] : shape;
    return {
      title: `[${a}] [${b}] ${transposeA ? "Aᵀ" : "A"}${transposeB ? "Bᵀ" : "B"}`,
      f: (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB),
      args: [numbers(turned(a, transposeA)), numbers(turned(b, transposeB), { phase: 2 })],
    };
  }),
);

/** tfjs broadcasts batches in the value but not in the gradient. */
const broadcastProducts: Case[] = [
  [
    [2, 3, 5],
    [1, 5, 7],
  ],
  [
    [1, 3, 5],
    [2, 5, 7],
  ],
  [
    [2, 3, 5],
    [5, 7],
  ],
  [
    [3, 5],
    [2, 5, 7],
  ],
].flatMap(([a, b]) =>
  [false, true].map((transpose) => ({
    title: `[${a}] [${b}] broadcast${transpose ? ", Aᵀ of a transpose" : ""}`,
    f: (x: tf.Tensor, y: tf.Tensor) => {
      const swap = [...a.keys()].map((axis) => (axis < a.length - 2 ? axis : 2 * a.length - 3 - axis));
      return transpose ? tf.matMul(tf.transpose(x, swap), y, true, false) : tf.matMul(x, y);
    },
    args: [numbers(a), numbers(b, { phase: 2 })],
    differentiate: [],
  })),
);

const fused = (activation?: "relu" | "relu6" | "sigmoid" | "elu" | "linear" | "leakyrelu"): Case => ({
  title: activation ?? "no activation",
  f: (a, b, bias) =>
    tf.fused.matMul({
      a: a as tf.Tensor2D,
      b: b as tf.Tensor2D,
      bias,
      ...(activation && { activation, leakyreluAlpha: 0.3 }),
    }),
  args: [numbers([3, 5]), numbers([5, 7], { phase: 2 }), numbers([7], { phase: 3 })],
  differentiate: [],
});

/** Cases by the name of the tfjs kernel that they must call. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  Add: binary(tf.add),
  Sub: binary(tf.sub),
  Multiply: binary(tf.mul),
  Maximum: [
    ...binary(tf.maximum, numbers, { differentiate: [] }),
    { title: "same shape", f: tf.maximum, args: [numbers([3, 5]), numbers([3, 5], { phase: 1 })] },
    { title: "with a number", f: (x) => tf.maximum(x, 0.1), args: [numbers([3, 5])] },
  ],
  Minimum: [
    ...binary(tf.minimum, numbers, { differentiate: [] }),
    { title: "same shape", f: tf.minimum, args: [numbers([3, 5]), numbers([3, 5], { phase: 1 })] },
    { title: "with a number", f: (x) => tf.minimum(x, 0.1), args: [numbers([3, 5])] },
  ],
  Pow: [
    ...pairs.map(([a, b]) => ({ title: `[${a}] [${b}]`, f: tf.pow, args: [positive(a), numbers(b)] })),
    ...[-1, 0.5, 1, 2, 3, 2.5].map((exponent) => ({
      title: `exponent ${exponent}`,
      f: (x: tf.Tensor) => tf.pow(x, exponent),
      args: [positive([3, 5])],
    })),
  ],
  RealDiv: [...binary(tf.div, positive), { title: "by one", f: (x) => tf.div(x, 1), args: [numbers([7])] }],
  FloorDiv: [
    ...binary(tf.floorDiv, positive, { differentiate: [] }),
    {
      title: "integers of both signs",
      f: tf.floorDiv,
      args: [integers([7, -7, 7, -7, 6, -6, 0]), integers([2, 2, -2, -2, 3, 3, 5])],
      differentiate: [],
    },
  ],
  Mod: [
    ...binary((a, b) => tf.mod(tf.mul(a, 5), b), positive, { twice: false }),
    {
      title: "both signs",
      f: (a, b) => tf.mod(a, b),
      args: [numbers([4], { scale: 5 }), ndarray(Float32Array.of(2, -2, 1.5, -1.5), [4])],
      differentiate: [0],
      twice: false,
    },
    {
      title: "integers",
      f: tf.mod,
      args: [integers([7, -7, 7, -7, 6]), integers([4, 4, -4, -4, 3])],
      differentiate: [],
    },
  ],
  SquaredDifference: [
    // tfjs broadcasts the value but not the gradient
    ...binary(tf.squaredDifference, numbers, { differentiate: [] }),
    { title: "same shape", f: tf.squaredDifference, args: [numbers([3, 5]), numbers([3, 5], { phase: 1 })] },
  ],
  Atan2: binary(tf.atan2),
  AddN: [
    {
      title: "three",
      f: (a, b, c) => tf.addN([a, b, c]),
      args: [numbers([3, 5]), numbers([3, 5], { phase: 1 }), numbers([3, 5], { phase: 2 })],
    },
    { title: "one", f: (a) => tf.addN([a]), args: [numbers([3, 5])] },
  ],
  Abs: unary(tf.abs),
  Neg: unary((x) => tf.neg(tf.sin(x))),
  Sign: unary(tf.sign),
  Floor: unary((x) => tf.floor(tf.mul(x, 5))),
  Ceil: unary((x) => tf.ceil(tf.mul(x, 5))),
  Round: [
    ...unary((x) => tf.round(tf.mul(x, 5))),
    { title: "halves", f: tf.round, args: [ndarray(Float32Array.of(-1.5, -0.5, 0.5, 1.5, 2.5), [5])] },
  ],
  Square: unary(tf.square),
  Identity: unary((x) => tf.mul(tf.clone(x), x)),
  Cast: [
    ...unary((x) => tf.cast(tf.mul(x, 5), "int32"), numbers, { differentiate: [] }),
    {
      title: "to bool",
      f: (x) => tf.cast(x, "bool"),
      args: [ndarray(Float32Array.of(0, 1, -2), [3])],
      differentiate: [],
    },
    { title: "from bool", f: (x) => tf.cast(tf.greater(x, 0), "float32"), args: [numbers([3, 5])] },
    { title: "from int", f: (x) => tf.cast(x, "float32"), args: [integers([1, -2, 3])], differentiate: [] },
  ],
  Exp: [
    ...unary(tf.exp),
    { title: "in a logarithmic softmax", f: (x) => tf.logSoftmax(x), args: [numbers([3, 5])] },
  ],
  Log: unary(tf.log, positive),
  Sqrt: unary(tf.sqrt, positive),
  Reciprocal: unary(tf.reciprocal, positive),
  Sin: unary(tf.sin),
  Cos: unary(tf.cos),
  Tan: unary(tf.tan),
  Asin: unary((x) => tf.asin(tf.mul(x, 0.8))),
  Acos: unary((x) => tf.acos(tf.mul(x, 0.8))),
  Atan: unary(tf.atan),
  Sinh: unary(tf.sinh),
  Cosh: unary(tf.cosh),
  Asinh: unary(tf.asinh),
  Acosh: unary((x) => tf.acosh(tf.add(x, 1)), positive),
  Atanh: unary((x) => tf.atanh(tf.mul(x, 0.8))),
  Tanh: unary(tf.tanh),
  Sigmoid: unary(tf.sigmoid),
  Erf: unary(tf.erf),
  Relu: unary(tf.relu),
  Rsqrt: unary(tf.rsqrt, positive),
  Expm1: [
    ...unary((x) => tf.expm1(tf.mul(x, 3))),
    { title: "tiny", f: tf.expm1, args: [ndarray(Float32Array.of(1e-6, -1e-6, 0), [3])] },
  ],
  Log1p: [
    ...unary((x) => tf.log1p(tf.mul(x, 0.9))),
    { title: "tiny and large", f: tf.log1p, args: [ndarray(Float32Array.of(1e-6, -1e-6, 0, 1e9), [4])] },
  ],
  Softplus: [
    ...unary((x) => tf.softplus(tf.mul(x, 3))),
    { title: "far out", f: tf.softplus, args: [ndarray(Float32Array.of(-80, -20, 20, 80), [4])] },
  ],
  Elu: unary(tf.elu),
  EluGrad: unary((x) => tf.grad((y) => tf.sum(tf.elu(y)))(x), numbers, { differentiate: [] }),
  Selu: unary(tf.selu),
  Relu6: unary((x) => tf.relu6(tf.mul(x, 9))),
  LeakyRelu: unary((x) => tf.leakyRelu(x, 0.3)),
  Prelu: [{ title: "[3,5] [5]", f: tf.prelu, args: [numbers([3, 5]), numbers([5], { phase: 1 })] }],
  ClipByValue: [
    ...unary((x) => tf.clipByValue(x, -0.4, 0.6)),
    {
      title: "what is no number stays none",
      f: (x) => tf.clipByValue(x, -0.4, 0.6),
      args: [ndarray(Float32Array.of(Number.NaN, -3, Number.POSITIVE_INFINITY), [3])],
      differentiate: [],
    },
  ],
  Step: [...unary((x) => tf.step(x)), ...unary((x) => tf.step(x, 0.3))],

  Greater: comparison(tf.greater),
  GreaterEqual: comparison(tf.greaterEqual),
  Less: comparison(tf.less),
  LessEqual: comparison(tf.lessEqual),
  Equal: comparison(tf.equal),
  NotEqual: comparison(tf.notEqual),
  LogicalAnd: logical(tf.logicalAnd),
  LogicalOr: logical(tf.logicalOr),
  LogicalNot: unary((x) => tf.logicalNot(tf.greater(x, 0)), numbers, { differentiate: [] }),
  IsNan: [{ title: "some", f: tf.isNaN, args: [special()], differentiate: [] }],
  IsInf: [{ title: "some", f: tf.isInf, args: [special()], differentiate: [] }],
  IsFinite: [{ title: "some", f: tf.isFinite, args: [special()], differentiate: [] }],
  All: reductions((x, axis, keep) => tf.all(tf.greater(x, -0.9), axis, keep), { differentiate: [] }),
  Any: reductions((x, axis, keep) => tf.any(tf.greater(x, 0.9), axis, keep), { differentiate: [] }),
  Select: [
    ...pairs.map(([a, b]) => ({
      title: `[${a}] [${b}]`,
      f: (x: tf.Tensor, y: tf.Tensor) => tf.where(tf.greater(x, y), tf.square(x), tf.sin(y)),
      args: [numbers(a), numbers(b, { phase: 1 })],
    })),
    {
      title: "condition by rows",
      f: (c, x, y) => tf.where(tf.greater(c, 0), x, y),
      args: [numbers([3, 1]), numbers([3, 5], { phase: 1 }), numbers([3, 5], { phase: 2 })],
    },
  ],
  OneHot: [
    {
      title: "defaults",
      f: (x) => tf.oneHot(x as tf.Tensor1D, 4),
      args: [integers([0, 3, 1])],
      differentiate: [],
    },
    {
      title: "on and off",
      f: (x) => tf.oneHot(x as tf.Tensor2D, 3, 2.5, -1, "float32"),
      args: [integers([0, 2, 1, 1], [2, 2])],
      differentiate: [],
    },
  ],

  Sum: reductions(tf.sum),
  Mean: reductions(tf.mean),
  Max: reductions(tf.max),
  Min: reductions(tf.min),
  Prod: [
    ...reductions(tf.prod, { differentiate: [] }),
    { title: "gradient along one axis", f: (x) => tf.prod(x, 1), args: [positive([3, 5])], twice: false },
  ],
  ArgMax: [0, 1, -1].map((axis) => ({
    title: `axis ${axis}`,
    f: (x: tf.Tensor) => tf.argMax(x, axis),
    args: [numbers([3, 5])],
    differentiate: [],
  })),
  ArgMin: [0, 1, -1].map((axis) => ({
    title: `axis ${axis}`,
    f: (x: tf.Tensor) => tf.argMin(x, axis),
    args: [numbers([3, 5])],
    differentiate: [],
  })),
  Cumsum: [0, 1, 2, 3].flatMap((flags) =>
    [[7], [3, 5]].map((shape) => ({
      title: `[${shape}]${flags & 1 ? " exclusive" : ""}${flags & 2 ? " reverse" : ""}`,
      f: (x: tf.Tensor) => tf.cumsum(tf.square(x), x.rank - 1, (flags & 1) === 1, (flags & 2) === 2),
      args: [numbers(shape)],
    })),
  ),
  Cumprod: [0, 1, 2, 3].flatMap((flags) =>
    [0, 1].map((axis) => ({
      title: `axis ${axis}${flags & 1 ? " exclusive" : ""}${flags & 2 ? " reverse" : ""}`,
      f: (x: tf.Tensor) => tf.cumprod(x, axis, (flags & 1) === 1, (flags & 2) === 2),
      args: [positive([3, 5])],
      differentiate: [],
    })),
  ),
  Softmax: [[7], [3, 5], [2, 3, 5]].map((shape) => ({
    title: `[${shape}]`,
    f: (x: tf.Tensor) => tf.softmax(x),
    args: [numbers(shape, { scale: 3 })],
  })),

  BatchMatMul: [...products, ...broadcastProducts],
  _FusedMatMul: [undefined, "relu", "relu6", "sigmoid", "elu", "linear", "leakyrelu"].map((name) =>
    fused(name as Parameters<typeof fused>[0]),
  ),
  Einsum: ["ij,jk->ik", "ij,kj -> ik", "ij,jk->kij"].map((equation) => ({
    title: equation,
    f: (a: tf.Tensor, b: tf.Tensor) => tf.einsum(equation, a, b),
    args: [numbers([3, 5]), numbers([5, 5], { phase: 1 })],
    differentiate: [],
  })),

  Reshape: [
    { title: "flatten", f: (x) => tf.square(tf.reshape(x, [-1])), args: [numbers([2, 3, 1, 5])] },
    {
      title: "of a reshape",
      f: (x) => tf.square(tf.reshape(tf.reshape(x, [6]), [3, 2])),
      args: [numbers([2, 3])],
    },
    { title: "to rank 0", f: (x) => tf.square(tf.reshape(x, [])), args: [numbers([1, 1])] },
    {
      title: "of a broadcast",
      f: (x) => tf.sin(tf.reshape(tf.broadcastTo(x, [2, 3, 1, 5]), [2, 3, 5])),
      args: [numbers([3, 1, 1])],
    },
    {
      title: "of a broadcast that mixes axes",
      f: (x) => tf.sin(tf.reshape(tf.broadcastTo(x, [2, 3, 5]), [6, 5])),
      args: [numbers([3, 1])],
    },
  ],
  ExpandDims: [0, 1, -1, -2].map((axis) => ({
    title: `axis ${axis}`,
    f: (x: tf.Tensor) => tf.square(tf.expandDims(x, axis)),
    args: [numbers([3, 5])],
  })),
  Transpose: [
    { title: "matrix", f: (x) => tf.square(tf.transpose(x)), args: [numbers([3, 5])] },
    { title: "rank 4", f: (x) => tf.square(tf.transpose(x, [2, 0, 3, 1])), args: [numbers([2, 3, 4, 5])] },
    { title: "only ones move", f: (x) => tf.square(tf.transpose(x, [1, 0, 2])), args: [numbers([3, 1, 5])] },
    {
      title: "twice",
      f: (x) => tf.square(tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 2, 0])),
      args: [numbers([2, 3, 5])],
    },
    {
      title: "of a broadcast",
      f: (x) => tf.sin(tf.transpose(tf.broadcastTo(x, [2, 3, 5]), [2, 0, 1])),
      args: [numbers([3, 1])],
    },
  ],
  Slice: [
    { title: "vector", f: (x) => tf.slice(x, [2], [3]), args: [numbers([7])] },
    { title: "to the end", f: (x) => tf.slice(x, [1, 0], [-1, 2]), args: [numbers([3, 5])] },
    { title: "rank 4", f: (x) => tf.slice(x, [0, 1, 0, 2], [2, 1, 1, 3]), args: [numbers([2, 3, 1, 5])] },
    {
      title: "of a concatenation",
      f: (x, y) => tf.slice(tf.concat([x, y], 1), [0, 5], [3, 2]),
      args: [numbers([3, 5]), numbers([3, 2], { phase: 1 })],
    },
    {
      title: "within a padding, at its edge, and of a padding along other axes too",
      f: (x) => [
        tf.square(tf.slice(tf.pad(x, [[0, 0], [2, 3]]), [0, 3], [3, 2])), // biome-ignore format: one thought
        tf.square(tf.slice(tf.pad(x, [[0, 0], [2, 3]]), [0, 1], [3, 4])), // biome-ignore format: one thought
        tf.square(tf.slice(tf.pad(x, [[1, 0], [2, 3]]), [0, 3], [4, 2])), // biome-ignore format: one thought
      ],
      args: [numbers([3, 5])],
    },
    {
      title: "of a broadcast",
      f: (x) => tf.sin(tf.slice(tf.broadcastTo(x, [2, 3, 5]), [1, 1, 2], [1, 2, 3])),
      args: [numbers([3, 1])],
    },
    {
      title: "all parts of a vector, whose gradients join again",
      f: (x) => [tf.sin(tf.slice(x, 0, 2)), tf.cos(tf.slice(x, 2, 4)), tf.exp(tf.slice(x, 6, 1))],
      args: [numbers([7])],
    },
  ],
  StridedSlice: [
    {
      title: "strides",
      f: (x) => tf.stridedSlice(x, [0, 1], [3, 5], [2, 2]),
      args: [numbers([3, 5])],
      differentiate: [],
    },
    {
      title: "backwards",
      f: (x) => tf.stridedSlice(x, [2, 4], [-4, 0], [-1, -2]),
      args: [numbers([3, 5])],
      differentiate: [],
    },
    {
      title: "shrinking",
      f: (x) => tf.stridedSlice(x, [1, 0], [2, 5], [1, 1], 0, 0, 0, 0, 1),
      args: [numbers([3, 5])],
      differentiate: [],
    },
  ],
  Reverse: [0, 1, -1, [0, 1]].map((axis) => ({
    title: `axis ${axis}`,
    f: (x: tf.Tensor) => tf.square(tf.reverse(x, axis)),
    args: [numbers([3, 5])],
  })),
  PadV2: [
    {
      title: "zeros",
      f: (x) =>
        tf.sin(
          tf.pad(x, [
            [1, 2],
            [0, 3],
          ]),
        ),
      args: [numbers([3, 5])],
    },
    {
      title: "a number",
      f: (x) =>
        tf.sin(
          tf.pad(
            x,
            [
              [1, 2],
              [0, 3],
            ],
            0.7,
          ),
        ),
      args: [numbers([3, 5])],
    },
  ],
  Concat: [
    {
      title: "axis 0",
      f: (a, b) => tf.square(tf.concat([a, b], 0)),
      args: [numbers([3, 5]), numbers([2, 5], { phase: 1 })],
    },
    {
      title: "axis -1, nested",
      f: (a, b) => tf.square(tf.concat([tf.concat([a, b], -1), a], -1)),
      args: [numbers([3, 5]), numbers([3, 1], { phase: 1 })],
    },
    {
      title: "of broadcasts",
      f: (a, b) => tf.square(tf.concat([tf.broadcastTo(a, [3, 2]), b], 1)),
      args: [numbers([3, 1]), numbers([3, 4], { phase: 1 })],
    },
  ],
  Pack: [0, 1, -1].map((axis) => ({
    title: `axis ${axis}`,
    f: (a: tf.Tensor, b: tf.Tensor) => tf.square(tf.stack([a, b, a], axis)),
    args: [numbers([3, 5]), numbers([3, 5], { phase: 1 })],
  })),
  Unpack: [0, 1, -1].map((axis) => ({
    title: `axis ${axis}`,
    f: (x: tf.Tensor) => tf.unstack(x, axis).map((part) => tf.square(part)),
    args: [numbers([3, 5])],
  })),
  SplitV: [
    { title: "equal", f: (x) => tf.split(x, 3, 0).map((part) => tf.square(part)), args: [numbers([6, 5])] },
    {
      title: "unequal",
      f: (x) => tf.split(x, [2, 1, 2], -1).map((part) => tf.square(part)),
      args: [numbers([3, 5])],
    },
  ],
  Tile: [
    { title: "axes of size one", f: (x) => tf.sin(tf.tile(x, [1, 4])), args: [numbers([3, 1])] },
    { title: "longer axes", f: (x) => tf.sin(tf.tile(x, [2, 3])), args: [numbers([3, 5])] },
    { title: "rank 4", f: (x) => tf.sin(tf.tile(x, [1, 2, 3, 1])), args: [numbers([2, 3, 1, 5])] },
    {
      title: "broadcast to more axes",
      f: (x) => tf.sin(tf.broadcastTo(x, [4, 3, 5])),
      args: [numbers([3, 5])],
    },
    {
      title: "broadcast into a product",
      f: (x, y) => tf.mul(tf.broadcastTo(x, [3, 5]), y),
      args: [numbers([3, 1]), numbers([3, 5])],
    },
  ],
  GatherV2: [
    {
      title: "rows",
      f: (x, i) => tf.gather(tf.square(x), i),
      args: [numbers([5, 3]), integers([4, 0, 4, 1])],
      differentiate: [0],
    },
    {
      title: "columns",
      f: (x, i) => tf.gather(tf.square(x), i, 1),
      args: [numbers([2, 5, 3]), integers([4, 0, 4, 1])],
      differentiate: [0],
    },
    {
      title: "a matrix of indices",
      f: (x, i) => tf.gather(x, i),
      args: [numbers([5, 3]), integers([4, 0, 4, 1], [2, 2])],
      differentiate: [],
    },
  ],
  UnsortedSegmentSum: [
    {
      title: "with an empty segment",
      f: (x, i) => tf.square(tf.unsortedSegmentSum(x, i as tf.Tensor1D, 4)),
      args: [numbers([5, 3]), integers([0, 3, 1, 3, 0])],
      differentiate: [0],
    },
    {
      title: "negative segments are dropped",
      f: (x, i) => tf.unsortedSegmentSum(x, i as tf.Tensor1D, 2),
      args: [numbers([5, 3]), integers([0, -1, 1, -1, 0])],
      differentiate: [0],
    },
  ],

  Fill: [{ title: "full", f: (x) => tf.mul(x, tf.fill([3, 5], 2.5)), args: [numbers([5])] }],
  ZerosLike: [{ title: "zeros", f: (x) => tf.add(tf.square(x), tf.zerosLike(x)), args: [numbers([3, 5])] }],
  OnesLike: [{ title: "ones", f: (x) => tf.mul(tf.square(x), tf.onesLike(x)), args: [numbers([3, 5])] }],
  Range: [
    { title: "up", f: (x) => tf.mul(x, tf.range(0, 5, 1)), args: [numbers([3, 5])] },
    { title: "down", f: (x) => tf.mul(x, tf.range(1, 0, -0.25)), args: [numbers([3, 4])] },
  ],
  LinSpace: [{ title: "five", f: (x) => tf.mul(x, tf.linspace(-1, 2, 5)), args: [numbers([3, 5])] }],
};

function special(): NdArray {
  return ndarray(
    Float32Array.of(0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.5),
    [6],
  );
}
