/** @file The compiled functions of a per-step solver for one flow. */

import type * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { Engine } from "../engine/engine.ts";
import { adam } from "../optimizers/adam.ts";
import type { GradientFlow } from "./flow.ts";
import { type FieldNetwork, type FrameTensors, perStepFunctions } from "./perStepField.ts";

export type PerStepPrograms = ReturnType<typeof perStepPrograms>;

/** Parameters and Adam's two moments, `[P]` each. */
type AdamTensors = {
  readonly parameters: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
};

/** Compiles on first use; each shape of a cloud is a program of its own. */
export function perStepPrograms(engine: Engine, flow: GradientFlow, network: FieldNetwork) {
  const functions = perStepFunctions(flow, network);
  const adamIteration = (
    state: AdamTensors,
    batch: { readonly frame: FrameTensors; readonly cloud: CloudTensors },
    rate: tf.Scalar,
  ): AdamTensors => {
    const { gradient } = functions.lossAndGradient(state.parameters, batch.frame, batch.cloud);
    const next = adam(state.parameters, state, { gradient, rate });
    return { parameters: next.parameters, first: next.state.first, second: next.state.second };
  };
  return {
    chemicalPotential: engine.jit(functions.chemicalPotential, { name: "per-step chemical potential" }),
    objective: engine.jit(functions.objective, { name: "per-step objective" }),
    lossAndGradient: engine.jit(functions.lossAndGradient, { name: "per-step gradient" }),
    velocity: engine.jit(functions.velocity, { name: "per-step velocity" }),
    adamIteration: engine.jit(adamIteration, { name: "per-step Adam" }),
  };
}
