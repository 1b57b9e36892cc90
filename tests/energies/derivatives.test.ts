import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { force, hessian } from "../../src/energies/derivatives.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";

it("differentiates a potential that is another for every density of a batch", () => {
  const [batch, n, d] = [3, 4, 2];
  const strengths = [0.5, 1, 3];
  const x = normals(keyFrom(1), batch * n * d);
  const positions = tf.tensor3d(Float32Array.from(x), [batch, n, d]);
  // V = s x₁³x₂, with a strength s of its own for each density.
  const potential = (at: tf.Tensor) => {
    const [a, b] = [0, 1].map((k) => tf.squeeze(tf.slice(at, [0, 0, k], [-1, -1, 1]), [2]));
    return tf.mul(tf.mul(tf.pow(a, 3), b), tf.tensor2d(strengths, [batch, 1]));
  };
  const pull = force(potential, positions);
  const [[aa], [ba, bb]] = hessian(potential, positions);
  const found = [pull.value, pull.tangent, ...[aa, ba, bb].flatMap(({ value, tangent }) => [value, tangent])];
  const exact = (s: number, a: number, b: number) =>
    [
      [-3 * a * a * b, -(a ** 3)],
      [-6 * a * b, -3 * a * a, -3 * a * a, 0],
      [6 * a * b],
      [6 * b, 6 * a],
      [3 * a * a],
      [6 * a, 0],
      [0],
      [0, 0],
    ].map((part) => part.map((value) => s * value));
  for (const [k, tensor] of found.entries()) {
    const values = tensor.dataSync();
    for (let i = 0; i < batch * n; i++) {
      const expected = exact(strengths[Math.floor(i / n)], x[2 * i], x[2 * i + 1])[k];
      for (const [component, value] of expected.entries())
        expect(values[component * batch * n + i]).toBeCloseTo(value, 4);
    }
  }
});
