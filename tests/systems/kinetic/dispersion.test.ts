/** @file Waves of a plasma against an integral, against tables, and against known growth rates. */

import { describe, expect, it } from "vitest";
import { dielectric, dispersionRoot, fastestWave } from "../../../src/systems/kinetic/dispersion.ts";
import { plasmaDispersion } from "../../../src/systems/kinetic/plasmaDispersion.ts";

const twoStreams = (drift: number, deviation: number, wavenumber = 0.5) => ({
  beams: [-1, 1].map((sign) => ({ weight: 0.5, drift: sign * drift, deviation })),
  wavenumber,
  plasmaFrequency: 1,
});

describe("plasmaDispersion", () => {
  it("is its integral above the real line", () => {
    for (const [a, b] of [
      [0, 1],
      [0.7, 0.6],
      [-2, 0.9],
      [4, 1.5],
    ]) {
      let [re, im] = [0, 0];
      const h = 0.01;
      for (let s = -8; s <= 8; s += h) {
        const weight = (h * Math.exp(-s * s)) / Math.sqrt(Math.PI) / ((s - a) ** 2 + b * b);
        re += weight * (s - a);
        im += weight * b;
      }
      const value = plasmaDispersion([a, b]);
      expect(value[0]).toBeCloseTo(re, 10);
      expect(value[1]).toBeCloseTo(im, 10);
    }
  });

  it("satisfies Z' = −2(1 + ζZ) on both sides of the real line and across it", () => {
    const h = 1e-5;
    for (const [a, b] of [
      [0.3, 0.8],
      [1.2, -0.7],
      [-0.9, -0.1],
      [2, 0],
    ]) {
      const [right, left] = [h, -h].map((s) => plasmaDispersion([a + s, b]));
      const [re, im] = plasmaDispersion([a, b]);
      expect((right[0] - left[0]) / (2 * h)).toBeCloseTo(-2 * (1 + a * re - b * im), 8);
      expect((right[1] - left[1]) / (2 * h)).toBeCloseTo(-2 * (a * im + b * re), 8);
    }
    const [above, below] = [1e-9, -1e-9].map((b) => plasmaDispersion([0.5, b]));
    expect(above[1]).toBeCloseTo(below[1], 8);
  });
});

describe("waves of beams", () => {
  it("two streams grow at the known rates", () => {
    expect(fastestWave(twoStreams(1.5, 0.5)).growth).toBeCloseTo(0.2749, 4);
    expect(fastestWave(twoStreams(1.5, 0.3)).growth).toBeCloseTo(0.322, 3);
    expect(fastestWave(twoStreams(1, 0.3)).growth).toBeCloseTo(0.289, 3);
    expect(fastestWave(twoStreams(2.4, 0.5, 0.2)).growth).toBeCloseTo(0.313, 3);
    expect(fastestWave(twoStreams(2.4, 0.5)).growth).toBeLessThan(0);
  });

  it("a Maxwellian damps waves at the rate of Landau", () => {
    const maxwellian = {
      beams: [{ weight: 1, drift: 0, deviation: 1 }],
      wavenumber: 0.5,
      plasmaFrequency: 1,
    };
    const { frequency, growth } = fastestWave(maxwellian);
    expect(frequency).toBeCloseTo(1.41566, 5);
    expect(growth).toBeCloseTo(-0.15336, 5);
  });

  it("cold beams grow as the cold two-stream instability", () => {
    // ½(ω−kv)⁻² + ½(ω+kv)⁻² = 1 has ω² = k²v² + ½ − √(2k²v² + ¼).
    const a = (0.5 * 1) ** 2;
    const gamma = Math.sqrt(-(a + 0.5 - Math.sqrt(2 * a + 0.25)));
    expect(fastestWave(twoStreams(1, 0.02)).growth).toBeCloseTo(gamma, 3);
  });

  it("Newton's method ends at zeros of the dielectric function", () => {
    const wave = twoStreams(1.5, 0.5);
    const root = dispersionRoot(wave, [0, 0.3]);
    expect(Math.hypot(...dielectric(wave, root ?? [0, 0]))).toBeLessThan(1e-9);
  });
});
