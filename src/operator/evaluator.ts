/** @file Evaluates the operator's velocity field on any number of particles, in tiles of one compiled shape. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import { smallestSymmetricEigenvalue } from "../engine/logDeterminant.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Velocity } from "../jko/move.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import { layoutOf, unpack } from "../networks/parameters.ts";
import { type Architecture, operatorField, operatorParameters } from "./map.ts";

/** A density, described by its context, and the points at which its velocity field is wanted. */
export interface FieldRequest {
  readonly context: Cloud;
  /** Row-major `[n, d]`, any `n`. */
  readonly queries: Floats;
}

/** The velocity with, at each point, the smallest eigenvalue of the symmetric part of `∇v`. */
export interface FieldValues extends Velocity {
  readonly stretch: Float32Array;
}

export type FieldEvaluator = (requests: readonly FieldRequest[]) => Promise<FieldValues[]>;

/** Tile sizes: `batch` tiles of `queries` points go through one run of the compiled function. */
export interface Tiling {
  readonly queries: number;
  readonly batch: number;
}

/**
 * The operator as a function of densities and points. All requests of one call must have contexts of the same
 * size; points are padded to full tiles, so that every call runs the same compiled program.
 */
export function fieldEvaluator(
  engine: Engine,
  model: {
    readonly flow: GradientFlow;
    readonly architecture: Architecture;
    readonly parameters: Float32Array;
  },
  tiling: Tiling = { queries: 256, batch: 4 },
): FieldEvaluator {
  const run = programFor(engine, model.flow, model.architecture);
  const parameters = ndarray(model.parameters, [model.parameters.length]);
  const d = model.architecture.dimension;
  return async (requests) => {
    const results = requests.map(({ queries }) => emptyValues(queries.length / d, d));
    const tiles = requests.flatMap(({ queries }, request) =>
      Array.from({ length: Math.ceil(queries.length / d / tiling.queries) }, (_, tile) => ({
        request,
        start: tile * tiling.queries,
      })),
    );
    for (let first = 0; first < tiles.length; first += tiling.batch) {
      const group = tiles.slice(first, first + tiling.batch);
      const output = await run(parameters, ...packTiles(requests, group, { tiling, d }));
      group.forEach(({ request, start }, row) => {
        const target = results[request];
        const count = Math.min(tiling.queries, target.action.length - start);
        const copy = (to: Float32Array, from: NdArray, width: number) => {
          const offset = row * tiling.queries * width;
          to.set((from.data as Float32Array).subarray(offset, offset + count * width), start * width);
        };
        copy(target.value, output.value, d);
        copy(target.jacobian, output.jacobian, d * d);
        copy(target.action, output.action, 1);
        copy(target.stretch, output.stretch, 1);
      });
    }
    return results;
  };
}

/** Compiled programs, which depend on the weights' layout and not on the weights. */
const programs = new WeakMap<
  Engine,
  WeakMap<GradientFlow, Map<string, ReturnType<typeof compileVelocity>>>
>();

function programFor(engine: Engine, flow: GradientFlow, architecture: Architecture) {
  const ofEngine = programs.get(engine) ?? new WeakMap();
  const ofFlow = ofEngine.get(flow) ?? new Map();
  const shape = JSON.stringify(architecture);
  const program: ReturnType<typeof compileVelocity> =
    ofFlow.get(shape) ?? compileVelocity(engine, flow, architecture);
  programs.set(engine, ofEngine.set(flow, ofFlow.set(shape, program)));
  return program;
}

function compileVelocity(engine: Engine, flow: GradientFlow, architecture: Architecture) {
  return engine.jit(velocityAt(flow, architecture), { name: "operator" });
}

function velocityAt(flow: GradientFlow, architecture: Architecture) {
  const layout = layoutOf(operatorParameters(architecture));
  return (flat: tf.Tensor1D, context: CloudTensors, queries: tf.Tensor3D) => {
    const parameters = unpack(layout, flat);
    const field = operatorField(flow, architecture, { parameters, context, queries });
    const velocity = flow.mobility.apply(field, context);
    return {
      value: velocity.value,
      jacobian: velocity.tangent,
      action: tf.sum(tf.mul(field.value, velocity.value), -1),
      stretch: smallestSymmetricEigenvalue(velocity.tangent),
    };
  };
}

function emptyValues(count: number, d: number) {
  return {
    value: new Float32Array(count * d),
    jacobian: new Float32Array(count * d * d),
    action: new Float32Array(count),
    stretch: new Float32Array(count),
  };
}

function packTiles(
  requests: readonly FieldRequest[],
  group: readonly { readonly request: number; readonly start: number }[],
  options: { readonly tiling: Tiling; readonly d: number },
): [context: { positions: NdArray; logDensity: NdArray }, queries: NdArray] {
  const { tiling, d } = options;
  const size = requests[0].context.count;
  const b = tiling.batch;
  const positions = new Float32Array(b * size * d);
  const logDensity = new Float32Array(b * size);
  const queries = new Float32Array(b * tiling.queries * d);
  for (let row = 0; row < b; row++) {
    // Rows beyond the last tile repeat it: padding must hold a valid density, or it would produce NaN.
    const { request, start } = group[Math.min(row, group.length - 1)];
    const { context, queries: points } = requests[request];
    positions.set(context.positions, row * size * d);
    logDensity.set(context.logDensity, row * size);
    const block = points.subarray(start * d, (start + tiling.queries) * d);
    const target = queries.subarray(row * tiling.queries * d, (row + 1) * tiling.queries * d);
    target.set(block);
    for (let i = block.length; i < target.length; i++) target[i] = target[i - d];
  }
  return [
    { positions: ndarray(positions, [b, size, d]), logDensity: ndarray(logDensity, [b, size]) },
    ndarray(queries, [b, tiling.queries, d]),
  ];
}
