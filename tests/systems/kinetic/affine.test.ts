/** @file The affine minimiser of a collision step: against the objective itself, against a table of populations. */

import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import type { SymplecticScheme } from "../../../src/conservative/symplectic.ts";
import { symplecticMotion } from "../../../src/conservative/symplectic.ts";
import { phaseSpace } from "../../../src/domains/phaseSpace.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import { ndarray } from "../../../src/engine/array.ts";
import { openEngine } from "../../../src/engine/engine.ts";
import { jkoObjective } from "../../../src/jko/objective.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { cholesky } from "../../../src/linalg/cholesky.ts";
import { identity, maxDifference, transpose } from "../../../src/linalg/matrix.ts";
import { pushGaussian } from "../../../src/measures/affineMap.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { type GaussianParameters, gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { moments, observedOrder } from "../../../src/metrics/statistics.ts";
import { lbfgs } from "../../../src/optimizers/lbfgs.ts";
import { foldIn, keyFrom } from "../../../src/random/key.ts";
import {
  type AffineField,
  affineJkoSolver,
  affineMinimiser,
  affineScoreField,
} from "../../../src/systems/kinetic/affine.ts";
import { collisions, kineticFokkerPlanck } from "../../../src/systems/kinetic/flow.ts";
import { kineticGaussians } from "../../../src/systems/kinetic/gaussianMoments.ts";

const engine = await openEngine("auto", { threads: 1 });
afterAll(() => engine.dispose());

/** Particles that are not Gaussian: their affine minimiser depends on mean and covariance alone. */
function particles(d: number) {
  const center = (s: number) => Array.from({ length: 2 * d }, (_, a) => s * (0.6 + 0.3 * a));
  const law = gaussianMixture({
    weights: [0.35, 0.65],
    means: [center(-1), center(0.7)],
    deviations: [0.5, 0.8],
  });
  return sampleCloud(law, keyFrom(5), 300);
}

describe.each([
  [1, "linear"],
  [1, "exact"],
  [2, "linear"],
  [2, "exact"],
] as const)("the affine minimiser, d = %i, %s log-determinant", (d, logDeterminant) => {
  const constants = {
    strength: 0.8,
    temperature: 1.3,
    velocities: { start: d, count: d },
    tau: 0.3,
    logDeterminant,
  };
  const space = phaseSpace({ positions: d, velocities: d });
  const cloud = particles(d);
  const field = affineMinimiser(moments(cloud.positions, 2 * d), constants);

  it("is where L-BFGS ends on the objective of the step, in double precision", async () => {
    const flow = collisions({ ...constants, name: "collisions", space });
    const size = d * (2 * d + 1);
    const loss = (parameters: tf.Tensor1D, positions: tf.Tensor3D, logDensity: tf.Tensor2D) => {
      const rows = tf.reshape(parameters, [d, 2 * d + 1]);
      const matrix = tf.slice(rows, [0, 0], [d, 2 * d]) as tf.Tensor2D;
      const offset = tf.slice(rows, [0, 2 * d], [d, 1]);
      const n = cloud.count;
      const value = tf.add(tf.matMul(matrix, tf.transpose(tf.reshape(positions, [n, 2 * d]))), offset);
      const block = tf.transpose(tf.slice(matrix, [0, d], [d, d]));
      const tangent = tf.add(tf.reshape(block, [d, d, 1, 1]), tf.zeros([d, d, 1, n]));
      const dual = {
        value: tf.reshape(value, [d, 1, n]) as tf.Tensor3D,
        tangent: tangent as tf.Tensor4D,
      };
      return tf.mean(jkoObjective(flow, { positions, logDensity }, dual).perParticle) as tf.Scalar;
    };
    const compiled = engine.jit(
      (parameters: tf.Tensor1D, positions: tf.Tensor3D, logDensity: tf.Tensor2D) => {
        const { value, grad } = tf.valueAndGrad((p: tf.Tensor) =>
          loss(p as tf.Tensor1D, positions, logDensity),
        )(parameters);
        return { value, gradient: grad };
      },
      { precision: "float64", name: "affine objective" },
    );
    const positions = ndarray(Float64Array.from(cloud.positions), [1, cloud.count, 2 * d]);
    const logDensity = ndarray(Float64Array.from(cloud.logDensity), [1, cloud.count]);
    let best = new Float64Array(size);
    const f = async (point: Float64Array) => {
      const { value, gradient } = await compiled(ndarray(point, [size]), positions, logDensity);
      return { value: value.data[0], gradient: Float64Array.from(gradient.data) };
    };
    for await (const { point, iteration } of lbfgs(f, best, { tolerance: 1e-10, noise: 1e-15 })) {
      best = new Float64Array(point);
      if (iteration > 200) break;
    }
    // The closed form says w = u/ε about the mean; the search, w about the origin.
    const found = field.matrix.flatMap((row, k) => [
      ...row.map((b) => b / 0.8),
      (field.offset[k] - row.reduce((sum, b, a) => sum + b * field.center[a], 0)) / 0.8,
    ]);
    const difference = Math.max(...found.map((value, i) => Math.abs(value - best[i])));
    expect(difference).toBeLessThan(1e-6);
  });

  it("is score matching made implicit, where the log-determinant is linear", () => {
    const score = affineScoreField(moments(cloud.positions, 2 * d), constants);
    const ratio = field.matrix[0][0] / score.matrix[0][0];
    if (logDeterminant === "linear") expect(ratio).toBeCloseTo(1 / (1 + 0.8 * 0.3), 12);
    else expect(ratio).not.toBeCloseTo(1 / (1 + 0.8 * 0.3), 2);
  });
});

describe("the joint step", () => {
  it.each(["linear", "exact"] as const)(
    "is a push and then a step of the collisions at frozen positions, %s",
    async (logDeterminant) => {
      const space = phaseSpace({ positions: 2, velocities: 2 });
      const potential = quadraticPotential({ matrix: identity(2) });
      const options = { space, strength: 1.2, temperature: 0.7, tau: 0.1, logDeterminant, potential };
      const flow = kineticFokkerPlanck({ ...options, scheme: "verlet" });
      const dissipative = collisions({ ...options, name: "collisions" });
      let split = particles(2);
      const frames = rollout(affineJkoSolver(), { flow, cloud: split }, { steps: 3, key: keyFrom(0) });
      for await (const { step, cloud, pushed } of frames) {
        if (step === 0) continue;
        split = symplecticMotion({ space, potential, scheme: "verlet" }).push(split, null, 0.1).cloud;
        expect(pushed?.positions).toEqual(split.positions);
        split = (await affineJkoSolver().step(dissipative, split, null)).cloud;
        for (let i = 0; i < cloud.positions.length; i++) {
          expect(cloud.positions[i]).toBeCloseTo(split.positions[i], 14);
        }
        for (let i = 0; i < cloud.count; i++) {
          expect(cloud.logDensity[i]).toBeCloseTo(split.logDensity[i], 13);
        }
      }
    },
  );

  it("leaves the equilibrium's covariance as it is, whichever the log-determinant", () => {
    for (const logDeterminant of ["linear", "exact"] as const) {
      const field = affineMinimiser(
        {
          mean: [0, 0],
          covariance: [
            [0.4, 0],
            [0, 1.3],
          ],
        },
        { strength: 1, temperature: 1.3, velocities: { start: 1, count: 1 }, tau: 0.5, logDeterminant },
      );
      expect(maxDifference(field.matrix, [[0, 0]])).toBeLessThan(1e-14);
    }
  });
});

/** Time averages of `E|u − u*|²` and errors of the covariance at `T = 2` over step sizes, of Gaussians themselves and no particles. */
function populations(scheme: SymplecticScheme, logDeterminant: "linear" | "exact") {
  const system = kineticGaussians({ stiffness: [[1]], strength: 1, temperature: 1 });
  const constants = { strength: 1, temperature: 1, velocities: { start: 1, count: 1 }, logDeterminant };
  const initial = {
    mean: [1, 0],
    covariance: [
      [0.5, 0],
      [0, 0.5],
    ],
  };
  return [0.2, 0.1, 0.05, 0.025, 0.0125].map((tau) => {
    const motion = symplecticMotion({
      space: phaseSpace({ positions: 1, velocities: 1 }),
      potential: quadraticPotential({ matrix: [[1]] }),
      scheme,
    });
    const unit = {
      dimension: 2,
      count: 2,
      positions: Float64Array.of(1, 0, 0, 1),
      logDensity: new Float64Array(2),
    };
    const [a, b, c, e] = motion.push(unit, null, tau).cloud.positions;
    let state: GaussianParameters = initial;
    let squares = 0;
    const steps = Math.round(2 / tau);
    for (let k = 1; k <= steps; k++) {
      const pushed = pushGaussian(
        {
          matrix: [
            [a, c],
            [b, e],
          ],
          offset: [0, 0],
        },
        state,
      );
      const field = affineMinimiser(pushed, { ...constants, tau });
      squares += meanSquare(field, system.flow(initial, k * tau), { pushed, drift: system.drift }) / steps;
      const [[bx, bv]] = field.matrix;
      const matrix = [
        [1, 0],
        [tau * bx, 1 + tau * bv],
      ];
      const [x, v] = pushed.mean;
      const offset = [0, tau * (field.offset[0] - bx * x - bv * v)];
      state = pushGaussian({ matrix, offset }, pushed);
    }
    const exact = system.flow(initial, 2).covariance;
    const error = maxDifference(state.covariance, exact);
    return { tau, squares, error };
  });
}

/** `E|u − u*|²` over the pushed Gaussian, from points that have its moments. */
function meanSquare(
  field: AffineField,
  exact: GaussianParameters,
  options: {
    readonly pushed: GaussianParameters;
    readonly drift: (state: GaussianParameters, points: ArrayLike<number>) => Float64Array;
  },
): number {
  const { pushed, drift } = options;
  const factor = transpose(cholesky(pushed.covariance));
  const points = [-1, 1].flatMap((s) =>
    factor.map((column) => column.map((x, a) => pushed.mean[a] + s * Math.SQRT2 * x)),
  );
  const wanted = drift(exact, points.flat());
  return (
    points.reduce((sum, z, i) => {
      const u = field.offset[0] + field.matrix[0].reduce((s, b, a) => s + b * (z[a] - field.center[a]), 0);
      return sum + (u - wanted[i]) ** 2;
    }, 0) / points.length
  );
}

describe("populations", () => {
  it.each([
    ["kick-drift", "linear", [1.38e-2, 3.86e-3, 1.02e-3, 2.62e-4, 6.63e-5]],
    ["kick-drift", "exact", [9.24e-3, 2.51e-3, 6.55e-4, 1.68e-4, 4.24e-5]],
    ["verlet", "linear", [6.67e-3, 1.92e-3, 5.11e-4, 1.32e-4, 3.35e-5]],
    ["verlet", "exact", [2.55e-3, 7.62e-4, 2.1e-4, 5.51e-5, 1.41e-5]],
  ] as const)("%s, %s: the drift's squared error has slope 2", (scheme, logDeterminant, table) => {
    const rows = populations(scheme, logDeterminant);
    for (const [i, { squares }] of rows.entries()) expect(squares / table[i]).toBeCloseTo(1, 1.7);
    const slope = (pick: (row: (typeof rows)[number]) => number) =>
      observedOrder(
        rows.slice(3).map(({ tau }) => tau),
        rows.slice(3).map(pick),
      );
    expect(slope(({ squares }) => squares)).toBeCloseTo(2, 1);
    expect(slope(({ error }) => error)).toBeCloseTo(1, 1);
  });

  it("errors of the covariance are those of the table", () => {
    const errors = populations("kick-drift", "linear").map(({ error }) => error);
    const table = [7.7e-2, 4.1e-2, 2.1e-2, 1.1e-2, 5.4e-3];
    for (const [i, error] of errors.entries()) expect(error / table[i]).toBeCloseTo(1, 1);
  });

  it("particles follow the population to sampling error", async () => {
    const flow = kineticFokkerPlanck({
      space: phaseSpace({ positions: 1, velocities: 1 }),
      potential: quadraticPotential({ matrix: [[1]] }),
      scheme: "verlet",
      strength: 1,
      temperature: 1,
      tau: 0.1,
      logDeterminant: "exact",
    });
    const system = kineticGaussians({ stiffness: [[1]], strength: 1, temperature: 1 });
    const initial = {
      mean: [1, 0],
      covariance: [
        [0.5, 0],
        [0, 0.5],
      ],
    };
    const cloud = sampleCloud(gaussian(initial), foldIn(keyFrom(1), "particles"), 20_000);
    const energies: number[] = [];
    let last = cloud;
    for await (const frame of rollout(affineJkoSolver(), { flow, cloud }, { steps: 20, key: keyFrom(0) })) {
      last = frame.cloud;
      energies.push(system.freeEnergy(moments(last.positions, 2)));
    }
    const exact = system.flow(initial, 2);
    expect(maxDifference(moments(last.positions, 2).covariance, exact.covariance)).toBeLessThan(0.05);
    for (let k = 1; k < energies.length; k++) expect(energies[k]).toBeLessThan(energies[k - 1]);
  });
});
