import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy } from "../../src/energies/internalEnergy.ts";
import { type GradientFlow, gradientFlow, movedCoordinates } from "../../src/jko/flow.ts";
import { type FieldNetwork, fieldSpecs, framedField } from "../../src/jko/perStepField.ts";
import { frameOf } from "../../src/jko/perStepFrame.ts";
import { perStepFunctions } from "../../src/jko/perStepPrograms.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { wasserstein } from "../../src/mobilities/mobility.ts";
import { type Dual, jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { initialParameters, layoutOf, unpack } from "../../src/networks/parameters.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { collisions } from "../../src/systems/kinetic/flow.ts";

const space = (d: number): GradientFlow =>
  gradientFlow({
    name: `R^${d}`,
    dimension: d,
    energy: freeEnergy({ internal: entropy(1) }),
    mobility: wasserstein,
    tau: 0.1,
  });
const phase = (positions: number, velocities: number, period?: number): GradientFlow =>
  collisions({
    name: "phase space",
    space: phaseSpace({ positions, velocities, ...(period === undefined ? {} : { period }) }),
    strength: 1,
    temperature: 1,
    tau: 0.1,
    logDeterminant: "exact",
  });
const circle: GradientFlow = { ...space(1), torus: { coordinates: { start: 0, count: 1 }, period: 5 } };

const gradient = { form: "gradient", width: 7 } as const;
const rows: readonly (readonly [string, GradientFlow, FieldNetwork])[] = [
  ["a gradient field on the line", space(1), gradient],
  ["a gradient field in the plane", space(2), gradient],
  ["a gradient field in space", space(3), gradient],
  ["a gradient field in velocities", phase(2, 2), gradient],
  ["a gradient field in velocities over a torus", phase(1, 3, 4), { ...gradient, harmonics: 2 }],
  ["an affine field in the plane", space(2), { form: "affine" }],
  ["an affine field in velocities", phase(1, 1), { form: "affine" }],
  ["a perceptron on the line", space(1), { form: "mlp", hidden: [9], skip: false }],
  ["a perceptron in the plane", space(2), { form: "mlp", hidden: [8, 6], activation: "silu" }],
  ["a residual perceptron in space", space(3), { form: "mlp", hidden: [6, 6, 6], residual: true }],
  ["a perceptron in ten dimensions", space(10), { form: "mlp", hidden: [12, 12] }],
  ["a perceptron in velocities", phase(2, 2), { form: "mlp", hidden: [8, 8], activation: "leakyRelu" }],
  ["a perceptron in velocities over a torus", phase(1, 3, 4), { form: "mlp", hidden: [8] }],
  ["leaky ReLU in ten dimensions", space(10), { form: "mlp", hidden: [12, 12], activation: "leakyRelu" }],
  ["leaky ReLU on the circle", circle, { form: "mlp", hidden: [8], activation: "leakyRelu", harmonics: 2 }],
  ["a perceptron on the circle", circle, { form: "mlp", hidden: [8, 8], harmonics: 2 }],
];

const count = 5;
const cloudOf = ({ dimension }: GradientFlow): Cloud => ({
  dimension,
  count,
  positions: normals(keyFrom(dimension), count * dimension),
  logDensity: new Float64Array(count),
});

/** A field with random parameters, on rows of particles. */
function fieldOn(flow: GradientFlow, network: FieldNetwork) {
  const specs = fieldSpecs(flow, network);
  const initial = initialParameters(specs, keyFrom(1));
  const noise = normals(keyFrom(2), initial.length);
  const strong = initial.map((value, i) => value + 0.4 * noise[i]);
  const frame = frameOf(flow, cloudOf(flow), 0.2);
  const tensor = (part: "shift" | "radius" | "reach") =>
    tf.tensor3d(frame[part].data as Float32Array, frame[part].shape as [number, number, number]);
  return (parameters: "initial" | "strong", positions: Float64Array) =>
    tf.tidy(() => {
      const flat = unpack(layoutOf(specs), tf.tensor1d(parameters === "initial" ? initial : strong));
      const tensors = { shift: tensor("shift"), radius: tensor("radius"), reach: tensor("reach") };
      const x = tf.tensor3d(Float32Array.from(positions), [1, count, flow.dimension]);
      const { value, tangent } = framedField(flow, network)(flat, tensors, x);
      const everywhere = tf.add(tangent, tf.zeros([1, 1, 1, count]));
      const dual = { value, tangent: everywhere } as Dual;
      return { value: particlesFirst(value).dataSync(), tangent: jacobians(dual).dataSync() };
    });
}

describe.each(rows)("%s", (name, flow, network) => {
  const field = fieldOn(flow, network);
  const { positions } = cloudOf(flow);
  const { start, count: d } = movedCoordinates(flow);
  const D = flow.dimension;

  it("vanishes at the start", () => {
    const { value, tangent } = field("initial", positions as Float64Array);
    expect(Math.max(...value.map(Math.abs), ...tangent.map(Math.abs))).toBe(0);
  });

  it("carries its exact Jacobian along the coordinates that move", () => {
    const h = 2e-3;
    const { tangent } = field("strong", positions as Float64Array);
    const size = Math.max(...tangent.map(Math.abs));
    expect(tangent.length).toBe(count * d * d);
    for (let k = 0; k < d; k++) {
      const [ahead, behind] = [h, -h].map(
        (s) =>
          field(
            "strong",
            Float64Array.from(positions, (x, i) => (i % D === start + k ? x + s : x)),
          ).value,
      );
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < d; j++) {
          const difference = (ahead[i * d + j] - behind[i * d + j]) / (2 * h);
          expect(Math.abs(tangent[(i * d + k) * d + j] - difference)).toBeLessThan(4e-3 * size + 1e-4);
        }
      }
    }
  });

  if (name.startsWith("a gradient")) {
    it("is a gradient: its Jacobian is symmetric", () => {
      const { tangent } = field("strong", positions as Float64Array);
      const size = Math.max(...tangent.map(Math.abs));
      for (let i = 0; i < count * d * d; i++) {
        const [block, k, j] = [Math.floor(i / (d * d)), Math.floor(i / d) % d, i % d];
        expect(Math.abs(tangent[i] - tangent[block * d * d + j * d + k])).toBeLessThan(1e-5 * size);
      }
    });
  }

  if (flow.torus !== undefined) {
    it("is periodic", () => {
      const { coordinates, period } = flow.torus as NonNullable<GradientFlow["torus"]>;
      const [here, there] = [0, period].map(
        (shift) =>
          field(
            "strong",
            Float64Array.from(positions, (x, i) => (i % D === coordinates.start ? x + shift : x)),
          ).value,
      );
      here.forEach((value, i) => {
        expect(value).toBeCloseTo(there[i], 4);
      });
    });
  }
});

it("differentiates a large cloud block by block, with the same result", () => {
  const flow = space(2);
  const network = { form: "mlp", hidden: [100] } as const; // blocks of 1,000 particles
  const size = 3000;
  const specs = fieldSpecs(flow, network);
  const initial = initialParameters(specs, keyFrom(1));
  const noise = normals(keyFrom(2), initial.length);
  const flat = initial.map((value, i) => value + 0.1 * noise[i]);
  const { lossAndGradient } = perStepFunctions(flow, network);
  const points = normals(keyFrom(3), 2 * size);
  const frame = { shift: tf.zeros([1, 1, 2]), radius: tf.ones([1, 1, 2]), reach: tf.fill([1, 1, 1], 0.1) };
  const on = (from: number, to: number) =>
    lossAndGradient(tf.tensor1d(flat), frame as Parameters<typeof lossAndGradient>[1], {
      positions: tf.tensor3d(Float32Array.from(points.subarray(2 * from, 2 * to)), [1, to - from, 2]),
      logDensity: tf.zeros([1, to - from]),
    });
  const whole = on(0, size);
  const thirds = [0, 1, 2].map((k) => on(1000 * k, 1000 * (k + 1)));
  const values = thirds.flatMap(({ values }) => Array.from(values.dataSync()));
  expect(Math.max(...whole.values.dataSync().map((value, i) => Math.abs(value - values[i])))).toBeLessThan(
    1e-6,
  );
  const gradients = thirds.map(({ gradient }) => gradient.dataSync());
  const difference = whole.gradient
    .dataSync()
    .map((g, i) => Math.abs(g - (gradients[0][i] + gradients[1][i] + gradients[2][i]) / 3));
  expect(Math.max(...difference)).toBeLessThan(1e-6);
});
