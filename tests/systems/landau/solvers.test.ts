/** @file Steps of the Landau equation in closed form: minimality, the law of the covariance, conservation, exact solutions. */

import { describe, expect, it } from "vitest";
import { rollout, type Solver } from "../../../src/jko/solver.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { add, maxDifference } from "../../../src/linalg/matrix.ts";
import { type Cloud, sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { moments } from "../../../src/metrics/statistics.ts";
import { landauMobility, landauOf } from "../../../src/mobilities/landau.ts";
import { normals, uniforms } from "../../../src/random/draw.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import {
  affineField,
  landauAffineJkoSolver,
  landauAffineScoreSolver,
} from "../../../src/systems/landau/affine.ts";
import { landauAffineJkoField, landauAffineScoreField } from "../../../src/systems/landau/affineFields.ts";
import { bkwSolution } from "../../../src/systems/landau/bkw.ts";
import { exactScoreSolver } from "../../../src/systems/landau/exactScore.ts";
import { landau } from "../../../src/systems/landau/flow.ts";
import { maxwellCovariance, maxwellCovarianceRate } from "../../../src/systems/landau/moments.ts";
import { anisotropicProblem } from "../../../src/systems/landau/problems.ts";

/** Particles that are far from Gaussian, with different variances along the axes. */
function skewCloud(d: number, count: number): Cloud {
  const u = uniforms(foldIn(keyFrom(3), "u"), count * d);
  const z = normals(foldIn(keyFrom(3), "z"), count * d);
  const positions = z.map(
    (x, i) => 0.6 * x + (1 + (i % d)) * 0.7 * (u[i] < 0.3 ? 1.4 : -0.6) * u[i - (i % d)],
  );
  return { dimension: d, count, positions, logDensity: new Float64Array(count) };
}

/** `mean (v⊗U + U⊗v)`. */
function covarianceRate(cloud: Cloud, velocity: ArrayLike<number>): Matrix {
  const { dimension: d, count, positions } = cloud;
  const sums = Array.from({ length: d }, () => new Array<number>(d).fill(0));
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        const product = positions[i * d + a] * velocity[i * d + b];
        sums[a][b] += product / count;
        sums[b][a] += product / count;
      }
    }
  }
  return sums;
}

const norm = (a: Matrix) => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));
const meanSquare = (values: ArrayLike<number>, count: number) =>
  Array.from(values).reduce((sum, x) => sum + x * x, 0) / count;

describe("the affine JKO field", () => {
  it.each([
    [2, 0, 0],
    [3, 0, 0],
    [2, -3, 0.1],
    [3, -3, 0],
    [3, 1, 0],
  ])(
    "minimises the objective with the linear log-determinant: d = %i, γ = %i, ε = %f",
    (d, exponent, softening) => {
      const cloud = skewCloud(d, 120);
      const mobility = landauMobility({ constant: 0.2, exponent, softening, mass: 0.8 });
      const objective = (B: Matrix) => {
        const field = affineField(B, cloud);
        const { value, jacobian } = mobility.applyArrays(field, cloud);
        let sum = 0;
        for (let k = 0; k < value.length; k++) sum += 0.5 * field.value[k] * value[k];
        for (let i = 0; i < cloud.count; i++)
          for (let k = 0; k < d; k++) sum -= jacobian[(i * d + k) * d + k];
        return sum / cloud.count;
      };
      const best = landauAffineJkoField(mobility.kernel, cloud);
      const least = objective(best);
      expect(least).toBeLessThan(objective(landauAffineScoreField(cloud)) - 1e-6);
      for (let m = 0; m < d * d; m++) {
        const [up, down] = [0.01, -0.01].map((h) =>
          objective(best.map((row, a) => row.map((value, b) => value + (a * d + b === m ? h : 0)))),
        );
        // A quadratic: its slope is the exact difference, and its curvature shows that there is something to be minimal in.
        expect(Math.abs(up - down) / 0.02).toBeLessThan(1e-10);
        expect(up + down - 2 * least).toBeGreaterThan(1e-8);
      }
      const gauge = affineField(best, cloud).value;
      const { mean } = moments(cloud.positions, d);
      let overlap = 0;
      for (let k = 0; k < gauge.length; k++) overlap += gauge[k] * (cloud.positions[k] - mean[k % d]);
      expect(overlap / cloud.count).toBeCloseTo(d, 10);
    },
  );

  it.each([3, 10])(
    "changes the covariance of any finite cloud at the equation's own rate, as score matching does not: d = %i",
    (d) => {
      const cloud = skewCloud(d, 2000);
      const mobility = landauMobility({ constant: 1 / 24, exponent: 0 });
      const exact = maxwellCovarianceRate(1 / 24, moments(cloud.positions, d).covariance);
      const defect = (B: Matrix) => {
        const velocity = mobility.velocities(affineField(B, cloud).value, cloud);
        return norm(add(covarianceRate(cloud, velocity), exact, -1)) / norm(exact);
      };
      expect(defect(landauAffineJkoField(mobility.kernel, cloud))).toBeLessThan(1e-9);
      expect(defect(landauAffineScoreField(cloud))).toBeGreaterThan(1e-2);
    },
  );

  it("is P⁻¹, up to what is not seen, for a Gaussian", () => {
    const { initial } = anisotropicProblem({ variances: [1.8, 0.2, 1], constant: 1 / 24 });
    const cloud = sampleCloud(initial, keyFrom(1), 200_000);
    const { kernel } = landauMobility({ constant: 1 / 24, exponent: 0 });
    expect(maxDifference(landauAffineJkoField(kernel, cloud), landauAffineScoreField(cloud))).toBeLessThan(
      0.12,
    );
  });
});

const mixture = gaussianMixture({
  weights: [0.3, 0.7],
  means: [
    [1.5, 0, 0],
    [-0.6, 0.4, 0],
  ],
  deviations: [0.5, 0.8],
});

describe("affine solvers", () => {
  const cloud = sampleCloud(mixture, keyFrom(6), 3000);
  const flow = landau({ dimension: 3, constant: 1 / 24, exponent: 0, tau: 0.02, logDeterminant: "linear" });

  it("lower the objective, and add exactly τ² E|U|² to the energy and τ² E[U⊗U] to the covariance that the equation gives", async () => {
    let before = cloud;
    for await (const frame of rollout(
      landauAffineJkoSolver(),
      { flow, cloud },
      { steps: 20, key: keyFrom(0) },
    )) {
      if (frame.info === null) continue;
      const velocity = frame.cloud.positions.map((x, k) => (x - before.positions[k]) / flow.tau);
      const [old, now] = [before, frame.cloud].map(({ positions }) => moments(positions, 3));
      const kinetic = ({ positions }: Cloud) => meanSquare(positions, cloud.count);
      expect(
        Math.abs(kinetic(frame.cloud) - kinetic(before) - flow.tau ** 2 * meanSquare(velocity, cloud.count)),
      ).toBeLessThan(1e-12);
      now.mean.forEach((m, a) => {
        expect(Math.abs(m - old.mean[a])).toBeLessThan(1e-14);
      });
      const explicit = add(old.covariance, maxwellCovarianceRate(1 / 24, old.covariance), flow.tau);
      const kick = moments(velocity, 3).covariance;
      expect(maxDifference(now.covariance, add(explicit, kick, flow.tau ** 2))).toBeLessThan(1e-12);
      expect(frame.info.objective).toBeLessThan(0);
      expect(frame.info.folded).toBe(0);
      before = frame.cloud;
    }
  });

  it("follow the covariance of the equation, which score matching misses", async () => {
    const start = moments(cloud.positions, 3).covariance;
    const errorOf = async (solver: Solver<unknown>) => {
      let last = cloud;
      for await (const frame of rollout(solver, { flow, cloud }, { steps: 75, key: keyFrom(0) }))
        last = frame.cloud;
      const exact = maxwellCovariance(start, { constant: 1 / 24 }, 1.5);
      return norm(add(moments(last.positions, 3).covariance, exact, -1));
    };
    const [jko, score] = [
      await errorOf(landauAffineJkoSolver() as Solver<unknown>),
      await errorOf(landauAffineScoreSolver() as Solver<unknown>),
    ];
    expect(jko).toBeLessThan(6e-3);
    expect(score).toBeGreaterThan(3 * jko);
  });

  it("meet in random batches, others in every step, which keep momentum and energy as well", async () => {
    const kernel = { dimension: 3, constant: 1 / 24, exponent: -3, softening: 0.2, tau: 0.05 };
    const cloud = sampleCloud(mixture, keyFrom(6), 600);
    const coulomb = landau({ ...kernel, batches: { size: 20, key: keyFrom(1) } });
    const solver = landauAffineScoreSolver();
    const first = await solver.step(coulomb, cloud, null);
    expect((await solver.step(coulomb, cloud, null)).cloud.positions).toEqual(first.cloud.positions);
    const apart = (other: Cloud) =>
      meanSquare(
        first.cloud.positions.map((x, k) => x - other.positions[k]),
        cloud.count,
      );
    const gained = meanSquare(first.cloud.positions, 600) - meanSquare(cloud.positions, 600);
    expect(Math.abs(gained - apart(cloud))).toBeLessThan(1e-12);
    const whole = await solver.step(landau(kernel), cloud, null);
    expect(apart(whole.cloud)).toBeGreaterThan(0.02 * apart(cloud));
    // A cloud that differs in the last bits of one coordinate is shuffled in another way: its particles meet others.
    const nudged = Float64Array.from(cloud.positions);
    nudged[0] += 1e-15;
    const second = await solver.step(coulomb, { ...cloud, positions: nudged }, null);
    expect(apart(second.cloud)).toBeGreaterThan(0.02 * apart(cloud));
  });

  it("refuse another mobility, and a cloud of another dimension", async () => {
    const { energy, dimension, tau, name } = flow;
    const other = { name, energy, dimension, tau, mobility: { ...flow.mobility, name: "other" } };
    await expect(landauAffineJkoSolver().init(other, cloud, keyFrom(0))).rejects.toThrow(
      "must be that of Landau",
    );
    await expect(landauAffineJkoSolver().init({ ...flow, dimension: 2 }, cloud, keyFrom(0))).rejects.toThrow(
      "dimension 2",
    );
    expect(landauOf("test", flow.mobility).kernel.constant).toBe(1 / 24);
  });
});

describe("explicit steps with the exact score of Bobylev, Krook and Wu", () => {
  const solution = bkwSolution({ dimension: 2, constant: 1 / 16, amplitude: 0.5 });

  it("carry the exact density, fourth moment and entropy, and heat as predicted", async () => {
    // Not from time 0: there the score is 2/r, and a few particles near the origin carry most of the error of a step.
    const [from, to] = [0.5, 1.5];
    const flow = landau({ dimension: 2, constant: 1 / 16, exponent: 0, tau: 0.01 });
    const cloud = sampleCloud(solution.at(from), keyFrom(2), 6400);
    const fourth = ({ positions }: Cloud) => {
      let sum = 0;
      for (let i = 0; i < positions.length; i += 2) sum += (positions[i] ** 2 + positions[i + 1] ** 2) ** 2;
      return sum / cloud.count;
    };
    let last = cloud;
    const solver = exactScoreSolver({ solution: solution.at, from });
    for await (const frame of rollout(solver, { flow, cloud }, { steps: 100, key: keyFrom(0) })) {
      last = frame.cloud;
      if (frame.info !== null) expect(frame.info.folded).toBe(0);
    }
    const exact = solution.at(to).logDensity(Float64Array.from(last.positions));
    let [wrong, total, entropy, reference] = [0, 0, 0, 0];
    exact.forEach((value, i) => {
      wrong += (Math.exp(last.logDensity[i]) - Math.exp(value)) ** 2;
      total += Math.exp(2 * value);
      entropy += last.logDensity[i] / cloud.count;
      reference += value / cloud.count;
    });
    expect(Math.sqrt(wrong / total)).toBeLessThan(3e-3);
    expect(Math.abs(entropy - reference)).toBeLessThan(1e-4);
    const offset = fourth(cloud) / solution.fourthMoment(from);
    expect(Math.abs(fourth(last) / solution.fourthMoment(to) / offset - 1)).toBeLessThan(5e-3);
    const heat = meanSquare(last.positions, cloud.count) - meanSquare(cloud.positions, cloud.count);
    expect(heat / solution.energyDrift({ tau: 0.01, from, to })).toBeCloseTo(1, 1);
  });

  it("are of order 1 in the time step", async () => {
    const errors: number[] = [];
    for (const steps of [10, 20]) {
      const flow = landau({ dimension: 2, constant: 1 / 16, exponent: 0, tau: 2 / steps });
      const cloud = sampleCloud(solution.at(1), keyFrom(2), 20_000);
      let last = cloud;
      const solver = exactScoreSolver({ solution: solution.at, from: 1 });
      for await (const frame of rollout(solver, { flow, cloud }, { steps, key: keyFrom(0) }))
        last = frame.cloud;
      errors.push(meanSquare(last.positions, cloud.count) - meanSquare(cloud.positions, cloud.count));
    }
    expect(errors[0] / errors[1]).toBeGreaterThan(1.8);
    expect(errors[0] / errors[1]).toBeLessThan(2.2);
  });
});
