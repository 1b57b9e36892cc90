/** @file The part of the ONNX file format that is written here, as protobuf messages. */
import protobuf from "protobufjs";

const message = (fields: Readonly<Record<string, readonly [type: string, id: number, rule?: string]>>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [type, id, rule]]) => [name, { type, id, ...(rule && { rule }) }]),
  ),
});

/** @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 for the messages and their field numbers. */
const root = protobuf.Root.fromJSON({
  nested: {
    Model: message({
      irVersion: ["int64", 1],
      producerName: ["string", 2],
      producerVersion: ["string", 3],
      graph: ["Graph", 7],
      opsetImport: ["OperatorSet", 8, "repeated"],
      metadataProps: ["Entry", 14, "repeated"],
    }),
    OperatorSet: message({ domain: ["string", 1], version: ["int64", 2] }),
    Entry: message({ key: ["string", 1], value: ["string", 2] }),
    Graph: message({
      node: ["Node", 1, "repeated"],
      name: ["string", 2],
      initializer: ["Tensor", 5, "repeated"],
      input: ["ValueInfo", 11, "repeated"],
      output: ["ValueInfo", 12, "repeated"],
    }),
    Node: message({
      input: ["string", 1, "repeated"],
      output: ["string", 2, "repeated"],
      name: ["string", 3],
      opType: ["string", 4],
      attribute: ["Attribute", 5, "repeated"],
      domain: ["string", 7],
    }),
    Attribute: message({
      name: ["string", 1],
      f: ["float", 2],
      i: ["int64", 3],
      s: ["bytes", 4],
      ints: ["int64", 8, "repeated"],
      type: ["int32", 20],
    }),
    Tensor: message({
      dims: ["int64", 1, "repeated"],
      dataType: ["int32", 2],
      name: ["string", 8],
      rawData: ["bytes", 9],
    }),
    ValueInfo: message({ name: ["string", 1], type: ["Type", 2] }),
    Type: message({ tensorType: ["TensorType", 1] }),
    TensorType: message({ elemType: ["int32", 1], shape: ["Shape", 2] }),
    Shape: message({ dim: ["Dimension", 1, "repeated"] }),
    Dimension: message({ dimValue: ["int64", 1], dimParam: ["string", 2] }),
  },
});

const Model = root.lookupType("Model");

/** The bytes of a model, given as plain objects with the field names above. */
export function encodeModel(model: object): Uint8Array {
  return Model.encode(model).finish();
}

/** Numbers of the format: element types of tensors, and kinds of attributes. */
export const elementCode = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
export const attributeCode = { float: 1, integer: 2, string: 3, integers: 7 } as const;
