/** @file Formulas for sizes as nodes that compute them from the shapes of the inputs. */
import type { ElementType, Graph, Node } from "./graph/graph.ts";
import type { Expression, Proportion, Symbols } from "./sizes.ts";

export interface SizeNodes {
  /** An int64 vector of sizes. */
  vector(list: readonly Expression[]): Node;
  /** A scalar of this type. */
  proportional(proportion: Proportion, type: ElementType): Node;
}

export function sizeNodes(g: Graph, inputs: readonly Node[]): SizeNodes {
  const numbers = (values: readonly number[]): Node =>
    g.constant(Float64Array.from(values), [values.length], "int64");
  const arithmetic = (operator: string, a: Node, b: Node): Node =>
    g.node(operator, [a, b], { shape: [1], type: "int64" });
  const productOf = (factors: Symbols): Node =>
    factors
      .map(({ input, axis }) =>
        g.node("Shape", [inputs[input]], {
          shape: [1],
          type: "int64",
          attributes: { start: axis, end: axis + 1 },
        }),
      )
      .reduce((a, b) => arithmetic("Mul", a, b));
  const sizeOf = ({ factor, product, offset }: Expression): Node => {
    if (product.length === 0) return numbers([offset]);
    const scaled =
      factor === 1 ? productOf(product) : arithmetic("Mul", productOf(product), numbers([factor]));
    return offset === 0 ? scaled : arithmetic("Add", scaled, numbers([offset]));
  };
  return {
    vector(list) {
      if (!list.some(isOpen)) return numbers(list.map(({ offset }) => offset));
      if (list.length === 1) return sizeOf(list[0]);
      return g.node("Concat", list.map(sizeOf), {
        shape: [list.length],
        type: "int64",
        attributes: { axis: 0 },
      });
    },
    proportional({ factor, product, inverse }, type) {
      const count = g.node("Cast", [productOf(product)], { shape: [1], type, attributes: { to: type } });
      const coefficient = g.constant(Float64Array.of(factor), [1], type);
      const scaled = g.node(inverse ? "Div" : "Mul", [coefficient, count], { shape: [1], type });
      return g.node("Squeeze", [scaled], { shape: [], type });
    },
  };
}

/** Whether a size depends on the inputs. */
export function isOpen({ product }: Expression): boolean {
  return product.length > 0;
}
