/** @file All recording rules, and what to write instead of the kernels that have none. */
import { constantRules } from "./constants.ts";
import { elementwiseRules } from "./elementwise.ts";
import { productRules } from "./products.ts";
import { reductionRules } from "./reductions.ts";
import type { Rule } from "./rule.ts";
import { selectionRules } from "./selection.ts";
import { shapeRules } from "./shapes.ts";

/** Recording rules by the name of their TensorFlow.js kernel. */
export const rules: Readonly<Record<string, Rule>> = {
  ...elementwiseRules,
  ...selectionRules,
  ...reductionRules,
  ...productRules,
  ...shapeRules,
  ...constantRules,
};

const alternatives: Readonly<Record<string, string>> = {
  Multinomial: "draw the samples outside and pass their indices as an argument",
  Unique: "the size of its result depends on values; compute it outside",
  GatherNd: "use tf.gather on a reshaped tensor",
  ScatterNd: "use tf.unsortedSegmentSum",
  SparseToDense: "use tf.unsortedSegmentSum",
  TensorScatterUpdate: "use tf.where with a mask",
  Complex: "carry real and imaginary parts as two tensors",
  FFT: "multiply with a matrix of sines and cosines",
  Conv2D: "a convolution of particles is a tf.matMul with a kernel matrix",
  Diag: "multiply by tf.eye",
  MirrorPad: "join reversed slices with tf.concat",
};

/** What the author of a traced function can write in place of a kernel without a rule. */
export function alternativeTo(kernel: string): string {
  return alternatives[kernel] ?? "express it with elementwise operations, matMul, sums, slices and gather";
}
