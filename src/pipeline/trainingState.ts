/** @file The state of a training as named tensors, and back. */

import { check } from "../check/check.ts";
import type { HostTensors } from "../checkpoints/safetensors.ts";
import { layoutOf, type ParameterSpecs } from "../networks/parameters.ts";
import type { Architecture } from "../operator/form.ts";
import { operatorParameters } from "../operator/map.ts";
import type { TrainingState } from "../operator/rounds.ts";

const PROGRESS = "progress";
/** The averaged parameters are not among them: they are the weights of the checkpoint. */
const VECTORS = ["parameters", "first", "second"] as const;

/** The names and shapes that the weights of an operator must have. */
export function weightShapes(architecture: Architecture): Record<string, readonly number[]> {
  const specs = operatorParameters(architecture);
  return Object.fromEntries(Object.entries(specs).map(([name, { shape }]) => [name, shape]));
}

/** A flat vector of parameters as tensors by name. */
export function namedTensors(specs: ParameterSpecs, flat: Float32Array, prefix = ""): HostTensors {
  const entries = layoutOf(specs).entries.map(({ name, shape, offset, size }) => {
    return [`${prefix}${name}`, { shape, data: flat.slice(offset, offset + size) }] as const;
  });
  return Object.fromEntries(entries);
}

/** The flat vector that {@link namedTensors} took apart. */
export function flatParameters(specs: ParameterSpecs, tensors: HostTensors, prefix = ""): Float32Array {
  const { size, entries } = layoutOf(specs);
  const flat = new Float32Array(size);
  for (const { name, shape, offset } of entries) {
    const tensor = tensors[`${prefix}${name}`];
    check(
      tensor !== undefined && tensor.data instanceof Float32Array && String(tensor.shape) === String(shape),
      () => `checkpoint: the tensor "${prefix}${name}" of shape [${shape}] is missing or has another shape.`,
    );
    flat.set(tensor.data as Float32Array, offset);
  }
  return flat;
}

/** What a checkpoint stores of a training: `weights` to use, `training` to go on. */
export function tensorsOf(
  architecture: Architecture,
  state: TrainingState,
): { readonly weights: HostTensors; readonly training: HostTensors } {
  const specs = operatorParameters(architecture);
  const vectors = VECTORS.map((vector) => namedTensors(specs, state[vector], `${vector}.`));
  const progress = { shape: [3], data: Int32Array.of(state.round, state.iteration, state.horizon) };
  return {
    weights: namedTensors(specs, state.average),
    training: Object.assign({ [PROGRESS]: progress }, ...vectors) as HostTensors,
  };
}

/** The training that {@link tensorsOf} stored. */
export function stateOf(
  architecture: Architecture,
  stored: { readonly weights: HostTensors; readonly training: HostTensors },
): TrainingState {
  const specs = operatorParameters(architecture);
  const progress = stored.training[PROGRESS]?.data;
  check(
    progress instanceof Int32Array && progress.length === 3,
    () => `checkpoint: the tensor "${PROGRESS}" of the training is missing. Start afresh without --resume.`,
  );
  const [round, iteration, horizon] = progress as Int32Array;
  const [parameters, first, second] = VECTORS.map((vector) =>
    flatParameters(specs, stored.training, `${vector}.`),
  );
  return {
    round,
    iteration,
    horizon,
    parameters,
    first,
    second,
    average: flatParameters(specs, stored.weights),
  };
}
