/** @file The functions of a per-step solver for one flow, and their compiled forms. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { Engine } from "../engine/engine.ts";
import { componentsFirst, everywhere, jacobians, particlesFirst } from "../networks/dual.ts";
import { layoutOf, type Parameters, unpack } from "../networks/parameters.ts";
import { adam } from "../optimizers/adam.ts";
import { adamax } from "../optimizers/adamax.ts";
import { conditioned, type GradientFlow } from "./flow.ts";
import { type FieldNetwork, fieldSpecs, framedField } from "./perStepField.ts";
import type { FrameTensors } from "./perStepFrame.ts";
import { lossOf, type PerStepLoss } from "./perStepLoss.ts";

export type PerStepPrograms = ReturnType<typeof perStepPrograms>;

/** Parameters and the two moments of Adam or Adamax, `[P]` each. */
type AdamTensors = {
  readonly parameters: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
};

/** A cloud, or a block of one, with the field that a network is to have there before the first step, `[1, n, d]`. */
type LabelledCloud = CloudTensors & { readonly label: tf.Tensor3D };

/** Numbers in the widest layer of a tile: with their gradients they stay in a core's cache. */
const tileElements = 200_000;

/** The functions that the engine compiles for one network and one flow, or all flows of a family that make steps of the same length. */
export function perStepFunctions(flow: GradientFlow, network: FieldNetwork, loss: PerStepLoss = "jko") {
  const layout = layoutOf(fieldSpecs(flow, network));
  const field = framedField(flow, network);
  const perParticle = (parameters: Parameters, frame: FrameTensors, cloud: CloudTensors) => {
    const lossOfField = lossOf(conditioned(flow, frame.conditions), loss);
    return spread(lossOfField(cloud, field(parameters, frame, cloud.positions)), cloud);
  };

  const differentiated = <Sample extends CloudTensors>(
    flat: tf.Tensor1D,
    sample: Sample,
    values: (parameters: Parameters, part: Sample) => tf.Tensor2D,
  ) => {
    const n = sample.logDensity.shape[1];
    const parameters = unpack(layout, flat);
    const names = Object.keys(parameters);
    const parts = tilesOf(sample, tileCount(flow, network, n)).map((part) =>
      tf.valueAndGrads((...tensors: tf.Tensor[]) =>
        values(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), part),
      )(Object.values(parameters), tf.fill([1, part.logDensity.shape[1]], 1 / n)),
    );
    const gradients = parts.map(({ grads }) =>
      tf.concat1d(grads.map((grad) => tf.reshape(grad, [-1]) as tf.Tensor1D)),
    );
    return {
      values: tf.concat(
        parts.map(({ value }) => value as tf.Tensor2D),
        1,
      ),
      gradient: gradients.reduce((sum, gradient) => tf.add(sum, gradient)),
    };
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
      differentiated(flat, cloud, (parameters, part) => perParticle(parameters, frame, part)),

    /** The squared distance of the network's field from its labels, and the gradient of its mean. */
    labelLossAndGradient: (flat: tf.Tensor1D, frame: FrameTensors, cloud: LabelledCloud) =>
      differentiated(flat, cloud, (parameters, part) => {
        const { value } = field(parameters, frame, part.positions);
        return tf.sum(tf.squaredDifference(value, componentsFirst(part.label)), 0) as tf.Tensor2D;
      }),

    /** The network's field and its Jacobian at each particle, `[1, n, d]` and `[1, n, d, d]`. */
    field: (flat: tf.Tensor1D, frame: FrameTensors, cloud: CloudTensors) => {
      const own = everywhere(field(unpack(layout, flat), frame, cloud.positions));
      return { value: particlesFirst(own.value), jacobian: jacobians(own) };
    },
  };
}

/** Compiles on first use; each shape of a cloud is a program of its own. */
export function perStepPrograms(
  engine: Engine,
  flow: GradientFlow,
  options: { readonly network: FieldNetwork; readonly loss: PerStepLoss },
) {
  const functions = perStepFunctions(flow, options.network, options.loss);
  return {
    chemicalPotential: engine.jit(functions.chemicalPotential, { name: "per-step chemical potential" }),
    objective: engine.jit(functions.objective, { name: "per-step objective" }),
    lossAndGradient: engine.jit(functions.lossAndGradient, { name: "per-step gradient" }),
    field: engine.jit(functions.field, { name: "per-step field" }),
    adam: engine.jit(iterationOf(adam, functions.lossAndGradient), { name: "per-step Adam" }),
    adamax: engine.jit(iterationOf(adamax, functions.lossAndGradient), { name: "per-step Adamax" }),
    label: engine.jit(iterationOf(adam, functions.labelLossAndGradient), { name: "per-step labels" }),
  };
}

/** One iteration of a minimiser that looks at nothing but the gradient. */
function iterationOf<Sample extends CloudTensors>(
  minimiser: typeof adam,
  lossAndGradient: (
    flat: tf.Tensor1D,
    frame: FrameTensors,
    cloud: Sample,
  ) => { readonly gradient: tf.Tensor1D },
) {
  return (
    state: AdamTensors,
    batch: { readonly frame: FrameTensors; readonly cloud: Sample },
    rate: tf.Scalar,
  ): AdamTensors => {
    const { gradient } = lossAndGradient(state.parameters, batch.frame, batch.cloud);
    const next = minimiser(state.parameters, state, { gradient, rate });
    return { parameters: next.parameters, ...next.state };
  };
}

/** Blocks of particles that are differentiated one after another; one where particles feel each other. */
function tileCount(flow: GradientFlow, network: FieldNetwork, particles: number): number {
  if (flow.mobility.isPairwise || flow.energy.interaction !== undefined) return 1;
  const widest =
    network.form === "mlp" ? Math.max(...network.hidden) : network.form === "gradient" ? network.width : 1;
  return Math.ceil((particles * widest) / tileElements);
}

function tilesOf<Sample extends CloudTensors>(sample: Sample, count: number): readonly Sample[] {
  if (count === 1) return [sample];
  const n = sample.logDensity.shape[1];
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [i, i + 1].map((edge) => Math.floor((edge * n) / count));
    const cut = (x: tf.Tensor) =>
      tf.slice(
        x,
        [0, start, ...x.shape.slice(2).map(() => 0)],
        [-1, end - start, ...x.shape.slice(2).map(() => -1)],
      );
    return Object.fromEntries(Object.entries(sample).map(([name, x]) => [name, cut(x)])) as Sample;
  });
}

/** A value that is the same for all particles, at each of them. */
function spread(values: tf.Tensor2D, { logDensity }: CloudTensors): tf.Tensor2D {
  return values.shape[1] === logDensity.shape[1] ? values : tf.add(values, tf.zerosLike(logDensity));
}
