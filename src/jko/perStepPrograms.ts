/** @file The functions of a per-step solver for one flow, and their compiled forms. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { type NdArray, pieces } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import type { Arrays } from "../engine/tree.ts";
import { componentsFirst, everywhere, jacobians, particlesFirst } from "../networks/dual.ts";
import { layoutOf, type Parameters, unpack, valueAndGradient } from "../networks/parameters.ts";
import { adam } from "../optimizers/adam.ts";
import { adamax } from "../optimizers/adamax.ts";
import { conditioned, type GradientFlow } from "./flow.ts";
import { type FieldNetwork, fieldSpecs, framedField } from "./perStepField.ts";
import type { Frame, FrameTensors } from "./perStepFrame.ts";
import { lossOf, type PerStepLoss } from "./perStepLoss.ts";
import {
  besideEachOther,
  blocksFor,
  divisibleElements,
  meanOfTiles,
  type Sample,
  tilesFor,
  tilesOf,
} from "./perStepTiles.ts";

export type PerStepPrograms = ReturnType<typeof perStepPrograms>;

/** Parameters and the two moments of Adam or Adamax, `[P]` each. */
type AdamTensors = {
  readonly parameters: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
};

/** A cloud, or a block of one, with the field that a network is to have there before the first step, `[1, n, d]`. */
type LabelledCloud = CloudTensors & { readonly label: tf.Tensor3D };

/** The functions that the engine compiles for one network and one flow, or all flows of a family that make steps of the same length. */
export function perStepFunctions(flow: GradientFlow, network: FieldNetwork, loss: PerStepLoss = "jko") {
  const layout = layoutOf(fieldSpecs(flow, network));
  const field = framedField(flow, network);
  const perParticle = (parameters: Parameters, frame: FrameTensors, cloud: CloudTensors) => {
    const lossOfField = lossOf(conditioned(flow, frame.conditions), loss);
    return spread(lossOfField(cloud, field(parameters, frame, cloud.positions)), cloud);
  };

  const differentiated = <S extends CloudTensors>(
    flat: tf.Tensor1D,
    sample: S,
    values: (parameters: Parameters, block: S) => tf.Tensor2D,
  ) => {
    const n = sample.logDensity.shape[1];
    const blocks = blocksOf(sample, blocksFor(divisibleElements(flow, network, n)));
    const ofBlocks = (parameters: Parameters) =>
      tf.concat(
        blocks.map((block) => values(parameters, block)),
        1,
      );
    const weights = tf.fill<tf.Rank.R2>([1, n], 1 / n);
    const { value, gradient } = valueAndGradient(layout, flat, ofBlocks, { weights });
    return { values: value, gradient };
  };

  return {
    /** `δE/δρ` at each particle, `[1, n]`. */
    chemicalPotential: (cloud: CloudTensors, conditions: NonNullable<FrameTensors["conditions"]>) =>
      conditioned(flow, conditions).energy.chemicalPotential(cloud),

    /** What each particle contributes to the loss, for the JKO objective `L(w) − L(0)`, `[1, n]`. */
    objective: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) =>
      perParticle(unpack(layout, flat), frame, cloud),

    /** The same, and the gradient of its mean. The values come apart, so that the host may add them up in Float64. */
    lossAndGradient: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) =>
      differentiated(flat, cloud, (parameters, block) => perParticle(parameters, frame, block)),

    /** The squared distance of the network's field from its labels, and the gradient of its mean. */
    labelLossAndGradient: (flat: tf.Tensor1D, frame: FrameTensors, cloud: LabelledCloud) =>
      differentiated(flat, cloud, (parameters, block) => {
        const { value } = field(parameters, frame, block.positions);
        return tf.sum(tf.squaredDifference(value, componentsFirst(block.label)), 0) as tf.Tensor2D;
      }),

    /** The network's field and its Jacobian at each particle, `[1, n, d]` and `[1, n, d, d]`. */
    field: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) => {
      const own = everywhere(field(unpack(layout, flat), frame, cloud.positions));
      return { value: particlesFirst(own.value), jacobian: jacobians(own) };
    },
  };
}

/**
 * Compiles on first use; each shape of a cloud is a program of its own. Large clouds are differentiated, and their field is
 * evaluated, tile by tile.
 */
export function perStepPrograms(
  engine: Engine,
  flow: GradientFlow,
  options: { readonly network: FieldNetwork; readonly loss: PerStepLoss },
) {
  const { lossAndGradient, labelLossAndGradient, ...functions } = perStepFunctions(
    flow,
    options.network,
    options.loss,
  );
  const inTiles = <S extends Sample>(cloud: S) =>
    tilesOf(cloud, tilesFor(divisibleElements(flow, options.network, cloud["logDensity"].shape[1])));
  const gradient = gradientProgram(engine, lossAndGradient, { name: "per-step gradient", inTiles });
  const labelGradient = gradientProgram(engine, labelLossAndGradient, { name: "per-step labels", inTiles });
  const tileField = engine.jit(functions.field, { name: "per-step field", parallel: true });
  const objective = { name: "per-step objective" };
  const wholeObjective = engine.jit(functions.objective, objective);
  const tileObjective = engine.jit(functions.objective, { ...objective, parallel: true });
  return {
    chemicalPotential: engine.jit(functions.chemicalPotential, { name: "per-step chemical potential" }),
    objective: async (flat: NdArray, frame: Frame, cloud: Arrays<CloudTensors>) => {
      const tiles = inTiles(cloud);
      if (tiles.length === 1) return wholeObjective(flat, frame, cloud);
      return besideEachOther(await Promise.all(tiles.map((tile) => tileObjective(flat, frame, tile))));
    },
    lossAndGradient: gradient.program,
    field: async (flat: NdArray, frame: Frame, cloud: Arrays<CloudTensors>) => {
      const parts = await Promise.all(inTiles(cloud).map((tile) => tileField(flat, frame, tile)));
      return {
        value: besideEachOther(parts.map(({ value }) => value)),
        jacobian: besideEachOther(parts.map(({ jacobian }) => jacobian)),
      };
    },
    adam: gradient.iterationOf(adam, "per-step Adam"),
    adamax: gradient.iterationOf(adamax, "per-step Adamax"),
    label: labelGradient.iterationOf(adam, "per-step labels"),
  };
}

type LossAndGradient<S> = (
  flat: tf.Tensor1D,
  frame: FrameTensors,
  cloud: S,
) => { readonly values: tf.Tensor2D; readonly gradient: tf.Tensor1D };

/** A loss and its gradient for clouds of any size, and minimisers that look at nothing but that gradient. */
function gradientProgram<S extends CloudTensors>(
  engine: Engine,
  lossAndGradient: LossAndGradient<S>,
  options: { readonly name: string; readonly inTiles: (cloud: Arrays<S>) => readonly Arrays<S>[] },
) {
  const { name, inTiles } = options;
  const ofWhole = engine.jit(lossAndGradient, { name });
  const ofTile = engine.jit(lossAndGradient, { name, parallel: true });
  const gradientAlone = (flat: tf.Tensor1D, frame: FrameTensors, cloud: S) =>
    lossAndGradient(flat, frame, cloud).gradient;
  const gradientOfTile = engine.jit(gradientAlone, { name, parallel: true });
  const program = async (flat: NdArray, frame: Frame, cloud: Arrays<S>) => {
    const tiles = inTiles(cloud);
    if (tiles.length === 1) return ofWhole(flat, frame, cloud);
    const parts = await Promise.all(tiles.map((tile) => ofTile(flat, frame, tile)));
    return {
      values: besideEachOther(parts.map(({ values }) => values)),
      gradient: meanOfTiles(parts.map((part) => ({ mean: part.gradient, particles: part.values.shape[1] }))),
    };
  };
  const iterationOf = (minimiser: typeof adam, label: string) => {
    const update = (state: AdamTensors, gradient: tf.Tensor1D, rate: tf.Scalar): AdamTensors => {
      const next = minimiser(state.parameters, state, { gradient, rate });
      return { parameters: next.parameters, ...next.state };
    };
    const updateAlone = engine.jit(update, { name: label });
    // A run costs as much as an update, so a cloud that is one tile gets both in one.
    const together = engine.jit(
      (state: AdamTensors, at: { readonly frame: FrameTensors; readonly cloud: S }, rate: tf.Scalar) =>
        update(state, gradientAlone(state.parameters, at.frame, at.cloud), rate),
      { name: label },
    );
    return async (
      state: Arrays<AdamTensors>,
      at: { readonly frame: Frame; readonly cloud: Arrays<S> },
      rate: NdArray,
    ): Promise<Arrays<AdamTensors>> => {
      const tiles = inTiles(at.cloud);
      if (tiles.length === 1) return together(state, at, rate);
      const means = await Promise.all(tiles.map((tile) => gradientOfTile(state.parameters, at.frame, tile)));
      const parts = means.map((mean, i) => ({ mean, particles: tiles[i].logDensity.shape[1] }));
      return updateAlone(state, meanOfTiles(parts), rate);
    };
  };
  return { program, iterationOf };
}

/** The particles of a sample, `[1, n, …]` tensors, in blocks of nearly equal size. */
function blocksOf<S extends CloudTensors>(sample: S, count: number): readonly S[] {
  if (count === 1) return [sample];
  const n = sample.logDensity.shape[1];
  return pieces(n, count).map(({ start, end }) => {
    const cut = (x: tf.Tensor) => {
      const rest = x.shape.slice(2);
      return tf.slice(x, [0, start, ...rest.map(() => 0)], [-1, end - start, ...rest.map(() => -1)]);
    };
    return Object.fromEntries(Object.entries(sample).map(([name, x]) => [name, cut(x)])) as S;
  });
}

/** A value that is the same for all particles, at each of them. */
function spread(values: tf.Tensor2D, { logDensity }: CloudTensors): tf.Tensor2D {
  return values.shape[1] === logDensity.shape[1] ? values : tf.add(values, tf.zerosLike(logDensity));
}
