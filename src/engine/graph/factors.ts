/**
 * @file Signs and powers of two on their way to where they cost nothing: into products of matrices and small operands.
 *
 * Gradients of squares multiply by 2 and those of differences negate, array by array; ONNX Runtime reads and writes the whole
 * array for each. Such factors commute with every rounding, so they are carried along until they cancel, meet a product of matrices,
 * which has a factor of its own, or meet an operand that is small.
 */
import { sizeOf } from "../array.ts";
import { multiply, negate } from "./elementwise.ts";
import { type Graph, type Node, reachable, scalarConstant, scalarValue, useCounts } from "./graph.ts";

/** `factor · node`. */
interface Scaled {
  readonly node: Node;
  readonly factor: number;
}

/** Operators that take a factor of their first input through, and make nothing larger of it. */
const linear = new Set(["Reshape", "Transpose", "Slice", "ReduceSum", "ReduceMean"]);

/** The same outputs, to the bit but for the sign of zero, with fewer multiplications of large arrays by `±2^k`. */
export function gatherFactors(g: Graph, outputs: readonly Node[]): Node[] {
  const nodes = reachable(outputs);
  const uses = useCounts(outputs);
  const scaled = new Map<Node, Scaled>();
  const settled = new Map<Node, Node>();
  /** Nodes of the new program that several need; the others may be replaced by their multiple. */
  const shared = new Set<Node>();
  const made = new Set<Node>();
  const of = (node: Node) => scaled.get(node) as Scaled;
  const settle = (node: Node): Node => {
    const known = settled.get(node);
    if (known !== undefined) return known;
    const result = multiple(g, of(node), shared);
    settled.set(node, result);
    return result;
  };
  for (const node of nodes) {
    const result = rewrite(g, node, { of, settle });
    scaled.set(node, result);
    const isCarried = node.inputs.some((input) => of(input).node === result.node);
    if ((uses.get(node) as number) > 1 || (!isCarried && made.has(result.node))) shared.add(result.node);
    made.add(result.node);
  }
  return outputs.map(settle);
}

/** A node by its rewritten inputs. */
function rewrite(
  g: Graph,
  node: Node,
  inputs: { readonly of: (node: Node) => Scaled; readonly settle: (node: Node) => Node },
): Scaled {
  const { of, settle } = inputs;
  const again = (operator: string, operands: readonly Node[]): Node =>
    operands.length === 0 ? node : g.node(operator, operands, node);
  const [a, b] = node.inputs;
  if (node.type !== "float") return { node: again(node.operator, node.inputs.map(settle)), factor: 1 };
  if (node.operator === "Neg") return { node: of(a).node, factor: -of(a).factor };
  if (linear.has(node.operator)) return { node: again(node.operator, [of(a).node]), factor: of(a).factor };
  if (node.operator === "Mul" || node.operator === "MatMul") {
    for (const [x, other] of [[a, b], [b, a]]) // biome-ignore format: both orders
      if (
        node.operator === "Mul" &&
        isFreeFactor(scalarValue(x)) &&
        sizeOf(other.shape) === sizeOf(node.shape)
      )
        return { node: of(other).node, factor: of(other).factor * (scalarValue(x) as number) };
    // A small operand keeps its factor: the product is larger.
    const parts = [a, b].map((x) =>
      sizeOf(x.shape) < sizeOf(node.shape) ? { node: settle(x), factor: 1 } : of(x),
    );
    return {
      node: again(node.operator, parts.map((part) => part.node)), // biome-ignore format: one thought
      factor: parts[0].factor * parts[1].factor,
    };
  }
  if (node.operator === "Add" || node.operator === "Sub") {
    const [x, y] = [of(a), of(b)];
    if (Math.abs(x.factor) === Math.abs(y.factor)) {
      const adds = (node.operator === "Add") === (x.factor === y.factor);
      return { node: again(adds ? "Add" : "Sub", [x.node, y.node]), factor: x.factor };
    }
  }
  return { node: again(node.operator, node.inputs.map(settle)), factor: 1 };
}

/** `factor · node`, the factor where it costs least. */
function multiple(g: Graph, { node, factor }: Scaled, shared: ReadonlySet<Node>): Node {
  if (factor === 1) return node;
  const place = cheapPlace(node, shared);
  if (place === "here") {
    const alpha = ((node.attributes["alpha"] as number | undefined) ?? 1) * factor;
    return g.node("MatMul", node.inputs, { ...node, attributes: { ...node.attributes, alpha } });
  }
  if (place !== undefined) {
    const inputs = node.inputs.map((input, i) =>
      i === place ? multiple(g, { node: input, factor }, shared) : input,
    );
    return g.node("Mul", inputs, node);
  }
  return factor === -1 ? negate(g, node) : multiply(g, node, scalarConstant(g, factor));
}

/** How many products deep a cheap place is looked for: each may have two factors that are products. */
const deepest = 3;

/** Which operand of a product takes a factor for nothing or little; `here` for a product of matrices, which does so itself. */
function cheapPlace(node: Node, shared: ReadonlySet<Node>, depth = 0): number | "here" | undefined {
  if (shared.has(node) || depth > deepest) return undefined;
  if (node.operator === "MatMul")
    return node.inputs.every(({ shape }) => shape.length === 2) ? "here" : undefined;
  if (node.operator !== "Mul") return undefined;
  const small = node.inputs.findIndex(({ shape }) => 2 * sizeOf(shape) <= sizeOf(node.shape));
  if (small >= 0) return small;
  const deeper = node.inputs.findIndex((input) => cheapPlace(input, shared, depth + 1) !== undefined);
  return deeper >= 0 ? deeper : undefined;
}

/** `±2^k`, by which multiplication is exact. */
function isFreeFactor(value: number | undefined): boolean {
  return value !== undefined && value !== 0 && Number.isInteger(Math.log2(Math.abs(value)));
}
