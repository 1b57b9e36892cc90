/** @file Evaluates the operator's velocity field on any number of particles, in tiles of one compiled shape. */

import * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import { smallestSymmetricEigenvalue } from "../engine/logDeterminant.ts";
import { type Arrays, isArrayLeaf, type Tree } from "../engine/tree.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Velocity } from "../jko/move.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import { layoutOf, unpack } from "../networks/parameters.ts";
import { type DensityEncoding, encodeDensity } from "./encoding.ts";
import { type Architecture, encodedField, operatorParameters } from "./map.ts";

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
 * size. Each density is encoded once; points are padded to full tiles, so that every call runs the same compiled
 * programs.
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
  const programs = programsFor(engine, model.flow, model.architecture);
  const parameters = ndarray(model.parameters, [model.parameters.length]);
  const d = model.architecture.dimension;
  return async (requests) => {
    const results = requests.map(({ queries }) => emptyValues(queries.length / d, d));
    const densities: Density[] = [];
    for (const { context } of requests) {
      const cloud = cloudArrays(context);
      densities.push({ cloud, encoding: await programs.encode(parameters, cloud) });
    }
    const tiles = requests.flatMap(({ queries }, request) =>
      Array.from({ length: Math.ceil(queries.length / d / tiling.queries) }, (_, tile) => ({
        request,
        start: tile * tiling.queries,
      })),
    );
    for (let first = 0; first < tiles.length; first += tiling.batch) {
      const group = tiles.slice(first, first + tiling.batch);
      // Rows beyond the last tile repeat it: padding must hold a valid density, or it would produce NaN.
      const rows = Array.from({ length: tiling.batch }, (_, row) => group[Math.min(row, group.length - 1)]);
      const { cloud, encoding } = stack(rows.map(({ request }) => densities[request]));
      const points = packQueries(rows, { requests, size: tiling.queries, d });
      const output = await programs.velocity(parameters, cloud, encoding, points);
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

type Programs = ReturnType<typeof compilePrograms>;

/** Compiled programs, which depend on the weights' layout and not on the weights. */
const compiled = new WeakMap<Engine, WeakMap<GradientFlow, Map<string, Programs>>>();

function programsFor(engine: Engine, flow: GradientFlow, architecture: Architecture): Programs {
  const ofEngine = compiled.get(engine) ?? new WeakMap<GradientFlow, Map<string, Programs>>();
  const ofFlow = ofEngine.get(flow) ?? new Map<string, Programs>();
  const shape = JSON.stringify(architecture);
  const programs = ofFlow.get(shape) ?? compilePrograms(engine, flow, architecture);
  compiled.set(engine, ofEngine.set(flow, ofFlow.set(shape, programs)));
  return programs;
}

function compilePrograms(engine: Engine, flow: GradientFlow, architecture: Architecture) {
  const layout = layoutOf(operatorParameters(architecture));
  return {
    encode: engine.jit(
      (flat: tf.Tensor1D, context: CloudTensors) =>
        encodeDensity(flow, { parameters: unpack(layout, flat), context }),
      { name: "encode" },
    ),
    velocity: engine.jit(
      (flat: tf.Tensor1D, context: CloudTensors, encoding: DensityEncoding, queries: tf.Tensor3D) => {
        const parameters = unpack(layout, flat);
        const field = encodedField(flow, architecture, { parameters, encoding, queries });
        const velocity = flow.mobility.apply(field, context);
        return {
          value: velocity.value,
          jacobian: velocity.tangent,
          action: tf.sum(tf.mul(field.value, velocity.value), -1),
          stretch: smallestSymmetricEigenvalue(velocity.tangent),
        };
      },
      { name: "operator" },
    ),
  };
}

/** One density, with a leading axis of length 1 everywhere. */
type Density = {
  readonly cloud: Arrays<CloudTensors>;
  readonly encoding: Arrays<DensityEncoding>;
};

function emptyValues(count: number, d: number) {
  return {
    value: new Float32Array(count * d),
    jacobian: new Float32Array(count * d * d),
    action: new Float32Array(count),
    stretch: new Float32Array(count),
  };
}

function cloudArrays({ dimension: d, count, positions, logDensity }: Cloud): Arrays<CloudTensors> {
  return {
    positions: ndarray(Float32Array.from(positions), [1, count, d]),
    logDensity: ndarray(Float32Array.from(logDensity), [1, count]),
  };
}

/** Trees of arrays, one after the other along the first axis of every array. */
function stack<T extends Tree<NdArray>>(trees: readonly T[]): T {
  const [first] = trees;
  if (isArrayLeaf(first)) return concat(trees as readonly Tree<NdArray>[] as readonly NdArray[]) as T;
  const records = trees as readonly Tree<NdArray>[] as readonly Readonly<Record<string, Tree<NdArray>>>[];
  return Object.fromEntries(
    Object.keys(first as object).map((name) => [name, stack(records.map((record) => record[name]))]),
  ) as T;
}

function concat(arrays: readonly NdArray[]): NdArray {
  const [{ shape, data }] = arrays;
  const joined = new Float32Array(arrays.length * data.length);
  arrays.forEach((array, i) => {
    joined.set(array.data as Float32Array, i * data.length);
  });
  return ndarray(joined, [arrays.length, ...shape.slice(1)]);
}

/** The points of one tile a row; a tile that is not full repeats its last point. */
function packQueries(
  rows: readonly { readonly request: number; readonly start: number }[],
  options: { readonly requests: readonly FieldRequest[]; readonly size: number; readonly d: number },
): NdArray {
  const { requests, size, d } = options;
  const queries = new Float32Array(rows.length * size * d);
  rows.forEach(({ request, start }, row) => {
    const block = requests[request].queries.subarray(start * d, (start + size) * d);
    const target = queries.subarray(row * size * d, (row + 1) * size * d);
    target.set(block);
    for (let i = block.length; i < target.length; i++) target[i] = target[i - d];
  });
  return ndarray(queries, [rows.length, size, d]);
}
