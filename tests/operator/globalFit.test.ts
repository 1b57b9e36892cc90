import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { addDuals, affineFrame, componentsFirst, scaleDual } from "../../src/networks/dual.ts";
import { fitGlobally, polynomialSlope } from "../../src/operator/globalFit.ts";
import { normals } from "../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";

tf.enableProdMode(); // silences the banner

/** `V = Σ x⁴` at points, and `∇V` as a dual: something that no polynomial of degree two reproduces. */
const quartic = (points: tf.Tensor3D) => tf.sum(tf.pow(points, 4), -1) as tf.Tensor2D;
function quarticSlope(points: tf.Tensor3D) {
  const d = points.shape[2];
  const second = tf.mul(12, tf.square(points)) as tf.Tensor3D;
  return {
    value: componentsFirst(tf.mul(4, tf.pow(points, 3))),
    tangent: tf.mul(
      tf.expandDims(componentsFirst(second), 1),
      tf.reshape(tf.eye(d), [d, d, 1, 1]),
    ) as tf.Tensor4D,
  };
}

describe.each([1, 2, 3, 5, 10])("the global fit in dimension %i", (d) => {
  const count = 600;
  const sample = (label: string, n: number) =>
    tf.tensor3d(Float32Array.from(normals(foldIn(keyFrom(d), label), n * d)), [1, n, d]);
  const points = sample("context", count);
  const queries = sample("queries", 7);
  const frame = affineFrame(queries, tf.zeros([d, 1, 1]), tf.ones([1, 1, 1]));
  const slope = tf.tensor1d(Float32Array.from({ length: d }, (_, k) => 1 - 0.3 * k));
  const centred = (values: tf.Tensor) => tf.sub(values, tf.mean(values, 1, true)) as tf.Tensor2D;
  /** `b·x + x_0² + x_0 x_1 − V/2`. */
  const mixed = d > 1 ? 1 : 0;
  const axis = (x: tf.Tensor3D, k: number) => tf.squeeze(tf.slice(x, [0, 0, k], [-1, -1, 1]), [2]);
  const mu = (x: tf.Tensor3D) =>
    tf.addN([
      tf.sum(tf.mul(x, slope), -1),
      tf.square(axis(x, 0)),
      tf.mul(mixed, tf.mul(axis(x, 0), axis(x, Math.min(1, d - 1)))),
      tf.mul(-0.5, quartic(x)),
    ]) as tf.Tensor2D;

  it("leaves nothing of what it can express", () => {
    const chemicalPotential = centred(mu(points));
    const { residual } = fitGlobally({
      points: componentsFirst(points),
      chemicalPotential,
      potential: quartic(points),
    });
    const size = (values: tf.Tensor) => tf.sqrt(tf.mean(tf.square(values))).dataSync()[0];
    // The ridge of 1e-3 keeps a little back.
    expect(size(residual) / size(chemicalPotential)).toBeLessThan(5e-3);
  });

  it("has the slope of what it expresses, with its exact Jacobian", () => {
    const { fit } = fitGlobally({
      points: componentsFirst(points),
      chemicalPotential: centred(mu(points)),
      potential: quartic(points),
    });
    const at = (x: tf.Tensor3D) =>
      addDuals(
        polynomialSlope(fit, { ...frame, value: componentsFirst(x) }),
        scaleDual(quarticSlope(x), fit.potential),
      );
    const found = at(queries);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(mu(x as tf.Tensor3D)))(queries);
    const expected = componentsFirst(gradient as tf.Tensor3D);
    const difference = tf.max(tf.abs(tf.sub(found.value, expected))).dataSync()[0];
    expect(difference / tf.max(tf.abs(expected)).dataSync()[0]).toBeLessThan(1e-2);
    const h = 1e-2;
    for (let k = 0; k < d; k++) {
      const step = tf.mul(h, tf.slice(tf.eye(d), [k, 0], [1, d]));
      const [ahead, behind] = [tf.add(queries, step), tf.sub(queries, step)].map(
        (x) => at(x as tf.Tensor3D).value,
      );
      const tangent = tf.squeeze(tf.slice(found.tangent, [0, k, 0, 0], [-1, 1, -1, -1]), [1]);
      const error = tf.max(tf.abs(tf.sub(tf.div(tf.sub(ahead, behind), 2 * h), tangent))).dataSync()[0];
      expect(error).toBeLessThan(2e-2);
    }
  });

  it("is zero where the chemical potential is constant", () => {
    const { fit, residual } = fitGlobally({
      points: componentsFirst(points),
      chemicalPotential: tf.zeros([1, count]),
      potential: quartic(points),
    });
    for (const part of [residual, fit.linear, fit.quadratic, fit.potential]) {
      expect(tf.max(tf.abs(part)).dataSync()[0]).toBe(0);
    }
  });
});
