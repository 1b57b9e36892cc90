/** @file One learned step as an ONNX model that runs in Python, C++ or a browser without this package. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import { type NdArray, ndarray, scalar } from "../engine/array.ts";
import { exportOnnx } from "../engine/export.ts";
import { logDeterminant, smallestSymmetricEigenvalue } from "../engine/logDeterminant.ts";
import { movedCoordinates } from "../jko/flow.ts";
import { largestCompression } from "../jko/limiter.ts";
import { type Dual, identityTangent, jacobians, particlesFirst } from "../networks/dual.ts";
import { layoutOf, unpack } from "../networks/parameters.ts";
import { normals } from "../random/draw.ts";
import { foldIn, keyFrom } from "../random/key.ts";
import { operatorField, operatorParameters } from "./map.ts";
import type { OperatorModel } from "./solver.ts";

/**
 * Writes the step `(context, contextLogDensity, queries, queryLogDensity, tau) → (positions, logDensity, rest)` with open
 * numbers of context and query particles: `[C, d], [C], [Q, d], [Q], [] → [Q, d], [Q], []`.
 *
 * The weights are inside. `tau` scales the displacement; the network was trained for the value in the metadata. The step
 * limiter acts on the queries of one call, so all particles of a density belong into one call. Where it stops short of
 * `tau`, `rest` is what is left: the step is complete after another call with the moved particles and `tau = rest`. A flow with a
 * conservative part asks for its push before; the model makes the dissipative one, and where the mobility keeps energy without the affine
 * part that `balanceVirial` adds from all particles.
 *
 * Rejects with `InputError` for flows that depend on the time, which the model has no input for.
 */
export async function exportOperator(model: OperatorModel): Promise<Uint8Array> {
  return exportOnnx(
    stepFunction(model),
    {
      a: sampleArguments(model, 61, 7),
      b: sampleArguments(model, 67, 11),
      check: sampleArguments(model, 71, 13),
    },
    {
      inputNames: ["context", "contextLogDensity", "queries", "queryLogDensity", "tau"],
      outputNames: ["positions", "logDensity", "rest"],
      dimensionNames: ["contextParticles", "queryParticles"],
      tolerance,
      metadata: metadataOf(model, "jko-operator"),
    },
  );
}

/**
 * Writes the operator's velocity field, `(context, contextLogDensity, queries) → (velocity, jacobian)` with open numbers of context
 * and query particles: `[C, d], [C], [Q, d] → [Q, F], [Q, F, F]`, with `∂velocity_f/∂x_k` at `[q, k, f]`.
 *
 * A step by {@link exportOperator} is final; with the field and its exact Jacobian whoever runs the model moves the particles
 * in double precision, divides steps, and refuses those that do not lower the objective.
 */
export async function exportField(model: OperatorModel): Promise<Uint8Array> {
  const withoutStep = (contextSize: number, querySize: number) => {
    const [context, contextLogDensity, queries] = sampleArguments(model, contextSize, querySize);
    return [context, contextLogDensity, queries] as [NdArray, NdArray, NdArray];
  };
  const fieldOf = fieldFunction(model);
  return exportOnnx(
    (context: tf.Tensor2D, contextLogDensity: tf.Tensor1D, queries: tf.Tensor2D) => {
      const field = fieldOf(context, contextLogDensity, queries);
      return [particlesFirst(field.value), jacobians(field)].map((x) => tf.squeeze(x, [0]));
    },
    { a: withoutStep(61, 7), b: withoutStep(67, 11), check: withoutStep(71, 13) },
    {
      inputNames: ["context", "contextLogDensity", "queries"],
      outputNames: ["velocity", "jacobian"],
      dimensionNames: ["contextParticles", "queryParticles"],
      tolerance,
      metadata: metadataOf(model, "jko-operator-field"),
    },
  );
}

/** Two float32 programs of a thousand operations; local regressions of few points amplify rounding. */
const tolerance = 1e-3;

function metadataOf({ flow, architecture }: OperatorModel, kind: string): Record<string, string> {
  return {
    "l2e.kind": kind,
    "l2e.version": "1",
    "l2e.flow": flow.name,
    "l2e.energy": flow.energy.name,
    "l2e.dimension": String(architecture.dimension),
    "l2e.tau": String(flow.tau),
  };
}

/** The field of one density, `[F, 1, Q]`, with the weights inside. */
function fieldFunction({ flow, architecture, parameters }: OperatorModel) {
  check(
    flow.conditions?.["time"] === undefined,
    () => `export: ${flow.name} depends on the time, which a model of one step has no input for.`,
  );
  const layout = layoutOf(operatorParameters(architecture));
  return (context: tf.Tensor2D, contextLogDensity: tf.Tensor1D, queries: tf.Tensor2D): Dual => {
    const own = (architecture.conditions ?? []).map((name) => [
      name,
      tf.fill([1, 1], flow.conditions?.[name] ?? 1),
    ]);
    return operatorField(flow, architecture, {
      conditions: Object.fromEntries(own),
      parameters: unpack(layout, tf.tensor1d(parameters)),
      context: {
        positions: tf.expandDims<tf.Tensor3D>(context, 0),
        logDensity: tf.expandDims<tf.Tensor2D>(contextLogDensity, 0),
      },
      queries: tf.expandDims<tf.Tensor3D>(queries, 0),
    });
  };
}

function stepFunction(model: OperatorModel) {
  const { flow, architecture } = model;
  const fieldOf = fieldFunction(model);
  const { dimension } = architecture;
  return (
    context: tf.Tensor2D,
    contextLogDensity: tf.Tensor1D,
    queries: tf.Tensor2D,
    queryLogDensity: tf.Tensor1D,
    tau: tf.Scalar,
  ) => {
    const field = fieldOf(context, contextLogDensity, queries);
    const moving = {
      positions: tf.expandDims<tf.Tensor3D>(queries, 0),
      logDensity: tf.expandDims<tf.Tensor2D>(queryLogDensity, 0),
    };
    const velocity = flow.mobility.apply(field, moving);
    const steepest = tf.max(tf.neg(smallestSymmetricEigenvalue(velocity.tangent)));
    const limited = tf.minimum(tau, tf.div(largestCompression, tf.maximum(steepest, 1e-6)));
    const { start, count } = movedCoordinates(flow);
    const jacobian = tf.add(identityTangent(count), tf.mul(velocity.tangent, limited));
    const { logDeterminant: logDet } = logDeterminant(jacobian, { floor: 1e-6 });
    const displacement = tf.mul(tf.squeeze<tf.Tensor2D>(particlesFirst(velocity.value), [0]), limited);
    const around: [number, number][] = [
      [0, 0],
      [start, dimension - start - count],
    ];
    return [
      tf.add(queries, count === dimension ? displacement : tf.pad(displacement, around)),
      tf.sub(queryLogDensity, tf.squeeze(logDet, [0])),
      tf.sub(tau, limited),
    ];
  };
}

/** Any particles serve to record the graph and to check it. */
function sampleArguments(
  model: OperatorModel,
  contextSize: number,
  querySize: number,
): [NdArray, NdArray, NdArray, NdArray, NdArray] {
  const d = model.architecture.dimension;
  const cloud = (label: string, n: number): [NdArray, NdArray] => {
    const points = normals(foldIn(keyFrom(n), label), n * d);
    const logDensity = Float32Array.from({ length: n }, (_, i) => {
      const squared = points.subarray(i * d, (i + 1) * d).reduce((sum, x) => sum + x * x, 0);
      return -0.5 * squared - 0.5 * d * Math.log(2 * Math.PI);
    });
    return [ndarray(Float32Array.from(points), [n, d]), ndarray(logDensity, [n])];
  };
  return [...cloud("context", contextSize), ...cloud("queries", querySize), scalar(model.flow.tau)];
}
