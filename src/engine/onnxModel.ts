/** @file From a recorded program to the bytes of an ONNX model. */
import { type ElementType, type Graph, type Node, reachable, type Values } from "./graph/graph.ts";
import { attributeCode, elementCode, encodeModel } from "./onnxSchema.ts";

export interface ModelOptions {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Whether ONNX Runtime's own operators may appear (`FusedMatMul`, which transposes inside the product). A model that
   * leaves this program keeps to the standard.
   */
  readonly runtimeOperators: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Inputs that the model has even if the outputs do not depend on them. */
  readonly declaredInputs?: readonly Node[];
  /** The shapes of inputs and outputs, with names where a size is left open. */
  readonly shapeOf?: (node: Node) => readonly (number | string)[];
}

export interface Model {
  readonly bytes: Uint8Array;
  /** The inputs that the outputs depend on, by index; the model has no others. */
  readonly inputs: readonly number[];
  readonly nodeCount: number;
}

/** Sizes, axes and offsets that ONNX takes as operands, in the order in which they follow the inputs. */
const operandAttributes: Readonly<Record<string, readonly string[]>> = {
  Reshape: ["shape"],
  Expand: ["shape"],
  Tile: ["repeats"],
  Slice: ["starts", "ends", "axes", "steps"],
  Pad: ["pads"],
  CumSum: ["axis"],
  ReduceSum: ["axes"],
  ReduceMean: ["axes"],
  ReduceMax: ["axes"],
  ReduceMin: ["axes"],
  ReduceProd: ["axes"],
};

interface NodeMessage {
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly object[];
  readonly domain?: string;
}

/** Writes the program that computes `outputs`; whatever they do not depend on is left out. */
export function writeModel(g: Graph, outputs: readonly Node[], options: ModelOptions): Model {
  const elementType = (type: ElementType): number => elementCode[type === "float" ? g.precision : type];
  const nodes: NodeMessage[] = [];
  const initializers = new Map<string, object>();
  const names = new Map<Node, string>();
  const inputs = new Set(options.declaredInputs ?? []);
  const ownName = new Map(outputs.map((node, index) => [node, options.outputNames[index]]));

  const integers = (values: readonly number[]): string => {
    const name = `i_${values.join("_")}`;
    if (!initializers.has(name)) {
      const rawData = bytesOf(BigInt64Array.from(values, BigInt));
      initializers.set(name, { name, dims: [values.length], dataType: elementCode.int64, rawData });
    }
    return name;
  };
  const emit = (
    opType: string,
    input: readonly string[],
    output: string,
    attributes: Node["attributes"],
  ): string => {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeMessage(name, value));
    const domain = opType === "FusedMatMul" ? "com.microsoft" : "";
    nodes.push({ opType, input, output: [output], attribute, domain });
    return output;
  };
  const write = (node: Node): string => {
    const name = ownName.get(node) ?? `n${node.id}`;
    const operands = node.inputs.map((input) => names.get(input) as string);
    if (node.operator === "Input") {
      inputs.add(node);
      return options.inputNames[node.attributes.index as number];
    }
    if (node.values !== undefined) {
      const rawData = bytesOf(typedValues(node.values, node.type, g));
      initializers.set(`n${node.id}`, {
        name: `n${node.id}`,
        dims: node.shape,
        dataType: elementType(node.type),
        rawData,
      });
      return `n${node.id}`;
    }
    if (node.operator === "MatMul") return writeProduct(node, operands, name);
    if (node.operator === "Cast") {
      return emit("Cast", operands, name, { to: elementType(node.attributes.to as ElementType) });
    }
    const moved = (operandAttributes[node.operator] ?? []).filter((key) => key in node.attributes);
    const kept = Object.entries(node.attributes).filter(([key]) => !moved.includes(key));
    const sizes = moved.map((key) => integers(node.attributes[key] as readonly number[]));
    return emit(node.operator, [...operands, ...sizes], name, Object.fromEntries(kept));
  };
  const writeProduct = (node: Node, [a, b]: readonly string[], name: string): string => {
    const { transA, transB } = node.attributes;
    if (transA === 0 && transB === 0) return emit("MatMul", [a, b], name, {});
    if (node.inputs.every((input) => input.shape.length === 2))
      return emit("Gemm", [a, b], name, { transA, transB });
    if (options.runtimeOperators && g.precision === "float32")
      return emit("FusedMatMul", [a, b], name, { transA, transB });
    const turned = [a, b].map((operand, index) => {
      if ([transA, transB][index] === 0) return operand;
      const rank = node.inputs[index].shape.length;
      const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
      return emit("Transpose", [operand], `${name}_${index}`, { perm });
    });
    return emit("MatMul", turned, name, {});
  };

  for (const node of reachable(outputs)) names.set(node, write(node));
  // An output needs a name of its own, also where it is an argument, a constant, or an output already.
  outputs.forEach((node, index) => {
    const name = names.get(node) as string;
    if (name !== options.outputNames[index]) emit("Identity", [name], options.outputNames[index], {});
  });
  const dimension = (size: number | string) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size };
  const valueInfo = (name: string, node: Node) => {
    const dim = (options.shapeOf?.(node) ?? node.shape).map(dimension);
    return { name, type: { tensorType: { elemType: elementType(node.type), shape: { dim } } } };
  };
  const bytes = encodeModel({
    irVersion: 8,
    producerName: "learn-to-evolve",
    opsetImport: [
      { domain: "", version: 18 },
      ...(nodes.some(({ domain }) => domain !== "") ? [{ domain: "com.microsoft", version: 1 }] : []),
    ],
    graph: {
      name: "program",
      node: nodes,
      initializer: [...initializers.values()],
      input: [...inputs].map((node) => valueInfo(options.inputNames[node.attributes.index as number], node)),
      output: outputs.map((node, index) => valueInfo(options.outputNames[index], node)),
    },
    metadataProps: Object.entries(options.metadata ?? {}).map(([key, value]) => ({ key, value })),
  });
  return {
    bytes,
    inputs: [...inputs].map((node) => node.attributes.index as number),
    nodeCount: nodes.length,
  };
}

function attributeMessage(name: string, value: number | string | readonly number[]): object {
  if (typeof value === "string")
    return { name, type: attributeCode.string, s: new TextEncoder().encode(value) };
  if (typeof value === "number") return { name, type: attributeCode.integer, i: value };
  return { name, type: attributeCode.integers, ints: value };
}

function typedValues(values: Values, type: ElementType, g: Graph): ArrayBufferView {
  if (type === "bool") return Uint8Array.from(values);
  if (type === "int64") return BigInt64Array.from(values, BigInt);
  if (type !== "float") return Int32Array.from(values);
  return g.precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
