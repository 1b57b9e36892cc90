/** @file The quantile solver against every closed form on the line, and its order where there is none. */

import { describe, expect, it } from "vitest";
import type { ScalarFunction } from "../../src/domains/potentialFunction.ts";
import { quantileEnergyOf, quantileState, quantileStep } from "../../src/jko/quantile.ts";
import { quantileChain } from "../../src/jko/quantileChain.ts";
import { barenblattLabels, normalLabels, smoothedLabels } from "../../src/jko/quantileLabels.ts";
import { rotatedProductChain } from "../../src/jko/quantileProduct.ts";
import { applyAffine } from "../../src/measures/affineMap.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { rotatedProduct } from "../../src/measures/rotatedProduct.ts";
import { relativeDisplacementError } from "../../src/metrics/mapError.ts";
import { estimate, observedOrder } from "../../src/metrics/statistics.ts";
import { virialResidual } from "../../src/metrics/weakResidual.ts";
import { keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { observedFokkerPlanckStep } from "../fixtures/observedFokkerPlanckStep.ts";

const quadratic: ScalarFunction = { value: (x) => x ** 2 / 2, gradient: (x) => x, hessian: () => 1 };
const doubleWell: ScalarFunction = {
  value: (x) => (x * x - 1) ** 2 / 4,
  gradient: (x) => x * (x * x - 1),
  hessian: (x) => 3 * x * x - 1,
};
const bumps = gaussianMixture({
  weights: [0.5, 0.3, 0.2],
  means: [[-2], [0.5], [3]],
  deviations: [0.3, 0.5, 0.2],
});

describe("Gaussians under a quadratic potential", () => {
  const line = ornsteinUhlenbeck({ stiffness: [[1]], diffusion: 1 });
  const start = gaussian({ mean: [1.5], covariance: [[0.09]] });
  const exact = line.jkoChain(start, 0.2, 20);
  const chain = quantileChain({
    measure: start,
    energy: { diffusion: 1, potential: quadratic },
    tau: 0.2,
    steps: 20,
  });
  const x = start.sample(keyFrom(1), 2000);

  // X is linear in the labels, so the differences are exact: what is left is Newton's tolerance of 1e-12 a step.
  it.each([1, 5, 20])("map and log-density after %i steps are exact to 1e-11", (k) => {
    const image = chain.at(x, k);
    const positions = applyAffine(exact[k - 1].map, x);
    const logDensity = exact[k - 1].gaussian.logDensity(positions);
    image.positions.forEach((value, i) => {
      expect(Math.abs(value - positions[i])).toBeLessThan(1e-11);
      expect(Math.abs(image.logDensity[i] - logDensity[i])).toBeLessThan(1e-11);
    });
  });

  it("energies are those of the closed form", () => {
    expect(chain.energies[0]).toBeCloseTo(line.freeEnergy(start), 11);
    exact.forEach(({ gaussian: state }, k) => {
      expect(chain.energies[k + 1]).toBeCloseTo(line.freeEnergy(state), 11);
    });
  });
});

describe("other closed forms", () => {
  it("Barenblatt profiles of m = 2 and m = 3 dilate by the exact factor", () => {
    // (m, radius of the unit profile, λ₀ = 0.1^β, λ₁): λ₁ − λ₀ = τβ λ₁^{1−1/β}, τ = 0.05; m = 2 is the golden number.
    for (const { m, beta, radius } of [
      { m: 2, beta: 1 / 3, radius: 2.080083823051904 },
      { m: 3, beta: 1 / 4, radius: 1.4850305 },
    ]) {
      const before = 0.1 ** beta;
      let after = before;
      for (let k = 0; k < 200; k++)
        after = before + 0.5 * (0.05 * beta * after ** (1 - 1 / beta) + after - before);
      if (m === 2) expect(after).toBeCloseTo(0.5246973037224509, 14);
      const labels = barenblattLabels(400, m);
      const state = { labels, nodes: labels.coordinates.map((y) => radius * before * y) };
      const next = quantileStep(state, {
        energy: { porous: { exponent: m, coefficient: 1 } },
        tau: 0.05,
      }).state;
      next.nodes.forEach((value, i) => {
        expect(Math.abs(value - radius * after * labels.coordinates[i])).toBeLessThan(m === 2 ? 1e-11 : 1e-8);
      });
    }
  });

  it("porous medium energy of the Barenblatt profile: E = β M₂ t^{−β} at m = 2 (trapezoidal rule, order 2)", () => {
    const errors = [100, 200, 400].map((n) => {
      const labels = barenblattLabels(n, 2);
      const state = { labels, nodes: labels.coordinates.map((y) => 2.080083823051904 * 0.1 ** (1 / 3) * y) };
      const energy = quantileEnergyOf(state, { porous: { exponent: 2, coefficient: 1 } });
      return energy - 0.86534974 / 3 / 0.1 ** (1 / 3);
    });
    expect(Math.abs(observedOrder([1 / 100, 1 / 200, 1 / 400], errors) - 2)).toBeLessThan(0.1);
  });

  it("quadratic attraction contracts every measure to its mean by 1/(1 + τ)", () => {
    const state = quantileState(bumps, normalLabels(400));
    const next = quantileStep(state, { energy: { interaction: quadratic }, tau: 0.3 }).state.nodes;
    const mean = state.nodes.reduce((sum, x, i) => sum + state.labels.weights[i] * x, 0);
    next.forEach((value, i) => {
      expect(Math.abs(value - mean - (state.nodes[i] - mean) / 1.3)).toBeLessThan(1e-10);
    });
  });

  it("W = x²/2 − |x| on the line: X₁ = X̄ + (X₀ − X̄ + τ(2F − 1))/(1 + τ)", () => {
    const kernel: ScalarFunction = {
      value: (x) => x ** 2 / 2 - Math.abs(x),
      gradient: (x) => x - Math.sign(x),
      hessian: () => 1,
    };
    const state = quantileState(bumps, normalLabels(600));
    const { weights } = state.labels;
    const next = quantileStep(state, { energy: { interaction: kernel }, tau: 0.2 }).state.nodes;
    const mean = state.nodes.reduce((sum, x, i) => sum + weights[i] * x, 0);
    let below = 0;
    next.forEach((value, i) => {
      const level = 2 * (below + weights[i] / 2) - 1; // the node's own mass counts half on either side
      below += weights[i];
      expect(Math.abs(value - mean - (state.nodes[i] - mean + 0.2 * level) / 1.2)).toBeLessThan(1e-10);
    });
  });

  it("quadratic interaction with diffusion moves a Gaussian as a quadratic potential does about the mean", () => {
    const start = gaussian({ mean: [0.7], covariance: [[0.25]] });
    const step = quantileStep(quantileState(start, normalLabels(300)), {
      energy: { diffusion: 0.5, interaction: quadratic },
      tau: 0.1,
    });
    const exact = ornsteinUhlenbeck({ stiffness: [[1]], center: [0.7], diffusion: 0.5 }).jkoStep(start, 0.1);
    const s = Math.sqrt(exact.gaussian.covariance[0][0]);
    step.state.nodes.forEach((value, i) => {
      expect(Math.abs(value - 0.7 - s * step.state.labels.coordinates[i])).toBeLessThan(1e-10);
    });
  });
});

describe("three separate bumps in a double well", () => {
  const energy = { diffusion: 0.3, potential: doubleWell };
  const chain = (intervals: number) =>
    quantileChain({ measure: bumps, energy, tau: 0.1, steps: 10, intervals });
  const begun = performance.now();
  const reference = chain(4096);
  const elapsed = performance.now() - begun;
  const coarser = [512, 1024, 2048].map(chain);
  const x = bumps.sample(keyFrom(2), 2000);

  it("single grids converge with order 2 in the spacing", () => {
    const counts = [512, 1024, 2048];
    const errors = counts.map((n) => {
      const labels = smoothedLabels(n, bumps, 0.06);
      const { nodes } = quantileStep(quantileState(bumps, labels), { energy, tau: 0.1 }).state;
      const squares = nodes.map((value, i) => (value - reference.states[1].nodes[(i * 4096) / n]) ** 2);
      return Math.sqrt(squares.reduce((sum, value, i) => sum + labels.weights[i] * value, 0));
    });
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 2,
      ),
    ).toBeLessThan(0.1);
  });

  it("the extrapolated map is accurate to 1e-5 relative at 1024 intervals, with order 4 after ten steps", () => {
    const errors = coarser.map((one) => {
      const { positions } = one.at(x, 10);
      return Math.sqrt(
        relativeDisplacementError({ initial: x, computed: positions, exact: reference.at(x, 10).positions }),
      );
    });
    expect(errors[1]).toBeLessThan(1e-5); // 4e-8 measured
    // The grids of the first step are barely fine enough for the bumps: the order is still settling.
    expect(Math.abs(observedOrder([1 / 512, 1 / 1024, 1 / 2048], errors) - 4)).toBeLessThan(0.6);
    const first = relativeDisplacementError({
      initial: x,
      computed: coarser[1].at(x, 1).positions,
      exact: reference.at(x, 1).positions,
    });
    expect(Math.sqrt(first)).toBeLessThan(1e-5); // 2.5e-6 measured
  });

  it("is monotone and carries log-densities that match the derivative of the map", () => {
    const sorted = x.slice(0, 500).sort();
    const { positions } = reference.at(sorted, 1);
    for (let i = 1; i < 500; i++) expect(positions[i]).toBeGreaterThan(positions[i - 1]);
    const h = 1e-4;
    const logDensity = reference.at(sorted, 1).logDensity;
    const before = bumps.logDensity(sorted);
    const up = reference.at(
      sorted.map((v) => v + h),
      1,
    ).positions;
    const down = reference.at(
      sorted.map((v) => v - h),
      1,
    ).positions;
    const gaps = sorted.map((_, i) =>
      Math.abs(before[i] - Math.log((up[i] - down[i]) / (2 * h)) - logDensity[i]),
    );
    // The map bends on the scale 1e-2 between the bumps; nearly everywhere the difference quotient is good to 1e-4.
    expect(gaps.slice().sort()[475]).toBeLessThan(1e-4);
  });

  it("dissipates at least W₂²/2τ per step and ends at the Gibbs measure", () => {
    for (let k = 0; k < 10; k++) {
      const drop = reference.energies[k] - reference.energies[k + 1];
      expect(drop).toBeGreaterThan(reference.squaredDistances[k] / 0.2);
    }
    // −D log Z by the trapezoidal rule, exponentially accurate here.
    let z = 0;
    for (let i = -5000; i <= 5000; i++) z += 1e-3 * Math.exp(-doubleWell.value(i * 1e-3) / 0.3);
    const [coarse, fine] = [512, 1024].map((intervals) => {
      const long = quantileChain({ measure: bumps, energy, tau: 20, steps: 80, intervals });
      return Math.abs(long.energies[80] + 0.3 * Math.log(z));
    });
    expect(fine).toBeLessThan(1e-7); // 3.3e-8 measured
    expect(coarse / fine).toBeGreaterThan(12); // 16.3 measured: order 4
  });

  it("satisfies the virial identity within its sampling noise", () => {
    const potential = {
      value: (p: ArrayLike<number>) => doubleWell.value(p[0]),
      gradient: (p: ArrayLike<number>) => [doubleWell.gradient(p[0])],
      hessian: (p: ArrayLike<number>) => [[doubleWell.hessian(p[0])]],
    };
    const step = {
      dimension: 1,
      tau: 0.1,
      initial: x,
      moved: reference.at(x, 1).positions,
      potential,
      diffusion: 0.3,
    };
    const { mean, standardError } = virialResidual(observedFokkerPlanckStep(step));
    expect(Math.abs(mean) / standardError).toBeLessThan(4);
  });

  it("takes ten steps at 4096 intervals, twice for the extrapolation, in well under a second", () => {
    expect(elapsed).toBeLessThan(3000); // 0.15 s measured once compiled, 0.4 s cold; room for a busy machine
  });
});

describe("rotatedProductChain", () => {
  const rotation = randomRotation(keyFrom(3), 2);

  it("agrees with the Gaussian closed form, whose A and Σ₀ do not commute in x", () => {
    const measure = rotatedProduct({
      factors: [gaussian({ mean: [1], covariance: [[0.09]] }), gaussian({ mean: [-0.5], covariance: [[1]] })],
      rotation,
    });
    const [c, s] = [rotation[0][0], rotation[1][0]];
    const weak: ScalarFunction = { value: (x) => x ** 2 / 4, gradient: (x) => x / 2, hessian: () => 0.5 };
    const inFrame = (p: number, q: number) => [
      [p * c * c + q * s * s, (p - q) * c * s],
      [(p - q) * c * s, p * s * s + q * c * c],
    ];
    const flow = ornsteinUhlenbeck({ stiffness: inFrame(1, 0.5), diffusion: 0.4 });
    const start = { mean: [c + 0.5 * s, s - 0.5 * c], covariance: inFrame(0.09, 1) };
    const chain = rotatedProductChain({
      measure,
      potentialPerAxis: [quadratic, weak],
      diffusion: 0.4,
      tau: 0.1,
      steps: 3,
      intervals: 512,
    });
    const x = measure.sample(keyFrom(4), 200);
    const exact = flow.jkoChain(start, 0.1, 3)[2];
    const image = chain.at(x, 3);
    const positions = applyAffine(exact.map, x);
    image.positions.forEach((value, k) => {
      expect(Math.abs(value - positions[k])).toBeLessThan(1e-10);
    });
    exact.gaussian.logDensity(positions).forEach((value, i) => {
      expect(Math.abs(image.logDensity[i] - value)).toBeLessThan(1e-9);
    });
    expect(chain.energies[3]).toBeCloseTo(flow.freeEnergy(exact.gaussian), 9);
  });

  it("has energies that are the mean of log-density and potential over its own images", () => {
    const measure = rotatedProduct({ factors: [bumps, bumps], rotation });
    const chain = rotatedProductChain({
      measure,
      potentialPerAxis: [doubleWell, quadratic],
      diffusion: 0.3,
      tau: 0.1,
      steps: 2,
      intervals: 1024,
    });
    const x = measure.sample(keyFrom(5), 20_000);
    const { positions, logDensity } = chain.at(x, 2);
    const [c, s] = [rotation[0][0], rotation[1][0]];
    const { mean, standardError } = estimate(
      logDensity.map((l, i) => {
        const [u, v] = [positions[2 * i], positions[2 * i + 1]];
        return 0.3 * l + doubleWell.value(c * u + s * v) + quadratic.value(c * v - s * u);
      }),
    );
    expect(Math.abs(mean - chain.energies[2]) / standardError).toBeLessThan(4);
  });
});

describe("refusals", () => {
  it("name the argument", () => {
    const state = quantileState(bumps, normalLabels(16));
    expect(() => quantileStep(state, { energy: {}, tau: 0 })).toThrow(
      "quantileStep: tau must be positive, got 0",
    );
    const labels = barenblattLabels(16, 2);
    expect(() => quantileEnergyOf({ labels, nodes: labels.coordinates }, { diffusion: 1 })).toThrow(
      "Use normalLabels",
    );
    expect(() => quantileChain({ measure: bumps, energy: {}, tau: 1, steps: 1, intervals: 17 })).toThrow(
      "got 17",
    );
  });
});
