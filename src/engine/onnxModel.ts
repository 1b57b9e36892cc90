/** @file From a recorded program to the bytes of an ONNX model. */
import type { Attributes, ElementType, Graph, Node, Precision, Values } from "./graph/graph.ts";
import { reachable, sameShape, useCounts } from "./graph/graph.ts";
import { attributeCode, elementCode, encodeModel } from "./onnxSchema.ts";

export interface ModelOptions {
  /** Names by the index of the input; none may begin with `l2e:`, as the names inside the model do. */
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
  /** The inputs of the model by index: those that the outputs depend on, and the declared ones. */
  readonly inputs: readonly number[];
  readonly nodeCount: number;
}

/** Operators since 18 take the axes of all reductions as operands; newer sets add nothing that is used here. */
const operatorSet = 18;

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

/** A model in the making. */
interface Draft {
  readonly precision: Precision;
  readonly runtimeOperators: boolean;
  readonly nodes: object[];
  readonly initializers: Map<string, object>;
  /** What each node is called in the model. */
  readonly names: Map<Node, string>;
  /** Products of matrices that are written together with what is added to them, by the sum. */
  readonly sums: ReadonlyMap<Node, ProductSum>;
}

/** `product + summand`, one operator instead of two. */
interface ProductSum {
  readonly product: Node;
  readonly summand: Node;
}

/** Writes the program that computes `outputs`; whatever they do not depend on is left out. */
export function writeModel(g: Graph, outputs: readonly Node[], options: ModelOptions): Model {
  const { inputNames, outputNames, runtimeOperators, metadata = {} } = options;
  const draft: Draft = {
    precision: g.precision,
    runtimeOperators,
    nodes: [],
    initializers: new Map(),
    names: new Map(),
    sums: productSums(outputs),
  };
  const absorbed = new Set([...draft.sums.values()].map(({ product }) => product));
  const ownName = new Map(outputs.map((node, index) => [node, outputNames[index]]));
  const inputs = new Set(options.declaredInputs ?? []);
  for (const node of reachable(outputs)) {
    if (absorbed.has(node)) continue;
    if (node.operator === "Input") inputs.add(node);
    const name =
      node.operator === "Input" ? inputNames[indexOf(node)] : (ownName.get(node) ?? `l2e:${node.id}`);
    draft.names.set(node, writeNode(draft, node, name));
  }
  // An output needs a name of its own, also where it is an argument, a constant, or an output already.
  outputs.forEach((node, index) => {
    const name = nameOf(draft, node);
    if (name !== outputNames[index])
      writeOperation(draft, "Identity", { inputs: [name], output: outputNames[index] });
  });

  const valueInfo = (name: string, node: Node): object => {
    const dim = (options.shapeOf?.(node) ?? node.shape).map((size) =>
      typeof size === "number" ? { dimValue: size } : { dimParam: size },
    );
    return { name, type: { tensorType: { elemType: elementTypeCode(draft, node.type), shape: { dim } } } };
  };
  const bytes = encodeModel({
    irVersion: 8,
    producerName: "learn-to-evolve",
    opsetImport: [
      { domain: "", version: operatorSet },
      ...(runtimeOperators ? [{ domain: "com.microsoft", version: 1 }] : []),
    ],
    graph: {
      name: "program",
      node: draft.nodes,
      initializer: [...draft.initializers.values()],
      input: [...inputs].map((node) => valueInfo(inputNames[indexOf(node)], node)),
      output: outputs.map((node, index) => valueInfo(outputNames[index], node)),
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return { bytes, inputs: [...inputs].map(indexOf), nodeCount: draft.nodes.length };
}

/** Adds a node to the draft, by this name if it can choose one, and gives the name that it has. */
function writeNode(draft: Draft, node: Node, name: string): string {
  if (node.operator === "Input") return name;
  if (node.values !== undefined) {
    const rawData = bytesOf(typedValues(draft, node.values, node.type));
    return writeInitializer(draft, `l2e:${node.id}`, {
      dims: node.shape,
      dataType: elementTypeCode(draft, node.type),
      rawData,
    });
  }
  const sum = draft.sums.get(node);
  if (sum !== undefined) return writeProductSum(draft, sum, name);
  const inputs = node.inputs.map((input) => nameOf(draft, input));
  if (node.operator === "MatMul") return writeProduct(draft, node, name);
  if (node.operator === "Cast") {
    const to = elementTypeCode(draft, node.attributes.to as ElementType);
    return writeOperation(draft, "Cast", { inputs, output: name, attributes: { to } });
  }
  const operands = (operandAttributes[node.operator] ?? []).filter((key) => key in node.attributes);
  return writeOperation(draft, node.operator, {
    inputs: [
      ...inputs,
      ...operands.map((key) => writeIntegers(draft, node.attributes[key] as readonly number[])),
    ],
    output: name,
    attributes: Object.fromEntries(
      Object.entries(node.attributes).filter(([key]) => !operands.includes(key)),
    ),
  });
}

/**
 * Sums whose one term is a product of matrices that nothing else needs. The runtime finds such pairs by itself, but not
 * where a matrix is transposed, as weights before components-first fields are.
 */
function productSums(outputs: readonly Node[]): ReadonlyMap<Node, ProductSum> {
  const uses = useCounts(outputs);
  const sums = new Map<Node, ProductSum>();
  for (const node of reachable(outputs)) {
    if (node.operator !== "Add") continue;
    const [a, b] = node.inputs;
    const fits = (product: Node): boolean =>
      product.operator === "MatMul" &&
      product.shape.length === 2 &&
      product.inputs.every(({ shape }) => shape.length === 2) &&
      sameShape(product.shape, node.shape) &&
      uses.get(product) === 1;
    if (fits(a)) sums.set(node, { product: a, summand: b });
    else if (fits(b)) sums.set(node, { product: b, summand: a });
  }
  return sums;
}

function writeProductSum(draft: Draft, { product, summand }: ProductSum, output: string): string {
  const inputs = [...product.inputs, summand].map((input) => nameOf(draft, input));
  return writeOperation(draft, "Gemm", { inputs, output, attributes: product.attributes });
}

/** `Gemm` and `FusedMatMul` read transposed matrices in place; `MatMul` needs them written out. */
function writeProduct(draft: Draft, node: Node, output: string): string {
  const { transA, transB, alpha } = node.attributes;
  const inputs = node.inputs.map((input) => nameOf(draft, input));
  if (transA === 0 && transB === 0 && alpha === undefined)
    return writeOperation(draft, "MatMul", { inputs, output });
  const matrices = node.inputs.every(({ shape }) => shape.length === 2);
  if (matrices || (draft.runtimeOperators && draft.precision === "float32")) {
    return writeOperation(draft, matrices ? "Gemm" : "FusedMatMul", {
      inputs,
      output,
      attributes: node.attributes,
    });
  }
  const turned = [transA, transB].map((transposed, index) => {
    if (transposed === 0) return inputs[index];
    const rank = node.inputs[index].shape.length;
    const perm = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
    return writeOperation(draft, "Transpose", {
      inputs: [inputs[index]],
      output: `l2e:${node.id}:${index}`,
      attributes: { perm },
    });
  });
  return writeOperation(draft, "MatMul", { inputs: turned, output });
}

interface Operation {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Attributes;
}

function writeOperation(
  draft: Draft,
  opType: string,
  { inputs, output, attributes = {} }: Operation,
): string {
  draft.nodes.push({
    opType,
    input: inputs,
    output: [output],
    attribute: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
    domain: opType === "FusedMatMul" ? "com.microsoft" : "",
  });
  return output;
}

function writeIntegers(draft: Draft, values: readonly number[]): string {
  const rawData = bytesOf(BigInt64Array.from(values, BigInt));
  return writeInitializer(draft, `l2e:[${values}]`, {
    dims: [values.length],
    dataType: elementCode.int64,
    rawData,
  });
}

function writeInitializer(draft: Draft, name: string, tensor: object): string {
  draft.initializers.set(name, { name, ...tensor });
  return name;
}

function attributeMessage(name: string, value: Attributes[string]): object {
  if (name === "alpha") return { name, type: attributeCode.float, f: value };
  if (typeof value === "number") return { name, type: attributeCode.integer, i: value };
  if (typeof value === "string")
    return { name, type: attributeCode.string, s: new TextEncoder().encode(value) };
  return { name, type: attributeCode.integers, ints: value };
}

function elementTypeCode({ precision }: Draft, type: ElementType): number {
  return elementCode[type === "float" ? precision : type];
}

function typedValues({ precision }: Draft, values: Values, type: ElementType): ArrayBufferView {
  if (type === "bool") return Uint8Array.from(values);
  if (type === "int32") return Int32Array.from(values);
  if (type === "int64") return BigInt64Array.from(values, BigInt);
  return precision === "float32" ? Float32Array.from(values) : Float64Array.from(values);
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function nameOf({ names }: Draft, node: Node): string {
  return names.get(node) as string;
}

function indexOf(input: Node): number {
  return input.attributes.index as number;
}
