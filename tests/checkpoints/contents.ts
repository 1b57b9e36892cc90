/** @file Checkpoints that carry one number in all their files, so that a mixture of two would show. */

import type { Checkpoint, CheckpointContents } from "../../src/checkpoints/checkpoint.ts";

/** A checkpoint full of `value`; every third one has no ONNX model and every second one no training state. */
export function contentsWith(value: number): CheckpointContents {
  const tensors = { w: { shape: [2, 3], data: new Float32Array(6).fill(value) } };
  return {
    fields: {
      kind: "jko-operator",
      pipeline: "fokker-planck-2d",
      preset: "smoke",
      seed: 7,
      engine: "onnx",
      flow: { energy: { kind: "entropy" }, tau: 0.1 },
      architecture: { width: 64, widths: [0.25, 0.5, 1] },
      training: { rounds: 3 },
      settings: {},
      dataset: { path: "datasets/x", sha256: "0".repeat(64) },
      metrics: { loss: value, worst: Number.NaN, bound: Number.NEGATIVE_INFINITY },
      progress: { round: 1, iteration: value, finished: false },
    },
    weights: tensors,
    ...(value % 2 === 0 ? { training: tensors } : {}),
    ...(value % 3 === 0 ? {} : { onnx: new Uint8Array(100).fill(value) }),
  };
}

/** The number that a checkpoint carries. Throws when its files do not agree. */
export function valueIn({ manifest, weights, training, onnx }: Checkpoint): number {
  const value = manifest.progress.iteration;
  const { training: expectedTraining, onnx: expectedOnnx } = contentsWith(value);
  const agree =
    weights["w"].data.every((x) => x === value) &&
    (training === undefined) === (expectedTraining === undefined) &&
    (training === undefined || training["w"].data.every((x) => x === value)) &&
    (onnx === undefined) === (expectedOnnx === undefined) &&
    (onnx === undefined || onnx.every((x) => x === value % 256));
  if (!agree) throw new Error(`the files of checkpoint ${value} do not belong together`);
  return value;
}
