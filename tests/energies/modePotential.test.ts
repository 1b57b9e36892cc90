/** @file A quadratic potential whose stiffnesses are tensors: every cloud of a batch in a well of its own. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { modePotential } from "../../src/energies/modePotential.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

const stiffnesses = [
  [0.5, 2],
  [3, 0],
];
const points = normals(keyFrom(1), 2 * 4 * 2);

describe.each([
  ["axes", {}],
  ["modes", { modes: randomRotation(keyFrom(2), 2) }],
])("a potential by %s", (_name, options) => {
  const together = modePotential({ stiffnesses: tf.tensor2d(stiffnesses), ...options });

  it("has the values of the potentials with its numbers", () => {
    const values = together
      .tensor(tf.tensor3d(Float32Array.from(points), [2, 4, 2]))
      .arraySync() as number[][];
    values.forEach((row, b) => {
      const own = modePotential({ stiffnesses: stiffnesses[b], ...options });
      row.forEach((value, i) => {
        const x = points.subarray((4 * b + i) * 2, (4 * b + i + 1) * 2);
        expect(Math.abs(value - own.value(x))).toBeLessThan(1e-5);
      });
    });
  });

  it("has no Float64 side", () => {
    expect(() => together.value([0, 0])).toThrow("modePotential: a potential of tensors has no Float64 side");
  });
});
