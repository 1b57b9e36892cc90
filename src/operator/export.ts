/** @file One learned step as an ONNX model that runs in Python, C++ or a browser without this package. */

import * as tf from "@tensorflow/tfjs";
import { type NdArray, ndarray, scalar } from "../engine/array.ts";
import { exportOnnx } from "../engine/export.ts";
import { logDeterminant, smallestSymmetricEigenvalue } from "../engine/logDeterminant.ts";
import { movedCoordinates } from "../jko/flow.ts";
import { largestCompression } from "../jko/limiter.ts";
import { identityTangent, particlesFirst } from "../networks/dual.ts";
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
 * conservative part asks for its push before; the model makes the dissipative one.
 */
export async function exportOperator(model: OperatorModel): Promise<Uint8Array> {
  const { dimension: d } = model.architecture;
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
      // Two float32 programs of a thousand operations; local regressions of few points amplify rounding.
      tolerance: 1e-3,
      metadata: {
        "l2e.kind": "jko-operator",
        "l2e.version": "1",
        "l2e.flow": model.flow.name,
        "l2e.energy": model.flow.energy.name,
        "l2e.dimension": String(d),
        "l2e.tau": String(model.flow.tau),
      },
    },
  );
}

function stepFunction({ flow, architecture, parameters }: OperatorModel) {
  const layout = layoutOf(operatorParameters(architecture));
  const { dimension } = architecture;
  return (
    context: tf.Tensor2D,
    contextLogDensity: tf.Tensor1D,
    queries: tf.Tensor2D,
    queryLogDensity: tf.Tensor1D,
    tau: tf.Scalar,
  ) => {
    const batched = (points: tf.Tensor2D) => tf.expandDims<tf.Tensor3D>(points, 0);
    const cloud = {
      positions: batched(context),
      logDensity: tf.expandDims<tf.Tensor2D>(contextLogDensity, 0),
    };
    const own = (architecture.conditions ?? []).map((name) => [
      name,
      tf.fill([1, 1], flow.conditions?.[name] ?? 1),
    ]);
    const field = operatorField(flow, architecture, {
      conditions: Object.fromEntries(own),
      parameters: unpack(layout, tf.tensor1d(parameters)),
      context: cloud,
      queries: batched(queries),
    });
    const moving = {
      positions: batched(queries),
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
