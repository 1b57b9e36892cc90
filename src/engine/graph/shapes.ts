/**
 * @file Nodes that move elements without computing: reshape, broadcast, transpose, slice, pad, concatenate.
 *
 * Two ideas carry the clean-ups. Chains of one kind collapse into one node. And a broadcast (`Expand`) moves towards
 * the outputs past everything that need not see it, until an elementwise operator, which broadcasts for nothing, takes
 * it up: tfjs's gradients multiply by full arrays of ones, and without this each of them would be written to memory.
 */
import { sizeOf } from "../array.ts";
import { type Graph, type Node, type Shape, sameShape } from "./graph.ts";

/** The common shape of operands under NumPy's broadcasting rules, which ONNX shares. */
export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (!sizes.every((candidate) => candidate === 1 || candidate === size)) {
      throw new Error(
        `shapes ${shapes.map((shape) => `[${shape}]`).join(" and ")} cannot be broadcast together`,
      );
    }
    return size;
  });
}

/** What a broadcast repeats; any other node is its own source. */
export function broadcastSource(x: Node): Node {
  return x.operator === "Expand" ? x.inputs[0] : x;
}

export function expand(g: Graph, x: Node, shape: Shape): Node {
  const source = broadcastSource(x);
  if (sizeOf(source.shape) === sizeOf(shape)) return reshape(g, source, shape);
  return g.node("Expand", [source], { shape, type: x.type, attributes: { shape } });
}

export function reshape(g: Graph, x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  if (x.values !== undefined) return g.constant(x.values, shape, x.type);
  if (x.operator === "Reshape") return reshape(g, x.inputs[0], shape);
  const source = x.operator === "Expand" ? regroup(alignedSource(g, x).shape, x.shape, shape) : undefined;
  if (source !== undefined) return expand(g, reshape(g, x.inputs[0], source), shape);
  return g.node("Reshape", [x], { shape, type: x.type, attributes: { shape } });
}

export function transpose(g: Graph, x: Node, permutation: readonly number[]): Node {
  const shape = permutation.map((axis) => x.shape[axis]);
  if (permutation.every((axis, index) => axis === index)) return x;
  if (x.operator === "Transpose") {
    const inner = x.attributes.perm as readonly number[];
    return transpose(g, x.inputs[0], permutation.map((axis) => inner[axis])); // biome-ignore format: one thought
  }
  if (x.operator === "Expand") return expand(g, transpose(g, alignedSource(g, x), permutation), shape);
  // Moving axes of size one moves no element.
  const moved = permutation.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, index) => index === 0 || axis > moved[index - 1])) return reshape(g, x, shape);
  return g.node("Transpose", [x], { shape, type: x.type, attributes: { perm: permutation } });
}

/** The block of the given size that starts at `begin`. */
export function slice(g: Graph, x: Node, begin: readonly number[], size: readonly number[]): Node {
  if (sameShape(x.shape, size)) return x;
  if (x.operator === "Expand") {
    const source = alignedSource(g, x);
    const repeated = source.shape.map((dimension, axis) => dimension !== x.shape[axis]);
    const inner = slice(
      g,
      source,
      begin.map((start, axis) => (repeated[axis] ? 0 : start)),
      size.map((length, axis) => (repeated[axis] ? 1 : length)),
    );
    return expand(g, inner, size);
  }
  const axes = x.shape.map((_, axis) => axis).filter((axis) => size[axis] !== x.shape[axis]);
  const part = axes.length === 1 ? partOf(g, x, axes[0], { begin: begin[axes[0]], size }) : undefined;
  if (part !== undefined) return part;
  const last = x.shape.length - 1;
  if (axes.length === 1 && axes[0] === last && size[last] === 1 && sizeOf(size) > 1)
    return column(g, x, begin[last]);
  const attributes = {
    starts: axes.map((axis) => begin[axis]),
    ends: axes.map((axis) => begin[axis] + size[axis]),
    axes,
  };
  return g.node("Slice", [x], { shape: size, type: x.type, attributes });
}

/**
 * One component of rows, `[…, 1]`, out of the components one after the other. ONNX Runtime transposes five times as fast as it picks single
 * elements, and other components come out of the same transposition.
 */
function column(g: Graph, x: Node, begin: number): Node {
  const rows = x.shape.slice(0, -1);
  // Flat, or the runtime would exchange the two: it moves transpositions towards the results.
  const components = reshape(g, transpose(g, x, [rows.length, ...rows.keys()]), [
    x.shape[rows.length],
    sizeOf(rows),
  ]);
  return reshape(g, slice(g, components, [begin, 0], [1, sizeOf(rows)]), [...rows, 1]);
}

/** Every `strides[axis]`-th element from `begin` up to but not including `end`; negative strides run backwards. */
export function stridedSlice(g: Graph, x: Node, ranges: readonly StridedRange[]): Node {
  const shape = ranges.map(({ begin, end, stride }) => Math.max(0, Math.ceil((end - begin) / stride)));
  const attributes = {
    starts: ranges.map(({ begin }) => begin),
    // ONNX counts negative ends from the back; "before the first element" is any number far below zero.
    ends: ranges.map(({ end }) => (end < 0 ? -(2 ** 31) : end)),
    axes: ranges.map((_, axis) => axis),
    steps: ranges.map(({ stride }) => stride),
  };
  return g.node("Slice", [x], { shape, type: x.type, attributes });
}

export interface StridedRange {
  readonly begin: number;
  readonly end: number;
  readonly stride: number;
}

export function reverse(g: Graph, x: Node, axes: readonly number[]): Node {
  return stridedSlice(
    g,
    x,
    x.shape.map((length, axis) =>
      axes.includes(axis) ? { begin: length - 1, end: -1, stride: -1 } : { begin: 0, end: length, stride: 1 },
    ),
  );
}

/** Zeros around a block. */
export function pad(g: Graph, x: Node, before: readonly number[], after: readonly number[]): Node {
  if ([...before, ...after].every((count) => count === 0)) return x;
  const shape = x.shape.map((length, axis) => before[axis] + length + after[axis]);
  return g.node("Pad", [x], { shape, type: x.type, attributes: { pads: [...before, ...after] } });
}

export function concat(g: Graph, parts: readonly Node[], axis: number): Node {
  const flat = parts
    .flatMap((part) => (part.operator === "Concat" && part.attributes.axis === axis ? part.inputs : [part]))
    .filter((part) => part.shape[axis] !== 0);
  if (flat.length === 1) return flat[0];
  const length = flat.reduce((total, part) => total + part.shape[axis], 0);
  const shape = parts[0].shape.map((dimension, index) => (index === axis ? length : dimension));
  return g.node("Concat", flat, { shape, type: parts[0].type, attributes: { axis } });
}

/** The source of a broadcast with leading axes of size one up to the rank of the result. */
export function alignedSource(g: Graph, x: Node): Node {
  const source = broadcastSource(x);
  const leading = x.shape.length - source.shape.length;
  return reshape(g, source, [...Array<number>(leading).fill(1), ...source.shape]);
}

/**
 * The shape that the source of a broadcast has to take for the broadcast to give `to` instead of `from`, or undefined
 * where that is impossible. Possible when the two differ only in axes of size one, or when one element is repeated.
 */
function regroup(source: Shape, from: Shape, to: Shape): Shape | undefined {
  if (source.every((dimension) => dimension === 1)) return [];
  const axes = from.map((_, axis) => axis).filter((axis) => from[axis] !== 1);
  const kept = to.filter((dimension) => dimension !== 1);
  if (!sameShape(axes.map((axis) => from[axis]), kept)) return undefined; // biome-ignore format: one thought
  let next = 0;
  return to.map((dimension) => (dimension === 1 ? 1 : source[axes[next++]]));
}

/**
 * The input of a concatenation, or of a padding, that a slice along one axis cuts out again, which is what gradients of concatenations and
 * of slices do.
 */
function partOf(
  g: Graph,
  x: Node,
  axis: number,
  { begin, size }: { readonly begin: number; readonly size: Shape },
): Node | undefined {
  const length = size[axis];
  if (x.operator === "Pad") {
    const [source] = x.inputs;
    const pads = x.attributes.pads as readonly number[];
    const start = begin - pads[axis];
    const isWithin = start >= 0 && start + length <= source.shape[axis];
    const others = source.shape.every((n, other) => other === axis || n === x.shape[other]);
    if (!isWithin || !others) return undefined;
    const from = source.shape.map((_, other) => (other === axis ? start : 0));
    return slice(g, source, from, size);
  }
  if (x.operator !== "Concat" || x.attributes.axis !== axis) return undefined;
  let offset = 0;
  for (const part of x.inputs) {
    if (offset === begin && part.shape[axis] === length) return part;
    offset += part.shape[axis];
  }
  return undefined;
}
