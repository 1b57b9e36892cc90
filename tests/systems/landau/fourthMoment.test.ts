import { describe, expect, it } from "vitest";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { normals } from "../../../src/random/draw.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { bkwSolution } from "../../../src/systems/landau/bkw.ts";
import { maxwellFourthMoment } from "../../../src/systems/landau/fourthMoment.ts";

const constant = 0.3;

describe.each([2, 3, 5])("the fourth moment in dimension %i", (d) => {
  const scaled = (s: number): Matrix =>
    Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? s : 0)));

  it("is that of the solution of Bobylev, Krook and Wu", () => {
    const bkw = bkwSolution({ dimension: d, constant, amplitude: 2 / (d + 2) });
    const initial = { covariance: scaled(1), fourth: bkw.fourthMoment(0) };
    for (const time of [0, 0.2, 1]) {
      expect(maxwellFourthMoment(initial, { constant }, time)).toBeCloseTo(bkw.fourthMoment(time), 10);
    }
  });

  it("starts with the rate of the weak form over all pairs of particles", () => {
    const n = 60;
    const raw = normals(keyFrom(d), n * d).map((z, i) => z * (1 + (i % d)));
    const mean = Array.from({ length: d }, (_, k) =>
      raw.reduce((s, v, i) => s + (i % d === k ? v / n : 0), 0),
    );
    const v = Array.from({ length: n }, (_, i) => mean.map((m, k) => raw[i * d + k] - m));
    const dot = (a: readonly number[], b: readonly number[]) => a.reduce((s, x, k) => s + x * b[k], 0);
    const covariance = mean.map((_, a) => mean.map((_, b) => v.reduce((s, x) => s + (x[a] * x[b]) / n, 0)));
    const fourth = v.reduce((s, x) => s + dot(x, x) ** 2 / n, 0);
    // d/dt E φ = E[A(z):∇²φ(v) − 2C(d−1) z·∇φ(v)] with φ = |v|⁴ and z = v − v*.
    let rate = 0;
    for (const x of v) {
      for (const y of v) {
        const z = x.map((value, k) => value - y[k]);
        const [zz, xx, zx] = [dot(z, z), dot(x, x), dot(z, x)];
        const curvature = 4 * xx * (d - 1) * zz + 8 * (zz * xx - zx ** 2);
        rate += (constant * (curvature - 8 * (d - 1) * xx * zx)) / n ** 2;
      }
    }
    const h = 1e-5;
    const at = (time: number) => maxwellFourthMoment({ covariance, fourth }, { constant }, time);
    expect((at(h) - at(-h)) / (2 * h) / rate).toBeCloseTo(1, 7);
  });
});
