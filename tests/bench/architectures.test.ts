/** @file Laws of the forms that the study of architectures compares. */

import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { variants } from "../../bench/architectures/variants.ts";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { type Engine, openEngine } from "../../src/engine/engine.ts";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { initialParameters, layoutOf, unpack } from "../../src/networks/parameters.ts";
import { fieldEvaluator } from "../../src/operator/evaluator.ts";
import type { Architecture } from "../../src/operator/form.ts";
import { encodeDensity, operatorField, operatorParameters } from "../../src/operator/map.ts";
import { trainingGradient } from "../../src/operator/training.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom, split } from "../../src/random/key.ts";
import { aggregation } from "../../src/systems/aggregation/flow.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";

tf.enableProdMode(); // silences the banner

const flow = fokkerPlanck({
  dimension: 2,
  potential: doubleWellPotential({ dimension: 2, height: 0.25, halfWidth: 1 }),
  diffusion: 1,
  tau: 0.1,
});
const sizes = { dimension: 2, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 8, code: 8 };
const [contextKey, queryKey] = split(keyFrom(3), 2);
const rho = gaussianMixture({
  weights: [0.6, 0.4],
  means: [
    [-0.8, 0.3],
    [1, -0.2],
  ],
  deviations: [0.5, 0.4],
});
const context = rho.sample(contextKey, 96);
const queries = rho.sample(queryKey, 5);

/** Weights far from their gentle start, so that every term of the Jacobian counts. */
function strongWeights(architecture: Architecture) {
  const specs = operatorParameters(architecture);
  const noise = normals(keyFrom(2), layoutOf(specs).size);
  return initialParameters(specs, keyFrom(1)).map((value, i) => value + 0.2 * noise[i]);
}

function field(
  architecture: Architecture,
  at: {
    readonly flow?: GradientFlow;
    readonly context?: Float64Array;
    readonly logDensity?: Float64Array;
    readonly queries?: Float64Array;
  },
) {
  const particles = at.context ?? context;
  const logDensity = at.logDensity ?? rho.logDensity(particles);
  const points = at.queries ?? queries;
  return tf.tidy(() => {
    const dual = operatorField(at.flow ?? flow, architecture, {
      parameters: unpack(
        layoutOf(operatorParameters(architecture)),
        tf.tensor1d(strongWeights(architecture)),
      ),
      context: {
        positions: tf.tensor3d(Float32Array.from(particles), [1, logDensity.length, 2]),
        logDensity: tf.tensor2d(Float32Array.from(logDensity), [1, logDensity.length]),
      },
      queries: tf.tensor3d(Float32Array.from(points), [1, points.length / 2, 2]),
    });
    return { value: particlesFirst(dual.value).dataSync(), tangent: jacobians(dual).dataSync() };
  });
}

const largest = (values: ArrayLike<number>) => Math.max(...Array.from(values, Math.abs));

/** Holds the tangents of a field against differences of its values. */
function expectExactJacobian(architecture: Architecture, flow: GradientFlow) {
  const step = 1e-2;
  const { tangent } = field(architecture, { flow });
  expect(largest(tangent)).toBeGreaterThan(0.1);
  for (let k = 0; k < 2; k++) {
    const [ahead, behind, farAhead, farBehind] = [1, -1, 2, -2].map((h) => {
      const shifted = queries.map((x, i) => (i % 2 === k ? x + h * step : x));
      return field(architecture, { flow, queries: shifted }).value;
    });
    for (let i = 0; i < 10; i++) {
      const difference = (8 * (ahead[i] - behind[i]) - (farAhead[i] - farBehind[i])) / (12 * step);
      const exact = tangent[(Math.floor(i / 2) * 2 + k) * 2 + (i % 2)];
      // Differences of fourth order of float32 values: 1e-6/step of rounding.
      expect(Math.abs(exact - difference)).toBeLessThan(2e-3 * (1 + Math.abs(difference)));
    }
  }
}

describe.each(variants)("$label", ({ own, isBalanced }) => {
  const architecture: Architecture = { ...sizes, ...own };

  it("carries its exact Jacobian", () => {
    expectExactJacobian(architecture, flow);
  });

  it("does not depend on the order of the context", () => {
    const reversed = context.map((_, i) => context[(95 - Math.floor(i / 2)) * 2 + (i % 2)]);
    const [a, b] = [field(architecture, {}), field(architecture, { context: reversed })];
    a.value.forEach((value, i) => {
      expect(b.value[i]).toBeCloseTo(value, 4);
    });
  });

  it("rests at the steady state exactly where it is said to be well balanced", () => {
    const quadratic = quadraticPotential({ matrix: identity(2) });
    const steady = gaussian({ mean: [0, 0], covariance: identity(2) });
    const points = steady.sample(contextKey, 96);
    const own = fokkerPlanck({ dimension: 2, potential: quadratic, diffusion: 1, tau: 0.1 });
    const { value } = field(architecture, {
      flow: own,
      context: points,
      logDensity: steady.logDensity(points),
    });
    expect(largest(value) < 1e-4).toBe(isBalanced);
  });
});

it("forces of a singular interaction enter the gates with their exact Jacobian", () => {
  const terms = [
    { coefficient: 1, power: 2 },
    { coefficient: -1, power: 0 },
    { coefficient: 0.5, power: 1 },
  ];
  const flow = aggregation({ dimension: 2, interaction: powerInteraction({ terms }), tau: 0.1 });
  const own = variants.find(({ name }) => name === "forces")?.own;
  expectExactJacobian({ ...sizes, ...own }, flow);
});

it.each(variants.filter(({ isGradient }) => isGradient))("$label has a symmetric Jacobian", ({ own }) => {
  const { tangent } = field({ ...sizes, ...own }, {});
  for (let i = 0; i < 5; i++) expect(tangent[4 * i + 1]).toBeCloseTo(tangent[4 * i + 2], 4);
});

it("a free displacement is no longer than a radius along each axis, however far away it starts", () => {
  const far = queries.map((x) => 100 * x);
  const own = variants.find(({ name }) => name === "free")?.own;
  const { value } = field({ ...sizes, ...own }, { queries: far });
  const mean = (k: number) => context.reduce((sum, x, i) => sum + (i % 2 === k ? x / 96 : 0), 0);
  const square = context.reduce((sum, x, i) => sum + (x - mean(i % 2)) ** 2 / 192, 0);
  expect(largest(value) * flow.tau).toBeGreaterThan(0.1 * Math.sqrt(square));
  expect(largest(value) * flow.tau).toBeLessThan(1.0001 * Math.sqrt(square));
});

describe("the compiled programs", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openEngine("onnx", { threads: 1 });
  });
  afterAll(async () => {
    await engine.dispose();
  });

  it("of all forms are told apart, and do what the forms say", async () => {
    const cloud = { dimension: 2, count: 96, positions: context, logDensity: rho.logDensity(context) };
    for (const { own } of variants) {
      const architecture: Architecture = { ...sizes, ...own };
      const model = { flow, architecture, parameters: strongWeights(architecture) };
      const [{ value }] = await fieldEvaluator(engine, model)([{ context: cloud, queries }]);
      const eager = field(architecture, {});
      for (let i = 0; i < 10; i++) expect(value[i]).toBeCloseTo(eager.value[i], 3);
    }
  });
});

describe("the gradient of the loss", () => {
  it.each(variants.filter(({ name }) => name !== "implicit"))("moves every parameter: $label", ({ own }) => {
    const architecture: Architecture = { ...sizes, ...own };
    const cloud = (points: Float64Array) => ({
      positions: tf.tensor3d(Float32Array.from(points), [1, points.length / 2, 2]),
      logDensity: tf.tensor2d(Float32Array.from(rho.logDensity(points)), [1, points.length / 2]),
    });
    tf.tidy(() => {
      const batch = { context: cloud(context), queries: cloud(queries) };
      const weights = tf.tensor1d(strongWeights(architecture));
      const gradient = trainingGradient(flow, architecture, {})(weights, batch).gradient.dataSync();
      for (const { name, offset, size } of layoutOf(operatorParameters(architecture)).entries) {
        const own = largest(gradient.slice(offset, offset + size));
        expect(own, name).toBeGreaterThan(0);
        expect(own, name).toBeLessThan(1e3);
      }
    });
  });
});

it("attention reads the same tokens from a context in which every particle stands twice", () => {
  const architecture: Architecture = {
    ...sizes,
    ...variants.find(({ name }) => name === "attention")?.own,
  };
  const twice = Float64Array.from([...context, ...context]);
  const [once, doubled] = [context, twice].map((particles) => {
    const inputs = {
      parameters: unpack(
        layoutOf(operatorParameters(architecture)),
        tf.tensor1d(strongWeights(architecture)),
      ),
      context: {
        positions: tf.tensor3d(Float32Array.from(particles), [1, particles.length / 2, 2]),
        logDensity: tf.tensor2d(Float32Array.from(rho.logDensity(particles)), [1, particles.length / 2]),
      },
    };
    return (encodeDensity(flow, architecture, inputs)["modulation"] as tf.Tensor).dataSync();
  });
  once.forEach((value, i) => {
    expect(doubled[i]).toBeCloseTo(value, 4);
  });
});
