import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CloudTensors } from "../../src/energies/energy.ts";
import { type NdArray, ndarray, scalar } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { jkoObjective } from "../../src/jko/objective.ts";
import { applyAffine } from "../../src/measures/affineMap.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { unexplainedVariance } from "../../src/metrics/mapError.ts";
import { layoutOf, valueAndGradient } from "../../src/networks/parameters.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { generateTrajectories } from "../../src/operator/generate.ts";
import { operatorField, operatorParameters } from "../../src/operator/map.ts";
import { drawBatch, memoryPool } from "../../src/operator/pool.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { initialOperatorState, stepClouds } from "../../src/operator/solver.ts";
import { trainingIteration } from "../../src/operator/training.ts";
import { adamRate, cosineSchedule } from "../../src/optimizers/adam.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { smallProblem } from "./problem.ts";

describe("training", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("onnx", { threads: 2 });
  });
  afterAll(async () => {
    await engine.dispose();
  });

  it("follows the gradient of the loss, against central differences in double precision", async () => {
    const { flow, family, architecture } = smallProblem(2);
    const layout = layoutOf(operatorParameters(architecture));
    const lossAndSlope = engine.jit(
      (flat: tf.Tensor1D, direction: tf.Tensor1D, context: CloudTensors, queries: CloudTensors) => {
        const { value, gradient } = valueAndGradient(layout, flat, (parameters) => {
          const field = operatorField(flow, architecture, {
            parameters,
            context,
            queries: queries.positions,
          });
          return tf.mean(jkoObjective(flow, queries, field).perParticle) as tf.Scalar;
        });
        return { value, slope: tf.sum(tf.mul(gradient, direction)) };
      },
      { precision: "float64" },
    );
    const cloud = (label: string, n: number) => {
      const { positions, logDensity } = sampleCloud(family.draw(keyFrom(5)), foldIn(keyFrom(6), label), n);
      return {
        positions: ndarray(Float64Array.from(positions), [1, n, 2]),
        logDensity: ndarray(Float64Array.from(logDensity), [1, n]),
      };
    };
    const [context, queries] = [cloud("context", 41), cloud("queries", 13)];
    const start = Float64Array.from(initialTrainingState(architecture, keyFrom(1)).parameters);
    const direction = normals(keyFrom(2), layout.size);
    const at = (h: number) => {
      const shifted = start.map((value, i) => value + h * direction[i]);
      const [flat, along] = [shifted, direction].map((data) => ndarray(data, [layout.size])) as [
        NdArray,
        NdArray,
      ];
      return lossAndSlope(flat, along, context, queries);
    };
    const h = 1e-5;
    const [middle, ahead, behind] = [await at(0), await at(h), await at(-h)];
    const difference = (ahead.value.data[0] - behind.value.data[0]) / (2 * h);
    expect(Math.abs(middle.slope.data[0] / difference - 1)).toBeLessThan(1e-5);
  });

  it("beats an explicit Euler step with the exact score on densities that it has not seen", async () => {
    const { flow, family, architecture } = smallProblem(1);
    const trained = await train(engine, { flow, family, architecture, iterations: 150 });
    const system = ornsteinUhlenbeck({ stiffness: [[1]], diffusion: 1 });
    const evaluate = fieldEvaluator(engine, { flow, architecture, parameters: trained });
    const errors = { operator: [] as number[], euler: [] as number[] };
    for (let i = 0; i < 8; i++) {
      const deviation = 0.35 + 0.1 * i;
      const rho = gaussian({ mean: [0.5 * i - 2], covariance: [[deviation ** 2]] });
      const cloud = sampleCloud(rho, foldIn(keyFrom(20), i), 512);
      const [{ cloud: moved }] = await stepClouds({ flow, evaluate, context: 256 }, [
        { cloud, state: initialOperatorState(cloud, keyFrom(21)) },
      ]);
      const points = Float64Array.from(cloud.positions);
      const exact = applyAffine(system.jkoStep(rho, flow.tau).map, points);
      errors.operator.push(unexplainedVariance(moved.positions, exact, 1));
      errors.euler.push(
        unexplainedVariance(applyAffine(system.eulerStep(rho, flow.tau).map, points), exact, 1),
      );
    }
    const worst = (values: number[]) => Math.max(...values);
    expect(worst(errors.operator)).toBeLessThan(worst(errors.euler) / 3);
    expect(worst(errors.operator)).toBeLessThan(1);
  });

  it("leaves everything as it was where the gradient is not finite", async () => {
    const { flow, architecture } = smallProblem(1);
    const state = initialTrainingState(architecture, keyFrom(0));
    const step = engine.jit(trainingIteration(flow, architecture, { clip: 1 }));
    const size = [state.parameters.length];
    const arrays = {
      parameters: ndarray(state.parameters, size),
      first: ndarray(state.first, size),
      second: ndarray(state.second, size),
      average: ndarray(state.average, size),
    };
    const block = (n: number, shift: number) => ({
      positions: ndarray(
        Float32Array.from(normals(keyFrom(n), n), (x) => x + shift),
        [1, n, 1],
      ),
      logDensity: ndarray(new Float32Array(n), [1, n]),
    });
    const batch = { context: block(16, 0), queries: block(8, Number.NaN) };
    const output = await step(arrays, batch, { rate: scalar(1e-3), averaging: scalar(0.5) });
    expect(Number.isFinite(output.norm.data[0])).toBe(false);
    expect(Array.from(output.state.parameters.data)).toEqual(Array.from(state.parameters));
    expect(Array.from(output.state.first.data)).toEqual(Array.from(state.first));
  });
});

/** Two rounds by hand: initial densities, then a short roll-out with what was learnt. */
async function train(
  engine: Engine,
  job: ReturnType<typeof smallProblem> & { readonly iterations: number },
): Promise<Float32Array> {
  const { flow, family, architecture, iterations } = job;
  const key = keyFrom(3);
  const step = engine.jit(trainingIteration(flow, architecture, { clip: 1 }));
  const start = initialTrainingState(architecture, key);
  const size = [start.parameters.length];
  let state = {
    parameters: ndarray(start.parameters, size),
    first: ndarray(start.first, size),
    second: ndarray(start.second, size),
    average: ndarray(start.average, size),
  };
  const rate = cosineSchedule({ peak: 5e-3, warmup: 5, total: iterations });
  const shape = { dimension: flow.dimension, densities: 8, context: 192, queries: 64 };
  for (const horizon of [0, 3]) {
    const evaluate = fieldEvaluator(engine, {
      flow,
      architecture,
      parameters: Float32Array.from(state.average.data),
    });
    const { snapshots } = await generateTrajectories({ flow, evaluate, context: 192 }, family, {
      densities: 32,
      particles: 512,
      steps: horizon,
      snapshots: 3,
      key: foldIn(key, horizon),
    });
    for (let i = 0; i < iterations / 2; i++) {
      const t = (horizon === 0 ? 0 : iterations / 2) + i;
      const batch = await drawBatch({ pool: memoryPool(snapshots), family }, shape, {
        key: foldIn(foldIn(key, "batch"), t),
      });
      const schedule = {
        rate: scalar(adamRate(rate(t), t + 1)),
        averaging: scalar(Math.min(0.95, t / (t + 10))),
      };
      state = (await step(state, batch, schedule)).state as typeof state;
    }
  }
  return Float32Array.from(state.average.data);
}
