/** @file Laws of the Ornstein–Uhlenbeck closed forms. */

import { describe, expect, it } from "vitest";
import { inverse } from "../../src/linalg/lu.ts";
import { add, identity, type Matrix, matvec, maxDifference } from "../../src/linalg/matrix.ts";
import { applyAffine, pushGaussian } from "../../src/measures/affineMap.ts";
import { gaussian } from "../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { observedOrder } from "../../src/metrics/statistics.ts";
import { wassersteinGaussian } from "../../src/metrics/wasserstein.ts";
import { virialResidual, weakResidual } from "../../src/metrics/weakResidual.ts";
import { keyFrom } from "../../src/random/key.ts";
import { ornsteinUhlenbeck } from "../../src/systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { observedFokkerPlanckStep } from "../fixtures/observedFokkerPlanckStep.ts";

const A: Matrix = [
  [2, 0.5],
  [0.5, 1],
];
const flow = ornsteinUhlenbeck({ stiffness: A, center: [0.3, -0.2], diffusion: 0.5 });
const start = gaussian({
  mean: [1, 2],
  covariance: [
    [1, -0.3],
    [-0.3, 0.5],
  ],
});

describe("golden numbers", () => {
  it.each([
    [1, 0.5519562819149834],
    [0, 0.6216990566028302],
  ])("step of N(0, 0.3²) with a = %i, D = 1, τ = 0.2", (a, deviation) => {
    const line = ornsteinUhlenbeck({ stiffness: [[a]], diffusion: 1 });
    const { covariance } = line.jkoStep({ mean: [0], covariance: [[0.09]] }, 0.2).gaussian;
    expect(Math.sqrt(covariance[0][0])).toBeCloseTo(deviation, 15);
  });

  it("step and flow in the plane, where A and Σ₀ do not commute (8 digits are tabulated)", () => {
    const step = flow.jkoStep(start, 0.1).gaussian.covariance;
    expect(
      maxDifference(step, [
        [0.79772805, -0.28259931],
        [-0.28259931, 0.52329253],
      ]),
    ).toBeLessThan(6e-9);
    const exact = flow.flow(start, 0.1).covariance;
    expect(
      maxDifference(exact, [
        [0.77671802, -0.28228834],
        [-0.28228834, 0.52639465],
      ]),
    ).toBeLessThan(6e-9);
  });
});

describe("jkoStep", () => {
  const tau = 0.1;
  const { gaussian: next, map } = flow.jkoStep(start, tau);

  it("satisfies the optimality condition (T − x)/τ + A(T − μ) + D∇log ρ₁(T) = 0 at every point", () => {
    const x = start.sample(keyFrom(1), 200);
    const moved = applyAffine(map, x);
    const score = next.score(moved);
    for (let i = 0; i < 200; i++) {
      const pull = matvec(A, [moved[2 * i] - 0.3, moved[2 * i + 1] + 0.2]);
      for (const a of [0, 1]) {
        const k = 2 * i + a;
        expect(Math.abs((moved[k] - x[k]) / tau + pull[a] + 0.5 * score[k])).toBeLessThan(1e-12);
      }
    }
  });

  it("has a symmetric positive map that carries the Gaussian, with S⁻¹ = K − τDΣ₁⁻¹", () => {
    expect(map.matrix[0][1]).toBe(map.matrix[1][0]);
    const image = pushGaussian(map, start);
    expect(maxDifference(image.covariance, next.covariance)).toBeLessThan(1e-14);
    image.mean.forEach((value, a) => {
      expect(value).toBeCloseTo(next.mean[a], 14);
    });
    const expected = add(add(identity(2), A, tau), inverse(next.covariance), -tau * 0.5);
    expect(maxDifference(inverse(map.matrix), expected)).toBeLessThan(1e-13);
  });

  it("minimises E + W₂²/2τ among Gaussians", () => {
    const objective = (g: { mean: readonly number[]; covariance: Matrix }) =>
      flow.freeEnergy(g) + wassersteinGaussian(start, g) ** 2 / (2 * tau);
    const least = objective(next);
    for (const size of [-1e-2, 1e-2]) {
      expect(objective({ ...next, mean: [next.mean[0] + size, next.mean[1]] })).toBeGreaterThan(least + 1e-5);
      for (const direction of [
        [
          [1, 0],
          [0, 0],
        ],
        [
          [0, 1],
          [1, 0],
        ],
        [
          [0, 0],
          [0, 1],
        ],
      ]) {
        const covariance = add(next.covariance, direction, size);
        expect(objective({ ...next, covariance })).toBeGreaterThan(least + 1e-6);
      }
    }
  });

  it("keeps the stationary Gaussian exactly, without and with a strongly concentrated neighbour", () => {
    const fixed = flow.jkoStep(flow.stationary(), tau);
    expect(maxDifference(fixed.map.matrix, identity(2))).toBeLessThan(1e-14);
    expect(maxDifference(fixed.gaussian.covariance, flow.stationary().covariance)).toBeLessThan(1e-14);
    // From deviation 1e-6 the map stretches by 10⁵; the image must still be the new covariance to full precision.
    const narrow = {
      mean: [0, 0],
      covariance: [
        [1e-12, 0],
        [0, 1e-12],
      ],
    };
    const wide = flow.jkoStep(narrow, tau);
    expect(maxDifference(pushGaussian(wide.map, narrow).covariance, wide.gaussian.covariance)).toBeLessThan(
      1e-13,
    );
  });

  it("contracts: W₂ to the stationary state falls by at least 1/(1 + τ λ_min)", () => {
    const target = flow.stationary();
    const smallest = 1.5 - Math.SQRT1_2; // the lower eigenvalue of A
    let state = start;
    for (let k = 0; k < 20; k++) {
      const after = flow.jkoStep(state, tau).gaussian;
      const ratio = wassersteinGaussian(after, target) / wassersteinGaussian(state, target);
      expect(ratio).toBeLessThan(1 / (1 + tau * smallest) + 1e-9);
      state = after;
    }
  });

  it("passes the reference-free tests: weak residual and virial within their noise, and a wrong step does not", () => {
    const x = start.sample(keyFrom(2), 20_000);
    const observe = (moved: Float64Array) =>
      observedFokkerPlanckStep({
        dimension: 2,
        tau,
        initial: x,
        moved,
        potential: flow.potential,
        diffusion: 0.5,
      });
    const exact = weakResidual(observe(applyAffine(map, x)));
    expect(exact.value).toBeLessThan(1.6 * exact.noise); // 20 components: the norm concentrates near `noise`
    const virial = virialResidual(observe(applyAffine(map, x)));
    expect(Math.abs(virial.mean) / virial.standardError).toBeLessThan(4);
    const explicit = weakResidual(observe(applyAffine(flow.eulerStep(start, tau).map, x)));
    expect(explicit.value).toBeGreaterThan(5 * exact.noise);
    expect(explicit.value / explicit.standardError).toBeGreaterThan(10);
  });
});

describe("flow", () => {
  it("is a semigroup and ends at the stationary Gaussian", () => {
    const once = flow.flow(start, 0.7);
    const twice = flow.flow(flow.flow(start, 0.3), 0.4);
    expect(maxDifference(once.covariance, twice.covariance)).toBeLessThan(1e-14);
    expect(wassersteinGaussian(flow.flow(start, 60), flow.stationary())).toBeLessThan(1e-7); // √ of round-off
  });

  it("of the heat equation adds 2Dt, of a stiffness near zero nearly so", () => {
    const heat = ornsteinUhlenbeck({ stiffness: [[0]], diffusion: 0.5 });
    expect(heat.flow({ mean: [1], covariance: [[1]] }, 2).covariance[0][0]).toBeCloseTo(3, 14);
    const weak = ornsteinUhlenbeck({ stiffness: [[1e-9]], diffusion: 0.5 });
    expect(weak.flow({ mean: [1], covariance: [[1]] }, 2).covariance[0][0]).toBeCloseTo(3, 7);
    expect(() => heat.stationary()).toThrow(
      "ornsteinUhlenbeck.stationary: stiffness: the matrix must be positive definite",
    );
  });

  it("of a mixture solves the Fokker–Planck equation pointwise", () => {
    const mixture = gaussianMixture({
      weights: [0.4, 0.6],
      means: [
        [-1, 0],
        [1, 0.5],
      ],
      covariances: [
        start.covariance,
        [
          [0.3, 0],
          [0, 0.2],
        ],
      ],
    });
    const at = (t: number, x: number, y: number) =>
      Math.exp(flow.flowMixture(mixture, t).logDensity(Float64Array.of(x, y))[0]);
    const h = 1e-3; // central differences of order h² ~ 1e-6
    for (const [x, y] of [
      [0, 0],
      [0.5, -0.7],
      [-1, 1],
    ]) {
      const rate = (at(0.2 + h, x, y) - at(0.2 - h, x, y)) / (2 * h);
      const flux = (px: number, py: number, a: number) =>
        at(0.2, px, py) * matvec(A, [px - 0.3, py + 0.2])[a];
      const drift = (flux(x + h, y, 0) - flux(x - h, y, 0) + flux(x, y + h, 1) - flux(x, y - h, 1)) / (2 * h);
      const laplacian =
        (at(0.2, x + h, y) + at(0.2, x - h, y) + at(0.2, x, y + h) + at(0.2, x, y - h) - 4 * at(0.2, x, y)) /
        h ** 2;
      expect(Math.abs(rate - drift - 0.5 * laplacian)).toBeLessThan(2e-5);
    }
  });
});

describe("order of convergence to the flow at t = 1", () => {
  const exact = flow.flow(start, 1);
  const counts = [16, 32, 64, 128];

  it("is 1 for the JKO chain", () => {
    const errors = counts.map((n) =>
      wassersteinGaussian(flow.jkoChain(start, 1 / n, n)[n - 1].gaussian, exact),
    );
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 1,
      ),
    ).toBeLessThan(0.1);
  });

  it("is 1 for explicit Euler with the exact score", () => {
    const errors = counts.map((n) => {
      let state = start;
      for (let k = 0; k < n; k++) state = flow.eulerStep(state, 1 / n).gaussian;
      return wassersteinGaussian(state, exact);
    });
    expect(
      Math.abs(
        observedOrder(
          counts.map((n) => 1 / n),
          errors,
        ) - 1,
      ),
    ).toBeLessThan(0.1);
  });
});

describe("jkoChain and freeEnergy", () => {
  it("composes the maps and dissipates: E falls by at least W₂²/2τ in every step", () => {
    const chain = flow.jkoChain(start, 0.2, 12);
    const x = start.sample(keyFrom(3), 20);
    let points = x;
    let previous = start;
    chain.forEach(({ gaussian: state, map }) => {
      const step = flow.jkoStep(previous, 0.2);
      points = applyAffine(step.map, points);
      applyAffine(map, x).forEach((value, k) => {
        expect(value).toBeCloseTo(points[k], 12);
      });
      const drop = flow.freeEnergy(previous) - flow.freeEnergy(state);
      expect(drop).toBeGreaterThanOrEqual(wassersteinGaussian(previous, state) ** 2 / 0.4 - 1e-14);
      previous = state;
    });
  });

  it("free energy is minus D times the entropy plus the mean potential, least at the stationary state", () => {
    const samples = start.sample(keyFrom(4), 200_000);
    let potential = 0;
    for (let i = 0; i < samples.length; i += 2)
      potential += flow.potential.value(samples.subarray(i, i + 2)) / 200_000;
    expect(flow.freeEnergy(start)).toBeCloseTo(potential - 0.5 * start.entropy, 1);
    expect(flow.freeEnergy(flow.stationary())).toBeLessThan(flow.freeEnergy(flow.flow(start, 3)));
  });

  it("refuses a step across the convexity limit of a concave potential", () => {
    const concave = ornsteinUhlenbeck({ stiffness: [[-2]], diffusion: 1 });
    expect(() => concave.jkoStep({ mean: [0], covariance: [[1]] }, 0.5)).toThrow("tau must be below 0.5");
  });
});
