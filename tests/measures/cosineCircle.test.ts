/** @file Waves of density around a circle, and starts that are quieter than chance. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosineCircle } from "../../src/measures/cosineCircle.ts";
import { quietStart } from "../../src/measures/quietStart.ts";
import { keyFrom } from "../../src/random/key.ts";
import { twoStream } from "../../src/systems/kinetic/twoStream.ts";
import { kolmogorov, scoreDefect } from "./laws.ts";

const length = 4 * Math.PI;

describe.each([0, 0.05, -0.6, 0.99])("a wave of amplitude %f around a circle", (amplitude) => {
  const wave = cosineCircle({ length, amplitude, mode: 3 });

  it("has mass 1, and its distribution function is that of its density", () => {
    const n = 3000;
    const h = length / n;
    let mass = 0;
    for (let i = 0; i < n; i++) {
      expect(wave.cdf(i * h)).toBeCloseTo(mass, 5);
      mass += h * Math.exp(wave.logDensity(Float64Array.of((i + 0.5) * h))[0]);
    }
    expect(mass).toBeCloseTo(1, 12);
  });

  it("has quantiles that invert the distribution function, inside the circle", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (u) => {
        const x = wave.quantile(u);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThan(length);
        expect(wave.cdf(x)).toBeCloseTo(u, 12);
      }),
      { seed: 2, examples: [[0], [1], [0.5]] },
    );
  });

  it("has samples of its law and the score of its density", () => {
    expect(kolmogorov(wave.sample(keyFrom(3), 20_000), wave.cdf)).toBeLessThan(1.95);
    expect(scoreDefect(wave, wave.sample(keyFrom(4), 100), 1e-5)).toBeLessThan(1e-7);
  });
});

describe("a quiet start", () => {
  const streams = twoStream({
    length,
    amplitude: 0.3,
    mode: 1,
    speed: 1.5,
    deviation: 0.5,
    transverse: [0.8, 1],
  });
  const d = streams.dimension;
  const column = (points: Float64Array, a: number) => points.filter((_, k) => k % d === a);

  it("has the marginals of the product, much more closely than chance", () => {
    const points = quietStart(streams, keyFrom(5), 4096);
    streams.factors.forEach((factor, a) => {
      expect(kolmogorov(column(points, a), factor.cdf)).toBeLessThan(0.2);
    });
    expect(kolmogorov(column(streams.sample(keyFrom(5), 4096), 1), streams.factors[1].cdf)).toBeGreaterThan(
      0.4,
    );
  });

  it("is quiet in combinations of coordinates too, and stays so when particles stream", () => {
    const mode = (points: Float64Array, t: number) => {
      let [re, im] = [0, 0];
      for (let i = 0; i < points.length; i += d) {
        // Fine waves across the beams, at places where the particles stream to.
        const phase = 0.5 * 3 * (points[i] + t * points[i + 1]);
        re += Math.cos(phase);
        im += Math.sin(phase);
      }
      return (Math.hypot(re, im) * d) / points.length;
    };
    const count = 4096;
    const quiet = [6, 7, 8].map((seed) => mode(quietStart(streams, keyFrom(seed), count), 2));
    const chance = [6, 7, 8].map((seed) => mode(streams.sample(keyFrom(seed), count), 2));
    expect(Math.max(...quiet)).toBeLessThan(0.1 / Math.sqrt(count));
    expect(Math.max(...chance)).toBeGreaterThan(0.5 / Math.sqrt(count));
  });

  it("depends on its key alone", () => {
    expect(quietStart(streams, keyFrom(9), 100)).toEqual(quietStart(streams, keyFrom(9), 100));
    expect(quietStart(streams, keyFrom(9), 100)).not.toEqual(quietStart(streams, keyFrom(10), 100));
  });
});
