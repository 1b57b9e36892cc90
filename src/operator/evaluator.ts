/** @file Evaluates the operator's velocity field on any number of particles, in tiles of one compiled shape. */

import type * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import { type NdArray, ndarray } from "../engine/array.ts";
import type { Engine } from "../engine/engine.ts";
import type { Arrays } from "../engine/tree.ts";
import { cloudArrays } from "../jko/cloudArrays.ts";
import { conditioned, type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { type Velocity, velocityOf } from "../jko/move.ts";
import type { Cloud, Floats } from "../measures/cloud.ts";
import type { FieldArrays } from "../mobilities/mobility.ts";
import { jacobians, particlesFirst } from "../networks/dual.ts";
import { layoutOf, unpack } from "../networks/parameters.ts";
import type { Architecture, Conditions, DensityEncoding } from "./form.ts";
import { fieldLattice, interpolate, nodesAround } from "./lattice.ts";
import { encodeDensity, encodedField, operatorParameters } from "./map.ts";
import { atOnce, inTiles } from "./tiles.ts";
import { balanceVirial, hasVirialBalance } from "./virialBalance.ts";

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
 * tile by tile, the last of which is padded, so that every call runs the same compiled programs. On the line and in the plane
 * many points are spared the network: it is asked at the nodes of a lattice around them, see `fieldLattice`. Where the mobility keeps energy the field gets the
 * affine part of `balanceVirial`.
 *
 * @param options.lattice whether points may be spared the network; true where it is left out.
 * @param options.balance whether the affine part is added; true where it is left out. In training the trajectories are, as the objective is, of the
 *   network alone.
 */
export function fieldEvaluator(
  engine: Engine,
  model: {
    readonly flow: GradientFlow;
    readonly architecture: Architecture;
    readonly parameters: Float32Array;
  },
  options: { readonly lattice?: boolean; readonly balance?: boolean } = {},
): FieldEvaluator {
  const programs = programsFor(engine, model.flow, model.architecture);
  const parameters = ndarray(model.parameters, [model.parameters.length]);
  const { dimension } = model.architecture;
  const moved = movedCoordinates(model.flow);
  return (requests) =>
    atOnce(requests, async (request) => {
      const { context, queries, tau = model.flow.tau, conditions = model.flow.conditions ?? {} } = request;
      const cloud = cloudArrays(context);
      const scalar = (value: number) => ndarray(Float32Array.of(value), [1, 1]);
      const own = Object.fromEntries(
        (model.architecture.conditions ?? []).map((name) => [name, scalar(conditions[name])]),
      );
      const encoding = await programs.encode(parameters, cloud, scalar(tau), own);
      const inputs = { parameters, encoding, dimension, components: moved.count };
      const count = queries.length / dimension;
      const lattice = options.lattice === false ? undefined : fieldLattice(model, context);
      const nodes = lattice && nodesAround(lattice, queries, mostNodes * count);
      const field = nodes
        ? interpolate(nodes, {
            values: await valuesAt(programs, inputs, nodes.positions),
            points: queries,
            moved,
          })
        : await fieldAt(programs, inputs, queries);
      const asked = { dimension, count, positions: queries, logDensity: new Float32Array(count) };
      const flow = { ...conditioned(model.flow, conditions), tau };
      const isBalanced = options.balance !== false && hasVirialBalance(flow);
      return velocityOf(flow, asked, isBalanced ? balanceVirial(flow, field, asked) : field);
    });
}

/** So many nodes a point are worth their while: a value costs half of a value with its Jacobian, and what is between nodes hardly anything. */
const mostNodes = 0.5;

/** What programs ask for at every point of a density. */
interface PointInputs {
  readonly parameters: NdArray;
  readonly encoding: Arrays<DensityEncoding>;
  readonly dimension: number;
  /** Of the field. */
  readonly components: number;
}

/** The operator's field at points, `[n, F]`, and its Jacobian, `[n, F, F]`. */
async function fieldAt(programs: Programs, inputs: PointInputs, points: Floats): Promise<FieldArrays> {
  const { parameters, encoding, dimension, components: f } = inputs;
  const sizes = { dimension, columns: [f, f * f] };
  const [value, jacobian] = await inTiles(points, sizes, async (some, tile) => {
    const field = await programs.field(parameters, encoding, ndarray(some, [1, tile, dimension]));
    return [field.value.data, field.jacobian.data];
  });
  return { value, jacobian };
}

/** The operator's field at points without its Jacobian. */
async function valuesAt(programs: Programs, inputs: PointInputs, points: Floats): Promise<Float32Array> {
  const { parameters, encoding, dimension, components } = inputs;
  const [values] = await inTiles(points, { dimension, columns: [components] }, async (some, tile) => [
    (await programs.values(parameters, encoding, ndarray(some, [1, tile, dimension]))).data,
  ]);
  return values;
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
  const fieldOf = (flat: tf.Tensor1D, encoding: DensityEncoding, queries: tf.Tensor3D) =>
    encodedField(flow, architecture, { parameters: unpack(layout, flat), encoding, queries });
  return {
    encode: engine.jit(
      (flat: tf.Tensor1D, context: CloudTensors, tau: tf.Tensor2D, conditions: Conditions) =>
        encodeDensity(flow, architecture, { parameters: unpack(layout, flat), context, tau, conditions }),
      { name: "encode", parallel: true },
    ),
    field: engine.jit(
      (flat: tf.Tensor1D, encoding: DensityEncoding, queries: tf.Tensor3D) => {
        const field = fieldOf(flat, encoding, queries);
        return { value: particlesFirst(field.value), jacobian: jacobians(field) };
      },
      { name: "operator", parallel: true },
    ),
    values: engine.jit(
      (flat: tf.Tensor1D, encoding: DensityEncoding, queries: tf.Tensor3D) =>
        particlesFirst(fieldOf(flat, encoding, queries).value),
      { name: "operator's values", parallel: true },
    ),
  };
}
