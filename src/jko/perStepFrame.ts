/** @file The frame in which a per-step network sees a cloud, so that its inputs and outputs are of order one. */

import type * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Coordinates } from "../domains/phaseSpace.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import type { Cloud } from "../measures/cloud.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";

/**
 * Where a cloud lies and how far it will move: its mean `m` and its RMS radius a coordinate `s`, `[1, 1, D]`, and the length of the step
 * to expect `a`, `[1, 1, 1]`. Coordinates that move and those that do not have a radius of their own; on a torus `m = 0` and `s = 1`.
 */
export type FrameTensors = {
  readonly shift: tf.Tensor3D;
  readonly radius: tf.Tensor3D;
  readonly reach: tf.Tensor3D;
};

/** The same in host memory. */
export interface Frame {
  readonly shift: NdArray;
  readonly radius: NdArray;
  readonly reach: NdArray;
}

/** The frame of a cloud of which a step of length `reach` is expected, no longer than its radius. */
export function frameOf(flow: GradientFlow, cloud: Cloud, reach: number): Frame {
  const { shift, radius } = extentOf(flow, cloud);
  const own = radius[movedCoordinates(flow).start];
  // A floor far below rounding: where nothing is left to move, parameters still have a slope.
  return frame(shift, radius, Math.min(own, Math.max(reach, 1e-6 * own)));
}

/** The frame in which the network is the field itself, in the units of the cloud. */
export function plainFrame({ dimension, tau }: GradientFlow): Frame {
  return frame(new Float64Array(dimension), new Float64Array(dimension).fill(1), tau);
}

/** The frame in which a score, which is of the order of one over the radius, is of order one. */
export function scoreFrame(flow: GradientFlow, cloud: Cloud): Frame {
  const { shift, radius } = extentOf(flow, cloud);
  return frame(shift, radius, flow.tau / radius[movedCoordinates(flow).start]);
}

/**
 * The length of the step to expect, where velocities are about `speed`. The slope of the chemical potential is about its deviation `σ_μ`
 * over the radius, so in the Wasserstein metric that is `τ σ_μ/s`.
 */
export function expectedReach(
  flow: GradientFlow,
  cloud: Cloud,
  { deviation }: { readonly deviation: number },
): number {
  return (flow.tau * deviation) / extentOf(flow, cloud).radius[movedCoordinates(flow).start];
}

function frame(shift: Float64Array, radius: Float64Array, reach: number): Frame {
  const row = (values: Float64Array) => ndarray(Float32Array.from(values), [1, 1, values.length]);
  return { shift: row(shift), radius: row(radius), reach: row(Float64Array.of(reach)) };
}

function extentOf(flow: GradientFlow, { dimension, count, positions }: Cloud) {
  const mean = new Float64Array(dimension);
  for (let i = 0; i < positions.length; i++) mean[i % dimension] += positions[i] / count;
  const [shift, radius] = [mean, new Float64Array(dimension).fill(1)];
  for (const block of blocks(flow)) {
    let squares = 0;
    for (let i = 0; i < count; i++) {
      for (const k of coordinates(block)) squares += (positions[i * dimension + k] - mean[k]) ** 2;
    }
    const own = Math.sqrt(squares / (count * block.count));
    check(
      own > 0 && own < Infinity,
      () => `perStepSolver: particles must differ and be finite, got RMS radius ${own}`,
    );
    for (const k of coordinates(block)) radius[k] = own;
  }
  if (flow.torus !== undefined) {
    for (const k of coordinates(flow.torus.coordinates)) [shift[k], radius[k]] = [0, 1];
  }
  return { shift, radius };
}

/** Coordinates that move, those before and those after them. */
function blocks(flow: GradientFlow): Coordinates[] {
  const { start, count } = movedCoordinates(flow);
  const end = start + count;
  return [
    { start: 0, count: start },
    { start, count },
    { start: end, count: flow.dimension - end },
  ].filter((block) => block.count > 0);
}

function coordinates({ start, count }: Coordinates): number[] {
  return Array.from({ length: count }, (_, k) => start + k);
}
