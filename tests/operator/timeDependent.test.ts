/** @file Operators of flows that depend on the time: the time runs wherever steps follow each other. */

import type * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NdArray, ndarray } from "../../src/engine/array.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { type GradientFlow, later } from "../../src/jko/flow.ts";
import { jkoObjective } from "../../src/jko/objective.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { initialParameters, layoutOf, unpack } from "../../src/networks/parameters.ts";
import { type FieldEvaluator, type FieldRequest, fieldEvaluator } from "../../src/operator/evaluator.ts";
import { exportField, exportOperator } from "../../src/operator/export.ts";
import { generateTrajectories } from "../../src/operator/generate.ts";
import { operatorField, operatorParameters } from "../../src/operator/map.ts";
import { type TrainingJob, trainOperator } from "../../src/operator/rounds.ts";
import { type TrainingBatch, unrolledGains } from "../../src/operator/training.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { polchinski } from "../../src/systems/polchinski/flow.ts";
import { heatKernelSchedule } from "../../src/systems/polchinski/schedules.ts";
import { smallProblem } from "./problem.ts";

const tau = 0.1;
const flow = polchinski({ schedule: heatKernelSchedule([1, 2]), tau });
const { family } = smallProblem(2);
const architecture = { dimension: 2, widths: [0.5], ridge: 0.02, hidden: 6, code: 4, conditions: ["time"] };
const layout = layoutOf(operatorParameters(architecture));
const noise = normals(keyFrom(4), layout.size);
const parameters = initialParameters(operatorParameters(architecture), keyFrom(1)).map(
  (value, i) => value + 0.02 * noise[i],
);

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine("onnx", { threads: 1 });
});
afterAll(() => engine.dispose());

describe("a flow that depends on the time", () => {
  it("is generated with the time running, from where each trajectory begins", async () => {
    const times: number[][] = [];
    const resting: FieldEvaluator = async (requests: readonly FieldRequest[]) => {
      times.push(requests.map(({ conditions }) => conditions?.["time"] as number));
      return requests.map(({ queries: { length } }) => ({
        value: new Float64Array(length),
        jacobian: new Float64Array(2 * length),
        action: new Float64Array(length / 2),
      }));
    };
    const { snapshots } = await generateTrajectories({ flow, evaluate: resting, context: 16 }, family, {
      densities: 2,
      particles: 32,
      steps: 3,
      snapshots: 3,
      ranges: { time: [0.2, 1] },
      key: keyFrom(2),
    });
    const [first] = times;
    expect(first[0]).not.toBe(first[1]);
    times.forEach((row, k) => {
      row.forEach((time, i) => {
        expect(time).toBeCloseTo(first[i] + k * tau, 12);
      });
    });
    for (const { trajectory, step, conditions } of snapshots)
      expect(conditions["time"]).toBeCloseTo(first[trajectory] + step * tau, 12);
  });

  it("moves particles by the mobility of that time", async () => {
    const context = sampleCloud(family.draw(keyFrom(5)), keyFrom(6), 64);
    const there = later(flow, 0.7);
    const field = async (own: GradientFlow, conditions: GradientFlow["conditions"]) => {
      const evaluate = fieldEvaluator(engine, { flow: own, architecture, parameters });
      const request = {
        context,
        queries: context.positions,
        ...(conditions === undefined ? {} : { conditions }),
      };
      return (await evaluate([request]))[0].value;
    };
    const [asked, own, before] = [
      await field(flow, there.conditions),
      await field(there, undefined),
      await field(flow, undefined),
    ];
    for (let k = 0; k < asked.length; k++) expect(asked[k]).toBeCloseTo(own[k], 10);
    expect(Math.abs(asked[0] - before[0])).toBeGreaterThan(1e-3);
  });

  it("is later in the second step of a loss over two", async () => {
    const gains = engine.jit(
      (flat: tf.Tensor1D, batch: TrainingBatch, second: tf.Tensor2D) => {
        const weights = unpack(layout, flat);
        const sum = (from: TrainingBatch, steps: number) =>
          unrolledGains(flow, architecture, { parameters: weights, batch: from, steps });
        const { context, conditions } = batch;
        const bound = (flow.at as NonNullable<typeof flow.at>)(conditions as { time: tf.Tensor2D });
        const moved = (cloud: TrainingBatch["queries"]) => {
          const field = operatorField(flow, architecture, {
            parameters: weights,
            context,
            queries: cloud.positions,
            ...(conditions === undefined ? {} : { conditions }),
          });
          return jkoObjective({ ...bound, tau }, cloud, field).moved;
        };
        const after = {
          context: moved(context),
          queries: moved(batch.queries),
          conditions: { time: second },
        };
        return { both: sum(batch, 2), first: sum(batch, 1), next: sum(after, 1) };
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
    const at = (time: number) => ndarray(Float64Array.of(time), [1, 1]);
    const batch = {
      context: cloud("context", 41),
      queries: cloud("queries", 13),
      conditions: { time: at(0.4) },
    };
    const made = (time: number) =>
      gains(ndarray(Float64Array.from(parameters), [layout.size]), batch, at(time));
    const value = (array: NdArray) => array.data[0];
    const [right, still] = [await made(0.4 + tau), await made(0.4)];
    expect(value(right.both)).toBeCloseTo(value(right.first) + value(right.next), 12);
    expect(Math.abs(value(right.both) - value(still.first) - value(still.next))).toBeGreaterThan(1e-4);
  });

  it("is not exported as a model that would stay at one time", async () => {
    const model = { flow, architecture, parameters };
    await expect(exportOperator(model)).rejects.toThrow(/depends on the time/);
    await expect(exportField(model)).rejects.toThrow(/depends on the time/);
  });

  it("is not learned by an operator that is not told the time", async () => {
    const job = { flow, training: { ranges: {} }, seed: 0 } as unknown as TrainingJob;
    await expect(trainOperator(job)).rejects.toThrow(
      /depends on the time; give training.ranges.time, \[first, last\]/,
    );
  });
});
