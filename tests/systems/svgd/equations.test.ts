/** @file Equations of SVGD on the line: conservation, positivity, the law of dissipation, rates and the local limit. */

import { describe, expect, it } from "vitest";
import { gaussianKernel, laplaceKernel } from "../../../src/domains/radialKernel.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { exponentialDecay } from "../../../src/metrics/decay.ts";
import type { SteinLine } from "../../../src/systems/svgd/lineGrid.ts";
import { steinLocalLimit } from "../../../src/systems/svgd/localLimit.ts";
import { steinMeanField } from "../../../src/systems/svgd/meanField.ts";
import { steinLocalSpectrum, steinSpectrum } from "../../../src/systems/svgd/spectrum.ts";

const well = { value: (x: number) => (x * x) / 2 };
const line = (cells: number): SteinLine => ({
  potential: well,
  reference: well,
  axis: { low: -6, high: 6, cells },
});
const laplace = (bandwidth: number) => laplaceKernel({ bandwidth, amplitude: 0.5 / bandwidth });
const initial = gaussian({ mean: [0.8], covariance: [[0.64]] });
const Z = Math.sqrt(2 * Math.PI);

/** `V = x⁴/4 − x²/2` over `V₀ = x²/2 − 1`. */
const double: SteinLine = {
  potential: { value: (x) => x ** 4 / 4 - (x * x) / 2 },
  reference: { value: (x) => (x * x) / 2 - 1 },
  axis: { low: -2.2, high: 2.2, cells: 60 },
};
const bumps = gaussianMixture({ weights: [0.8, 0.2], means: [[-1], [0.8]], deviations: [0.4, 0.4] });

const equations = [
  ["local limit", steinLocalLimit(line(100)), initial],
  ["special kernel", steinMeanField(line(100), { kernel: laplace(1), weighted: true }), initial],
  [
    "Gaussian kernel",
    steinMeanField(line(100), { kernel: gaussianKernel({ bandwidth: 1 }), weighted: false }),
    initial,
  ],
  ["local limit, double well", steinLocalLimit(double), bumps],
  ["special kernel, double well", steinMeanField(double, { kernel: laplace(0.5), weighted: true }), bumps],
] as const;

describe.each(equations)("the equation of SVGD, %s", (name, equation, start) => {
  // To the error of the time step; the limiter of fluxes acts at the steep flanks of the bumps.
  const tolerance = name === "special kernel, double well" ? 5e-5 : 2e-6;
  const { width, gibbs, partition } = equation.cells;
  const frames = equation.evolve(equation.project(start), { times: [0, 0.1, 0.5, 1.5], maxTimeStep: 0.02 });

  it("keeps mass and sign", () => {
    for (const { density } of frames) {
      expect(Math.abs(width * density.reduce((sum, rho) => sum + rho, 0) - 1)).toBeLessThan(1e-12);
      expect(density.every((rho) => rho >= 0)).toBe(true);
    }
  });

  it("loses entropy by the integral of D²", () => {
    const [first] = frames;
    for (const { relativeEntropy, dissipated } of frames.slice(1)) {
      expect(relativeEntropy).toBeLessThan(first.relativeEntropy);
      expect(Math.abs(relativeEntropy + dissipated - first.relativeEntropy)).toBeLessThan(
        tolerance * first.relativeEntropy,
      );
    }
  });

  it("rests at the Gibbs density", () => {
    const steady = gibbs.map((value) => value / partition);
    const { flux, dissipation } = equation.fluxes(steady);
    expect(Math.max(...flux.map(Math.abs))).toBeLessThan(1e-14);
    expect(Math.abs(dissipation)).toBeLessThan(1e-20);
  });
});

describe("rates", () => {
  it("the local spectrum is n/Z", () => {
    const values = steinLocalSpectrum(line(160));
    for (const n of [1, 2, 3]) expect(Math.abs(values[n] - n / Z)).toBeLessThan(1e-4);
  });

  it("the relative entropy of the local equation falls at the rate 2/Z", () => {
    const equation = steinLocalLimit(line(100));
    const times = [14, 15, 16, 17, 18];
    const frames = equation.evolve(equation.project(initial), { times, maxTimeStep: 1 });
    const { rate } = exponentialDecay(frames.map(({ time, relativeEntropy }) => [time, relativeEntropy]));
    expect(rate / (2 / Z)).toBeGreaterThan(0.995);
    expect(rate / (2 / Z)).toBeLessThan(1.005);
  });

  it("the gap of k = ½e^{−|z|} is 0.2992, and the entropy stays under its bound and ends at twice its rate", () => {
    const gap = steinSpectrum(line(240), { kernel: laplace(1), weighted: true })[1];
    expect(Math.abs(gap / 0.29921 - 1)).toBeLessThan(1e-3);
    const equation = steinMeanField(line(80), { kernel: laplace(1), weighted: true });
    const times = Array.from({ length: 21 }, (_, k) => 1.5 * k);
    const frames = equation.evolve(equation.project(initial), { times, maxTimeStep: 0.1 });
    for (const { time, relativeEntropy } of frames)
      expect(relativeEntropy).toBeLessThan(frames[0].relativeEntropy * Math.exp(-gap * time) * (1 + 1e-9));
    const { rate } = exponentialDecay(
      frames.slice(-4).map(({ time, relativeEntropy }) => [time, relativeEntropy]),
    );
    expect(Math.abs(rate / (2 * gap) - 1)).toBeLessThan(0.02);
  });

  it("a Gaussian kernel has no gap, with special weights or without", () => {
    for (const weighted of [true, false]) {
      const values = steinSpectrum(line(160), { kernel: gaussianKernel({ bandwidth: 1 }), weighted });
      expect(Math.abs(values[1])).toBeLessThan(1e-12);
      expect(values[159]).toBeGreaterThan(0.1);
    }
  });

  it("gaps and solutions become those of the local equation as the kernel narrows", () => {
    const local = steinLocalLimit(line(160));
    const at = { times: [1], maxTimeStep: 0.05 };
    const [exact] = local.evolve(local.project(initial), at);
    const distances = [0.8, 0.4, 0.2].map((bandwidth) => {
      const equation = steinMeanField(line(160), { kernel: laplace(bandwidth), weighted: true });
      const [frame] = equation.evolve(equation.project(initial), at);
      const difference = frame.density.reduce((sum, rho, i) => sum + Math.abs(rho - exact.density[i]), 0);
      return difference * local.cells.width;
    });
    expect(distances[1] / distances[0]).toBeLessThan(0.6);
    expect(distances[2] / distances[1]).toBeLessThan(0.5);
    const gaps = [0.8, 0.4, 0.2].map(
      (bandwidth) => 1 / Z - steinSpectrum(line(240), { kernel: laplace(bandwidth), weighted: true })[1],
    );
    expect(gaps[1]).toBeLessThan(0.5 * gaps[0]);
    expect(Math.abs(gaps[2])).toBeLessThan(0.5 * gaps[1]);
  });
});
