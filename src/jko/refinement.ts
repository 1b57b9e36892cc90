/** @file Brings a step that was made closer to the exact one: a few iterations of a minimiser on the same objective. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import { type Cloud, subcloud } from "../measures/cloud.ts";
import { componentsFirst, divergence } from "../networks/dual.ts";
import { initialParameters, layoutOf, type Parameters, unpack } from "../networks/parameters.ts";
import { lbfgs } from "../optimizers/lbfgs.ts";
import { permutation } from "../random/draw.ts";
import type { Key } from "../random/key.ts";
import { cloudArrays } from "./cloudArrays.ts";
import type { GradientFlow } from "./flow.ts";
import { limitedPortion } from "./limiter.ts";
import { moveCloud, velocityOf } from "./move.ts";
import { jkoObjective } from "./objective.ts";
import { type FieldNetwork, fieldSpecs, framedField } from "./perStepField.ts";
import { type FrameTensors, frameOf } from "./perStepFrame.ts";
import { flat, mean } from "./perStepMinimisers.ts";
import { perStepFunctions } from "./perStepPrograms.ts";
import { strongResidual } from "./residual.ts";
import type { StepInfo } from "./solver.ts";

/** Numerics of a refinement. */
const network = { form: "mlp", hidden: [64] } as const satisfies FieldNetwork;
const particles = 4096;

/** A step that was made, refined. */
export interface RefinedStep {
  readonly cloud: Cloud;
  /** Of the refinement alone. */
  readonly info: StepInfo;
}

export type Refine = (
  flow: GradientFlow,
  step: { readonly before: Cloud; readonly after: Cloud },
  options: { readonly iterations: number; readonly key: Key },
) => Promise<RefinedStep>;

/**
 * Refines steps `T` by composition: `(id + τw) ∘ T` with a field `w` that minimises the JKO objective over the step's
 * particles by L-BFGS. No gradient field, although the exact step is one: an operator's `T` is none, and what turns a density within itself
 * changes no energy, only transport, and no gradient takes it away. On rotated products that was up to four fifths of what was left.
 *
 * What it adds to the objective of a step from `T#ρ₀` is the linear term `τ E[(T − x)/τ · w]`. What it takes away is the noise of the
 * particles: `E[∇U'(ρ₁)·w + (P/ρ₁) ∇·w]` is zero for every `w`, and added to the particles' mean it cancels the sampling error to first
 * order in `w`. At the exact step the mean over any particles then is stationary, and with every refinement the noise that is left
 * shrinks with `w`.
 */
export function refinement(engine: Engine): Refine {
  const compiled = new WeakMap<GradientFlow, ReturnType<typeof programs>>();
  return async (flow, { before, after }, { iterations, key }) => {
    const known = compiled.get(flow) ?? programs(engine, flow);
    compiled.set(flow, known);
    const d = flow.dimension;
    const chosen = permutation(key, after.count).subarray(0, particles);
    const { residual, internalSlope } = strongResidual(flow, { before, after }, chosen);
    const [start, end] = [subcloud(before, chosen), subcloud(after, chosen)];
    const tilt = Float32Array.from(
      internalSlope,
      (slope, j) => slope + (end.positions[j] - start.positions[j]) / flow.tau,
    );
    const sample = { ...cloudArrays(end), tilt: ndarray(tilt, [1, end.count, d]) };
    const size = Math.sqrt(residual.reduce((sum, r) => sum + r * r, 0) / end.count);
    const frame = frameOf(flow, after, flow.tau * size);
    const rest = initialParameters(fieldSpecs(flow, network), key);
    let parameters: ArrayLike<number> = rest;
    const f = async (point: Float64Array) => {
      const { values, gradient } = await known.lossAndGradient(flat(point), frame, sample);
      return { value: mean(values.data), gradient: Float64Array.from(gradient.data) };
    };
    let made = 0;
    for await (const { iteration, point } of lbfgs(f, Float64Array.from(rest), { memory: iterations })) {
      parameters = point;
      made = iteration;
      if (iteration >= iterations) break;
    }
    const { value, jacobian } = await known.field(flat(parameters), frame, cloudArrays(after));
    const velocity = velocityOf(flow, after, { value: value.data, jacobian: jacobian.data });
    return moveCloud(flow, after, {
      velocity,
      portion: limitedPortion(velocity, d, flow.tau),
      iterations: made,
    });
  };
}

/** A cloud with `(T − x)/τ + ∇U'(ρ₁)` at its particles, `[1, n, d]`. */
type TiltedCloud = CloudTensors & { readonly tilt: tf.Tensor3D };

function programs(engine: Engine, flow: GradientFlow) {
  const layout = layoutOf(fieldSpecs(flow, network));
  const field = framedField(flow, network);
  const perParticle = (parameters: Parameters, frame: FrameTensors, cloud: TiltedCloud): tf.Tensor2D => {
    const w = field(parameters, frame, cloud.positions);
    const { perParticle: own } = jkoObjective(flow, cloud, w);
    const pressure = flow.energy.internal?.pressureTensor(cloud.logDensity);
    const work = tf.sum(tf.mul(componentsFirst(cloud.tilt), w.value), 0);
    const linear = pressure === undefined ? work : tf.add(work, tf.mul(pressure, divergence(w)));
    return tf.add(own, tf.mul(linear, flow.tau)) as tf.Tensor2D;
  };
  const lossAndGradient = (point: tf.Tensor1D, frame: FrameTensors, cloud: TiltedCloud) => {
    const n = cloud.logDensity.shape[1];
    const parameters = unpack(layout, point);
    const names = Object.keys(parameters);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
      perParticle(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), frame, cloud),
    )(Object.values(parameters), tf.fill([1, n], 1 / n));
    return {
      values: value as tf.Tensor2D,
      gradient: tf.concat1d(grads.map((grad) => tf.reshape(grad, [-1]) as tf.Tensor1D)),
    };
  };
  return {
    lossAndGradient: engine.jit(lossAndGradient, { name: "refinement gradient" }),
    field: engine.jit(perStepFunctions(flow, network).field, { name: "refinement field" }),
  };
}
