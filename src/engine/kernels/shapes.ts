/** @file Recording rules for reshaping, cutting, joining, repeating and gathering. */
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import * as e from "../graph/elementwise.ts";
import { type Graph, type Node, scalarConstant } from "../graph/graph.ts";
import * as s from "../graph/shapes.ts";
import { axesOf, type Inputs, type Rule, rule } from "./rule.ts";

export const shapeRules: Readonly<Record<string, Rule>> = {
  Reshape: rule<tf.ReshapeAttrs>((g, { x }, { shape }) =>
    s.reshape(g, x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape))),
  ),
  ExpandDims: rule<tf.ExpandDimsAttrs>((g, { input }, { dim }) => {
    const shape = [...input.shape];
    shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
    return s.reshape(g, input, shape);
  }),
  Transpose: rule<tf.TransposeAttrs>((g, { x }, { perm }) => s.transpose(g, x, perm)),
  Slice: rule<tf.SliceAttrs>((g, { x }, { begin, size }) => {
    const [starts, lengths] = tf.slice_util.parseSliceParams(
      { shape: [...x.shape] } as tf.TensorInfo,
      begin,
      size,
    );
    return s.slice(g, x, starts, lengths);
  }),
  StridedSlice: rule<tf.StridedSliceAttrs>((g, { x }, attributes) => stridedSlice(g, x, attributes)),
  Reverse: rule<tf.ReverseAttrs>((g, { x }, { dims }) => s.reverse(g, x, axesOf(dims, x.shape.length))),
  PadV2: rule<tf.PadV2Attrs>((g, { x }, attributes) => pad(g, x, attributes)),
  Concat: rule<tf.ConcatAttrs>((g, inputs, { axis }) => {
    const parts = Object.values(inputs);
    return s.concat(g, parts, axesOf(axis, parts[0].shape.length)[0]);
  }),
  Pack: rule<tf.PackAttrs>((g, inputs, { axis }) => pack(g, inputs, axis)),
  Unpack: rule<tf.UnpackAttrs>((g, { value }, { axis }) => {
    const [along] = axesOf(axis, value.shape.length);
    const sizes = Array<number>(value.shape[along]).fill(1);
    const shape = value.shape.filter((_, index) => index !== along);
    return split(g, value, sizes, along).map((part) => s.reshape(g, part, shape));
  }),
  SplitV: rule<tf.SplitVAttrs>((g, { x }, { numOrSizeSplits, axis }) => {
    const [along] = axesOf(axis, x.shape.length);
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: [...x.shape] } as tf.TensorInfo,
      numOrSizeSplits,
      along,
    );
    return split(g, x, sizes, along);
  }),
  Tile: rule<tf.TileAttrs>((g, { x }, { reps }) => tile(g, x, reps)),
  GatherV2: rule<tf.GatherV2Attrs>((g, { x, indices }, attributes) => gather(g, x, indices, attributes)),
  UnsortedSegmentSum: rule<tf.UnsortedSegmentSumAttrs>((g, { x, segmentIds }, { numSegments }) =>
    segmentSum(g, x, segmentIds, numSegments),
  ),
};

function stridedSlice(g: Graph, x: Node, attributes: tf.StridedSliceAttrs): Node {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attributes;
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const ranges = x.shape.map((_, axis) => ({
    begin: info.begin[axis],
    end: info.end[axis],
    stride: info.strides[axis],
  }));
  return s.reshape(g, info.isIdentity ? x : s.stridedSlice(g, x, ranges), info.finalShape);
}

function pad(g: Graph, x: Node, { paddings, constantValue }: tf.PadV2Attrs): Node {
  const before = paddings.map(([count]) => count);
  const after = paddings.map(([, count]) => count);
  if (constantValue === 0) return s.pad(g, x, before, after);
  return paddings.reduce((padded, [low, high], axis) => {
    const border = (count: number): Node =>
      s.expand(
        g,
        scalarConstant(g, constantValue, x.type),
        padded.shape.map((length, index) => (index === axis ? count : length)),
      );
    return s.concat(g, [border(low), padded, border(high)], axis);
  }, x);
}

function pack(g: Graph, inputs: Inputs, axis: number): Node {
  const parts = Object.values(inputs);
  const [along] = axesOf(axis, parts[0].shape.length + 1);
  const shape = [...parts[0].shape];
  shape.splice(along, 0, 1);
  return s.concat(
    g,
    parts.map((part) => s.reshape(g, part, shape)),
    along,
  );
}

function split(g: Graph, x: Node, sizes: readonly number[], axis: number): Node[] {
  let offset = 0;
  return sizes.map((length) => {
    const begin = x.shape.map((_, index) => (index === axis ? offset : 0));
    const size = x.shape.map((dimension, index) => (index === axis ? length : dimension));
    offset += length;
    return s.slice(g, x, begin, size);
  });
}

/** Repeating an axis of size one is a broadcast, which costs nothing where it is used elementwise. */
function tile(g: Graph, x: Node, repetitions: readonly number[]): Node {
  const shape = x.shape.map((dimension, axis) => dimension * repetitions[axis]);
  if (x.shape.every((dimension, axis) => dimension === 1 || repetitions[axis] === 1))
    return s.expand(g, x, shape);
  return g.node("Tile", [x], { shape, type: x.type, attributes: { repeats: repetitions } });
}

function gather(g: Graph, x: Node, indices: Node, { axis, batchDims }: tf.GatherV2Attrs): Node {
  if (batchDims > 0)
    throw new Error("gather with batchDims cannot be compiled: gather from a flattened axis instead");
  const [along] = axesOf(axis, x.shape.length);
  const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
  return g.node("Gather", [x, e.cast(g, indices, "int32")], {
    shape,
    type: x.type,
    attributes: { axis: along },
  });
}

/**
 * Sums the rows that share a segment. `ScatterElements` runs over the rows one after the other, so that equal inputs
 * give equal bytes; rows of negative segments are dropped, as tfjs drops them: they land in one more row, cut off after.
 */
function segmentSum(g: Graph, x: Node, segments: Node, count: number): Node {
  const rows = sizeOf(segments.shape);
  const row = x.shape.slice(segments.shape.length);
  const size = sizeOf(row);
  const flat = s.reshape(g, segments, [rows, 1]);
  const negative = e.compare(g, "Less", flat, scalarConstant(g, 0, "int32"));
  const target = e.where(g, negative, scalarConstant(g, count, "int32"), flat);
  const zeros = s.expand(g, scalarConstant(g, 0, x.type), [count + 1, size]);
  const sums = g.node(
    "ScatterElements",
    [zeros, s.expand(g, target, [rows, size]), s.reshape(g, x, [rows, size])],
    {
      shape: [count + 1, size],
      type: x.type,
      attributes: { axis: 0, reduction: "add" },
    },
  );
  return s.reshape(g, s.slice(g, sums, [0, 0], [count, size]), [count, ...row]);
}
