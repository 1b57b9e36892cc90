/**
 * @file Sums of blocks that lie side by side among zeros: they are joined instead of added.
 *
 * The gradient of a slice is its block padded with zeros, so the gradient of a vector that is cut into k pieces, as a
 * flat vector of parameters is, would be k padded copies of the whole vector, added up. Joined, it is written once.
 */
import { type Graph, type Node, sameShape, scalarConstant, scalarValue } from "./graph.ts";
import { broadcastSource, concat, expand, pad } from "./shapes.ts";

/** Blocks along one axis, in order, with zeros between and around them. */
interface Row {
  readonly axis: number;
  readonly blocks: readonly Block[];
}

interface Block {
  readonly start: number;
  readonly node: Node;
}

/** `a + b` where no block of one overlaps a block of the other; undefined where they do or are no blocks. */
export function joined(g: Graph, a: Node, b: Node): Node | undefined {
  if (!sameShape(a.shape, b.shape)) return undefined;
  const [first, second] = [rowOf(a), rowOf(b)];
  if (first === undefined || second === undefined || first.axis !== second.axis) return undefined;
  const { axis } = first;
  const blocks = [...first.blocks, ...second.blocks].sort((x, y) => x.start - y.start);
  const end = ({ start, node }: Block): number => start + node.shape[axis];
  if (blocks.length === 0 || blocks.some((block, index) => index > 0 && block.start < end(blocks[index - 1])))
    return undefined;

  const zeros = (length: number): Node =>
    expand(
      g,
      scalarConstant(g, 0, a.type),
      a.shape.map((dimension, index) => (index === axis ? length : dimension)),
    );
  const parts = blocks.flatMap((block, index) => {
    const gap = index === 0 ? 0 : block.start - end(blocks[index - 1]);
    return gap > 0 ? [zeros(gap), block.node] : [block.node];
  });
  const border = (length: number): number[] => a.shape.map((_, index) => (index === axis ? length : 0));
  const before = blocks[0].start;
  const after = a.shape[axis] - end(blocks[blocks.length - 1]);
  return pad(g, concat(g, parts, axis), border(before), border(after));
}

/** A padded block, or a row of blocks joined before. */
function rowOf(x: Node): Row | undefined {
  if (x.operator === "Concat") return { axis: x.attributes.axis as number, blocks: blocksOf(x, 0) };
  if (x.operator !== "Pad") return undefined;
  const before = (x.attributes.pads as readonly number[]).slice(0, x.shape.length);
  const [inner] = x.inputs;
  const padded = x.shape.map((_, axis) => axis).filter((axis) => inner.shape[axis] !== x.shape[axis]);
  if (padded.length !== 1) return undefined;
  const [axis] = padded;
  const joinedBefore = inner.operator === "Concat" && inner.attributes.axis === axis;
  return {
    axis,
    blocks: joinedBefore ? blocksOf(inner, before[axis]) : [{ start: before[axis], node: inner }],
  };
}

function blocksOf(row: Node, offset: number): Block[] {
  const axis = row.attributes.axis as number;
  let start = offset;
  return row.inputs.flatMap((node) => {
    const block = { start, node };
    start += node.shape[axis];
    return scalarValue(broadcastSource(node)) === 0 ? [] : [block];
  });
}
