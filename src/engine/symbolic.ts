/** @file One program for all sizes, from the same function recorded at three. */
import type { Attributes, Graph, Node, Values } from "./graph/graph.ts";
import { isOpen, sizeNodes } from "./sizeNodes.ts";
import { type Expression, expressionOf, printed, proportionOf, type Symbols, type Triple } from "./sizes.ts";

export type NodeTriple = Triple<Node>;
export type SymbolicShape = readonly (number | string)[];

export interface SymbolicProgram {
  readonly outputs: readonly Node[];
  /** The shape of a node of the new graph, with names and formulas where it depends on the sizes of the inputs. */
  readonly shapeOf: (node: Node) => SymbolicShape;
}

export interface GeneraliseOptions {
  /** The inputs in the new graph, by index. */
  readonly inputs: readonly Node[];
  readonly symbols: Symbols;
}

/**
 * Reads three recordings side by side, from their outputs to their inputs. Where they agree the result has the same
 * node; where they differ in a size, the size becomes a formula in the open dimensions, computed from the shapes of
 * the inputs when the model runs.
 *
 * @param g The graph to write to.
 * @param outputs The outputs of the recordings, three by three.
 */
export function generalise(
  g: Graph,
  outputs: readonly NodeTriple[],
  options: GeneraliseOptions,
): SymbolicProgram {
  const { inputs, symbols } = options;
  const nodes = new Map<string, Node>();
  const shapes = new Map<Node, SymbolicShape>();
  const sizes = sizeNodes(g, inputs);
  const visit = (triple: NodeTriple): Node => {
    const key = triple.map(({ id }) => id).join();
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const [a, b, c] = sameKind(triple);
    const operands = a.inputs.map((_, index) => visit([a.inputs[index], b.inputs[index], c.inputs[index]]));
    const node = a.values === undefined ? operation(triple, operands) : constant(triple);
    nodes.set(key, node);
    const dimensions = a.shape.map((_, axis) => sizeAt(triple, ({ shape }) => shape[axis]));
    shapes.set(node, dimensions.map(printed));
    return node;
  };

  const operation = (triple: NodeTriple, operands: readonly Node[]): Node => {
    const [a] = triple;
    if (a.operator === "Input") return inputs[a.attributes.index as number];
    const { attributes, lists } = attributesOf(triple);
    return g.node(a.operator, [...operands, ...lists.map(sizes.vector)], {
      shape: a.shape,
      type: a.type,
      attributes,
    });
  };

  const constant = (triple: NodeTriple): Node => {
    const [a] = triple;
    const [values, ...others] = triple.map((node) => node.values as Values);
    const same = others.every(
      (other) => other.length === values.length && other.every((x, i) => Object.is(x, values[i])),
    );
    if (same) return g.constant(values, a.shape, a.type);
    const scalars: Triple<number> = [values[0], others[0][0], others[1][0]];
    const proportion =
      a.shape.length === 0 && a.type === "float" ? proportionOf(scalars, symbols) : undefined;
    if (proportion === undefined) throw obstacle(triple, "its values depend on the sizes");
    return sizes.proportional(proportion, a.type);
  };

  const attributesOf = (
    triple: NodeTriple,
  ): { attributes: Attributes; lists: readonly (readonly Expression[])[] } => {
    const [a] = triple;
    const [listed, single] = [true, false].map((list) =>
      Object.keys(a.attributes).filter((name) => Array.isArray(a.attributes[name]) === list),
    );
    const expressions = listed.map((name) =>
      (a.attributes[name] as readonly number[]).map((_, index) =>
        sizeAt(triple, ({ attributes }) => (attributes[name] as readonly number[])[index]),
      ),
    );
    // Lists of sizes become operands as soon as one of them depends on the inputs.
    if (!expressions.flat().some(isOpen)) return { attributes: a.attributes, lists: [] };
    return {
      attributes: Object.fromEntries(single.map((name) => [name, a.attributes[name]])),
      lists: expressions,
    };
  };

  const sizeAt = (triple: NodeTriple, read: (node: Node) => number): Expression => {
    const three: Triple<number> = [read(triple[0]), read(triple[1]), read(triple[2])];
    const expression = expressionOf(three, symbols);
    if (expression === undefined)
      throw obstacle(triple, `the size ${three.join(", ")} is no product of open dimensions`);
    return expression;
  };

  return { outputs: outputs.map(visit), shapeOf: (node) => shapes.get(node) ?? node.shape };
}

/** The triple, when its nodes differ in nothing but sizes. */
function sameKind(triple: NodeTriple): NodeTriple {
  const [kind, ...others] = triple.map(({ operator, type, shape, inputs, attributes }) => {
    const fixed = Object.entries(attributes).map(([name, value]) => [
      name,
      typeof value === "object" ? value.length : value,
    ]);
    return JSON.stringify([operator, type, shape.length, inputs.length, fixed]);
  });
  if (others.some((other) => other !== kind))
    throw obstacle(triple, "the recordings do different things here");
  return triple;
}

function obstacle(triple: NodeTriple, reason: string): Error {
  const [a] = triple;
  const shapes = triple.map(({ shape }) => `[${shape}]`).join(", ");
  return new Error(
    `exportOnnx: the node ${a.operator} of shapes ${shapes} cannot serve all sizes: ${reason}.`,
  );
}
