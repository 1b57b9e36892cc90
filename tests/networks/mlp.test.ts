import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { componentsFirst, type Dual, jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { gradientField, gradientFieldSpecs } from "../../src/networks/gradientField.ts";
import { mlp, mlpSpecs } from "../../src/networks/mlp.ts";
import {
  initialParameters,
  layoutOf,
  type ParameterSpecs,
  type Parameters,
  unpack,
} from "../../src/networks/parameters.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

interface Row {
  readonly specs: ParameterSpecs;
  readonly field: (parameters: Parameters, z: tf.Tensor3D) => Dual;
}

const gradient = (dimension: number): Row => {
  const shape = { dimension, width: 7 };
  return { specs: gradientFieldSpecs(shape), field: (parameters, z) => gradientField(parameters, shape, z) };
};
const perceptron = (dimension: number, hidden: readonly number[], skip: boolean): Row => {
  const shape = { dimension, hidden, skip };
  return { specs: mlpSpecs(shape), field: (parameters, z) => mlp(parameters, shape, z) };
};

describe.each([
  ["the gradient field in 1-D", 1, gradient(1)],
  ["the gradient field in 2-D", 2, gradient(2)],
  ["the gradient field in 3-D", 3, gradient(3)],
  ["the perceptron in 1-D", 1, perceptron(1, [9], false)],
  ["the perceptron in 2-D", 2, perceptron(2, [8, 6], true)],
  ["the perceptron in 3-D", 3, perceptron(3, [5, 6, 4], true)],
] as const)("%s", (name, d, { specs, field }) => {
  const count = 4;
  const points = normals(keyFrom(d), count * d);
  const evaluate = (flat: Float32Array, z: Float64Array) =>
    tf.tidy(() => {
      const parameters = unpack(layoutOf(specs), tf.tensor1d(flat));
      const dual = field(parameters, componentsFirst(tf.tensor3d(Float32Array.from(z), [1, count, d])));
      return {
        value: particlesFirst(dual.value).dataSync(),
        tangent: jacobians(dual).dataSync(),
        shape: dual.tangent.shape,
      };
    });
  const initial = initialParameters(specs, keyFrom(1));
  const noise = normals(keyFrom(2), initial.length);
  const strong = initial.map((value, i) => value + 0.4 * noise[i]);

  it("vanishes at the start", () => {
    const { value, tangent } = evaluate(initial, points);
    expect(Math.max(...value.map(Math.abs), ...tangent.map(Math.abs))).toBe(0);
  });

  it("carries its exact Jacobian", () => {
    const h = 5e-3;
    const { tangent, shape } = evaluate(strong, points);
    expect(shape).toEqual([d, d, 1, count]);
    for (let k = 0; k < d; k++) {
      const [ahead, behind] = [h, -h].map(
        (s) =>
          evaluate(
            strong,
            points.map((x, i) => (i % d === k ? x + s : x)),
          ).value,
      );
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < d; j++) {
          const difference = (ahead[i * d + j] - behind[i * d + j]) / (2 * h);
          expect(Math.abs(tangent[(i * d + k) * d + j] - difference)).toBeLessThan(
            2e-3 * (1 + Math.abs(difference)),
          );
        }
      }
    }
  });

  if (name.startsWith("the gradient")) {
    it("is a gradient: its Jacobian is symmetric", () => {
      const { tangent } = evaluate(strong, points);
      for (let i = 0; i < count * d * d; i++) {
        const [block, k, j] = [Math.floor(i / (d * d)), Math.floor(i / d) % d, i % d];
        expect(Math.abs(tangent[i] - tangent[block * d * d + j * d + k])).toBeLessThan(1e-5);
      }
    });
  }
});
