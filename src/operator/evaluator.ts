/** @file Evaluates the operator's velocity field on any number of particles, in tiles of one compiled shape. */

import type * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import type { Arrays } from "../engine/tree.ts";
import { conditioned, type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { type Velocity, velocityOf } from "../jko/move.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import { jacobians, particlesFirst } from "../networks/dual.ts";
import { layoutOf, unpack } from "../networks/parameters.ts";
import type { Architecture, Conditions, DensityEncoding } from "./form.ts";
import { encodeDensity, encodedField, operatorParameters } from "./map.ts";
import { atOnce, inTiles } from "./tiles.ts";

/** A density, described by its context, and the points at which its velocity field is wanted. */
export interface FieldRequest {
  readonly context: Cloud;
  /** Row-major `[n, d]`, any `n`. */
  readonly queries: Floats;
  /** The JKO step; that of the model's flow where it is left out. */
  readonly tau?: number;
  /** The flow's parameters; those of the model's flow where they are left out. */
  readonly conditions?: Readonly<Record<string, number>>;
}

/** The velocities at the points of each request. Where the mobility is pairwise these are all particles of the density. */
export type FieldEvaluator = (requests: readonly FieldRequest[]) => Promise<Velocity[]>;

/**
 * The operator as a function of densities and points. Each density is encoded once; its points then go through the network
 * tile by tile, the last of which is padded, so that every call runs the same compiled programs.
 */
export function fieldEvaluator(
  engine: Engine,
  model: {
    readonly flow: GradientFlow;
    readonly architecture: Architecture;
    readonly parameters: Float32Array;
  },
): FieldEvaluator {
  const programs = programsFor(engine, model.flow, model.architecture);
  const parameters = ndarray(model.parameters, [model.parameters.length]);
  const { dimension } = model.architecture;
  const d = movedCoordinates(model.flow).count;
  return (requests) =>
    atOnce(requests, async (request) => {
      const { context, queries, tau = model.flow.tau, conditions = model.flow.conditions ?? {} } = request;
      const cloud = cloudArrays(context);
      const scalar = (value: number) => ndarray(Float32Array.of(value), [1, 1]);
      const own = Object.fromEntries(
        (model.architecture.conditions ?? []).map((name) => [name, scalar(conditions[name])]),
      );
      const encoding = await programs.encode(parameters, cloud, scalar(tau), own);
      const count = queries.length / dimension;
      const values = await inTiles(queries, { dimension, moved: d }, async (points, tile) => {
        const output = await programs.field(parameters, encoding, ndarray(points, [1, tile, dimension]));
        return { value: output.value.data, jacobian: output.jacobian.data };
      });
      const cloudOfQueries = { dimension, count, positions: queries, logDensity: new Float32Array(count) };
      return velocityOf(conditioned(model.flow, conditions), cloudOfQueries, values);
    });
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
      (flat: tf.Tensor1D, context: CloudTensors, tau: tf.Tensor2D, conditions: Conditions) =>
        encodeDensity(flow, architecture, { parameters: unpack(layout, flat), context, tau, conditions }),
      { name: "encode", parallel: true },
    ),
    field: engine.jit(
      (flat: tf.Tensor1D, encoding: DensityEncoding, queries: tf.Tensor3D) => {
        const parameters = unpack(layout, flat);
        const field = encodedField(flow, architecture, { parameters, encoding, queries });
        return { value: particlesFirst(field.value), jacobian: jacobians(field) };
      },
      { name: "operator", parallel: true },
    ),
  };
}

function cloudArrays({ dimension: d, count, positions, logDensity }: Cloud): Arrays<CloudTensors> {
  return {
    positions: ndarray(Float32Array.from(positions), [1, count, d]),
    logDensity: ndarray(Float32Array.from(logDensity), [1, count]),
  };
}
