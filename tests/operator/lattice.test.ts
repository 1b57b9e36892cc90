import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import { sampleCloud } from "../../src/measures/cloud.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import { fieldLattice, interpolate, type Lattice, nodesAround } from "../../src/operator/lattice.ts";
import { initialTrainingState } from "../../src/operator/rounds.ts";
import { contextOf, initialOperatorState, stepClouds } from "../../src/operator/solver.ts";
import { normals, uniforms } from "../../src/random/draw.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { smallProblem } from "./problem.ts";

type Field = (x: readonly number[]) => number[];

const everything = Number.POSITIVE_INFINITY;

/** A field between the nodes of a lattice, at points. */
function between(lattice: Lattice, points: Float64Array, field: Field) {
  const d = lattice.origin.length;
  const nodes = nodesAround(lattice, points, everything);
  if (nodes === undefined) throw new Error("no nodes");
  const values = Float64Array.from(
    Array.from({ length: nodes.positions.length / d }, (_, i) =>
      field(Array.from(nodes.positions.subarray(i * d, (i + 1) * d))),
    ).flat(),
  );
  return interpolate(nodes, { values, points, moved: { start: 0, count: d } });
}

/** The largest error of the field, and of its Jacobian by `∂f/∂x_k = derivative(x)[k·F + f]`. */
function errors(lattice: Lattice, points: Float64Array, field: Field, derivative: Field) {
  const d = lattice.origin.length;
  const { value, jacobian } = between(lattice, points, field);
  let [inValue, inJacobian] = [0, 0];
  for (let i = 0; i < points.length / d; i++) {
    const x = Array.from(points.subarray(i * d, (i + 1) * d));
    field(x).forEach((exact, k) => {
      inValue = Math.max(inValue, Math.abs(value[i * d + k] - exact));
    });
    derivative(x).forEach((exact, k) => {
      inJacobian = Math.max(inJacobian, Math.abs(jacobian[i * d * d + k] - exact));
    });
  }
  return { inValue, inJacobian };
}

const points = (d: number, count = 300) => uniforms(keyFrom(d), count * d).map((u) => 2 * u - 1);

describe("a field between the nodes of a lattice", () => {
  it("is exact for cubics, with its Jacobian", () => {
    const line = errors(
      { origin: [0.13], spacing: 0.4 },
      points(1),
      ([x]) => [1 + x * (2 - x * (1 + 3 * x))],
      ([x]) => [2 - 2 * x - 9 * x * x],
    );
    const plane = errors(
      { origin: [0.13, -0.4], spacing: 0.4 },
      points(2),
      ([x, y]) => [x ** 3 * y ** 3 - y, x * y * y + 2],
      ([x, y]) => [3 * x * x * y ** 3, y * y, 3 * x ** 3 * y * y - 1, 2 * x * y],
    );
    for (const { inValue, inJacobian } of [line, plane]) {
      expect(inValue).toBeLessThan(1e-6);
      expect(inJacobian).toBeLessThan(2e-6);
    }
  });

  it("is of fourth order, its Jacobian of third", () => {
    const field: Field = ([x, y]) => [Math.sin(2 * x + y), Math.cos(x - 2 * y)];
    const derivative: Field = ([x, y]) => [
      2 * Math.cos(2 * x + y),
      -Math.sin(x - 2 * y),
      Math.cos(2 * x + y),
      2 * Math.sin(x - 2 * y),
    ];
    const [coarse, fine] = [0.4, 0.2].map((spacing) =>
      errors({ origin: [0, 0], spacing }, points(2, 3000), field, derivative),
    );
    expect(Math.log2(coarse.inValue / fine.inValue)).toBeGreaterThan(3.7);
    expect(Math.log2(coarse.inJacobian / fine.inJacobian)).toBeGreaterThan(2.7);
    expect(coarse.inValue).toBeLessThan((2 * 0.4 ** 4 * 25) / 384);
  });

  it("has the Jacobian of itself, not of what it interpolates", () => {
    const lattice = { origin: [0, 0], spacing: 1 };
    const noise: Field = ([x, y]) => [Math.sin(127 * x + 311 * y), Math.cos(269 * x - 183 * y)];
    const at = points(2, 50);
    const { jacobian } = between(lattice, at, noise);
    const h = 2 ** -8;
    for (let k = 0; k < 2; k++) {
      const [before, after] = [-h, h].map(
        (step) =>
          between(
            lattice,
            Float64Array.from(at, (x, i) => (i % 2 === k ? x + step : x)),
            noise,
          ).value,
      );
      for (let i = 0; i < 50; i++) {
        // Where the three points are in one cell; across an edge second derivatives jump.
        if (Math.floor(at[2 * i + k] - h) !== Math.floor(at[2 * i + k] + h)) continue;
        for (let f = 0; f < 2; f++) {
          const slope = (after[2 * i + f] - before[2 * i + f]) / (2 * h);
          expect(Math.abs(jacobian[4 * i + 2 * k + f] - slope)).toBeLessThan(5e-4);
        }
      }
    }
  });

  it("does not depend on where else it is wanted, and is continuous with its Jacobian", () => {
    const lattice = { origin: [0.1, 0.2], spacing: 0.5 };
    const field: Field = ([x, y]) => [Math.exp(-x * x - y), Math.sin(3 * x) * y];
    const all = points(2);
    const alone = between(lattice, all.slice(0, 2), field);
    const together = between(lattice, all, field);
    expect(Array.from(alone.value)).toEqual(Array.from(together.value).slice(0, 2));
    expect(Array.from(alone.jacobian)).toEqual(Array.from(together.jacobian).slice(0, 4));
    const edge = [0.1 - 1e-9, 0.3, 0.1 + 1e-9, 0.3, 0.4, 0.7 - 1e-9, 0.4, 0.7 + 1e-9];
    const { value, jacobian } = between(lattice, Float64Array.from(edge), field);
    for (const i of [0, 2]) {
      for (let f = 0; f < 2; f++) expect(value[2 * i + f]).toBeCloseTo(value[2 * (i + 1) + f], 6);
      for (let k = 0; k < 4; k++) expect(jacobian[4 * i + k]).toBeCloseTo(jacobian[4 * (i + 1) + k], 6);
    }
  });

  it("is given up where there are too many nodes, or a point that is nowhere", () => {
    const lattice = { origin: [0, 0], spacing: 0.1 };
    expect(nodesAround(lattice, points(2), 300)).toBeUndefined();
    expect(nodesAround(lattice, Float64Array.of(0, 0, 1e9, 1e9), everything)).toBeUndefined();
    for (const nowhere of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(nodesAround(lattice, Float64Array.of(0, 0, nowhere, 0), everything)).toBeUndefined();
    expect(nodesAround(lattice, Float64Array.of(0.05, 0.05), 36)?.positions).toHaveLength(72);
    expect(nodesAround({ ...lattice, origin: [0] }, Float64Array.of(0.05), 6)?.positions).toHaveLength(6);
  });
});

describe("the operator on a lattice", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("onnx", { threads: 1 });
  });
  afterAll(async () => {
    await engine.dispose();
  });

  /** An operator as good as any: what is to be found between nodes is not a matter of training. */
  function example(dimension: number, count: number) {
    const { flow, family, architecture } = smallProblem(dimension);
    const { parameters } = initialTrainingState(architecture, keyFrom(0));
    const spread = Float32Array.from(
      normals(keyFrom(5), parameters.length),
      (x, i) => parameters[i] + 0.05 * x,
    );
    const model = { flow, architecture, parameters: spread };
    const [own, particles, order] = split(keyFrom(1), 3);
    const cloud = sampleCloud(family.draw(own), particles, count);
    return { model, cloud, item: { cloud, state: initialOperatorState(cloud, order) } };
  }

  for (const dimension of [1, 2]) {
    it(`moves particles as the network does, in ${dimension === 1 ? "one dimension" : "two"}`, async () => {
      const { model, item, cloud } = example(dimension, 6000);
      const context = contextOf(cloud, item.state, 512);
      const nodes = nodesAround(fieldLattice(model, context) as Lattice, cloud.positions, cloud.count / 2);
      expect(nodes).toBeDefined();
      const [direct, spared] = await Promise.all(
        [false, true].map((lattice) =>
          stepClouds(
            { flow: model.flow, evaluate: fieldEvaluator(engine, model, { lattice }), context: 512 },
            [item],
          ),
        ),
      );
      const off = (of: "positions" | "logDensity", from: ArrayLike<number>) =>
        Math.sqrt(
          Float64Array.from(spared[0].cloud[of]).reduce((sum, x, i) => sum + (x - from[i]) ** 2, 0) /
            cloud.count,
        );
      expect(off("positions", direct[0].cloud.positions)).toBeGreaterThan(0);
      expect(off("positions", direct[0].cloud.positions)).toBeLessThan(
        4e-3 * off("positions", cloud.positions),
      );
      expect(off("logDensity", direct[0].cloud.logDensity)).toBeLessThan(0.01);
    });
  }

  it("asks the network itself about few particles, about those of other dimensions, and where it is told to", async () => {
    const { model, cloud, item } = example(2, 600);
    const context = contextOf(cloud, item.state, 256);
    const request = [{ context, queries: cloud.positions }];
    const [few] = await fieldEvaluator(engine, model)(request);
    const [told] = await fieldEvaluator(engine, model, { lattice: false })(request);
    expect(few.value).toEqual(told.value);
    expect(fieldLattice({ ...model, flow: smallProblem(3).flow }, context)).toBeUndefined();
  });
});
