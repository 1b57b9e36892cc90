/** @file The frame in which a per-step network sees a cloud, so that its inputs and outputs are of order one. */

import type * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Coordinates } from "../domains/phaseSpace.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import type { Cloud } from "../measures/cloud.ts";
import { type GradientFlow, movedCoordinates } from "./flow.ts";

/**
 * Where a cloud lies and how far it will move: its mean `m` and its RMS radius a coordinate `s`, `[1, 1, D]`, and the length of the step
 * to expect `a`, `[1, 1, 1]`. Coordinates that move and those that do not have a radius of their own; on a torus `m = 0` and `s = 1`. In a
 * frame by axes every coordinate has its own radius, and every one that moves its own step, `[1, 1, d]`.
 */
export type FrameTensors = {
  readonly shift: tf.Tensor3D;
  readonly radius: tf.Tensor3D;
  readonly reach: tf.Tensor3D;
  /** The conditions of the flow, `[1, 1]` each; absent where it is one of a kind. */
  readonly conditions?: { readonly [name: string]: tf.Tensor2D };
};

/** The same in host memory. */
export interface Frame {
  readonly shift: NdArray;
  readonly radius: NdArray;
  readonly reach: NdArray;
  readonly conditions?: { readonly [name: string]: NdArray };
}

/** The frame of a cloud of which a step of length `reach` is expected, no longer than its radius. */
export function frameOf(flow: GradientFlow, cloud: Cloud, reach: number): Frame {
  const { shift, radius } = extentOf(flow, cloud);
  return frame(flow, { shift, radius }, [boundedReach(reach, radius[movedCoordinates(flow).start])]);
}

/**
 * The same with radii `s_k` of every axis by itself, for clouds that are far wider along some than along others. Forces are then about
 * `σ_μ/s_k`, so steps are expected to go as far as `a s/s_k`, and a field that is a gradient in the frame is one in space.
 */
export function axesFrame(flow: GradientFlow, cloud: Cloud, reach: number): Frame {
  const { start, count } = movedCoordinates(flow);
  const whole = extentOf(flow, cloud).radius[start];
  const bounded = boundedReach(reach, whole);
  const axes = Array.from({ length: flow.dimension }, (_, k) => ({ start: k, count: 1 }));
  const { shift, radius } = extentOf(flow, cloud, axes);
  const own = radius.subarray(start, start + count);
  return frame(
    flow,
    { shift, radius },
    Array.from(own, (s) => (bounded * whole) / s),
  );
}

function boundedReach(reach: number, radius: number): number {
  // A floor far below rounding: where nothing is left to move, parameters still have a slope.
  return Math.min(radius, Math.max(reach, 1e-6 * radius));
}

/** The frame in which the network is the field itself, in the units of the cloud. */
export function plainFrame(flow: GradientFlow): Frame {
  const { dimension, tau } = flow;
  return frame(flow, { shift: new Float64Array(dimension), radius: new Float64Array(dimension).fill(1) }, [
    tau,
  ]);
}

/** The frame in which a score, which is of the order of one over the radius, is of order one. */
export function scoreFrame(flow: GradientFlow, cloud: Cloud): Frame {
  const { shift, radius } = extentOf(flow, cloud);
  return frame(flow, { shift, radius }, [flow.tau / radius[movedCoordinates(flow).start]]);
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

function frame(
  { conditions }: GradientFlow,
  extent: { readonly shift: Float64Array; readonly radius: Float64Array },
  reach: readonly number[],
): Frame {
  const row = (values: ArrayLike<number>) => ndarray(Float32Array.from(values), [1, 1, values.length]);
  const own = { shift: row(extent.shift), radius: row(extent.radius), reach: row(reach) };
  return conditions === undefined ? own : { ...own, conditions: conditionArrays(conditions) };
}

/** The conditions of a flow as compiled functions take them. */
export function conditionArrays(conditions: GradientFlow["conditions"] = {}): Record<string, NdArray> {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, value]) => [name, ndarray(Float32Array.of(value), [1, 1])]),
  );
}

function extentOf(flow: GradientFlow, { dimension, count, positions }: Cloud, parts = blocks(flow)) {
  const mean = new Float64Array(dimension);
  for (let i = 0; i < positions.length; i++) mean[i % dimension] += positions[i] / count;
  const [shift, radius] = [mean, new Float64Array(dimension).fill(1)];
  for (const block of parts) {
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
