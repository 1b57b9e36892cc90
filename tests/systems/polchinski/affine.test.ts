/** @file The closed-form step: it is the minimiser, exact on Gaussians, of order one, and certified by the objective. */

import { describe, expect, it } from "vitest";
import { later } from "../../../src/jko/flow.ts";
import { rollout } from "../../../src/jko/solver.ts";
import { inverse, logDet } from "../../../src/linalg/lu.ts";
import { diagonal, matmul, matvec, trace, transpose } from "../../../src/linalg/matrix.ts";
import { increasingRoot } from "../../../src/linalg/root.ts";
import { sampleCloud } from "../../../src/measures/cloud.ts";
import { type GaussianParameters, gaussian } from "../../../src/measures/gaussian.ts";
import { moments, observedOrder } from "../../../src/metrics/statistics.ts";
import { mobilityMatrix } from "../../../src/mobilities/linear.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { randomRotation } from "../../../src/random/rotation.ts";

import { affineFlowSolver, affineStep, affineStepMoments } from "../../../src/systems/polchinski/affine.ts";
import { polchinski } from "../../../src/systems/polchinski/flow.ts";
import { heatKernelSchedule, pauliVillarsSchedule } from "../../../src/systems/polchinski/schedules.ts";
import { polchinskiTransition, transitionMoments } from "../../../src/systems/polchinski/transition.ts";

/** The variance of one mode after steps by the closed form; `λ` of `V_0 = ½λφ²` and `C_t = 1 − e^{−t}`. */
function course(tau: number, options: { readonly lambda: number; readonly time: number }): number {
  const flow = polchinski({ schedule: heatKernelSchedule([1]), tau });
  let state: GaussianParameters = { mean: [0], covariance: [[1 / (1 + options.lambda)]] };
  for (let k = 0; k < Math.round(options.time / tau); k++)
    state = affineStepMoments(later(flow, k * tau), state);
  return state.covariance[0][0];
}

describe("one mode", () => {
  it("satisfies the scalar equation of the step, solved by bisection", () => {
    const [variance, tau] = [0.37, 0.3];
    const flow = polchinski({ schedule: pauliVillarsSchedule([2]), from: 0.4, tau });
    const [rate, r] = [(1 + 0.7 * 2) ** -2, 1 / (2 * (1 + 0.7 * 2))];
    const root = increasingRoot(
      (a) => [
        -1 / (2 * a) + (a * variance) / r + ((a - 1) * variance) / (tau * rate),
        1 / (2 * a * a) + variance / r + variance / (tau * rate),
      ],
      [1e-3, 10],
    );
    const map = affineStep(flow, { mean: [0.8], covariance: [[variance]] });
    expect(map.matrix[0][0]).toBeCloseTo(root, 12);
    expect(map.matrix[0][0] * 0.8 + map.offset[0]).toBeCloseTo(0.8 / (1 + (tau * rate) / r), 12);
  });

  it("is of order one in the time step", () => {
    const taus = [0.1, 0.05, 0.025, 0.0125];
    const [lambda, time] = [2, 2];
    const c = 1 - Math.exp(-time);
    const exact = 1 / (Math.exp(time) + lambda / (1 + lambda * c));
    const errors = taus.map((tau) => course(tau, { lambda, time }) - exact);
    expect(observedOrder(taus, errors)).toBeGreaterThan(0.98);
    expect(observedOrder(taus, errors)).toBeLessThan(1.1);
    // The printed digits of a derivation that does not share a line with this one.
    [-5.1e-4, -2.4e-4, -1.1e-4, -5.6e-5].forEach((printed, k) => {
      expect(Math.abs(errors[k] / printed - 1)).toBeLessThan(0.05);
    });
  });

  it("is the step of the heat flow where nothing holds the field", () => {
    const tau = 0.2;
    const flow = polchinski({ schedule: heatKernelSchedule([0]), tau });
    const [before] = [0.6];
    const after = Math.sqrt(
      affineStepMoments(flow, { mean: [0], covariance: [[before ** 2]] }).covariance[0][0],
    );
    // s'² − s s' = Dτ with D = ½.
    expect(after ** 2 - before * after).toBeCloseTo(0.5 * tau, 12);
  });

  it("does not come to rest: KL(σ_t | N(0, ½R_t)) tends to ½(1 − log 2) a mode", () => {
    const [lambda, time] = [2, 12];
    const kl = (variance: number) => {
      const ratio = variance / (0.5 * Math.exp(-time));
      return 0.5 * (ratio - 1 - Math.log(ratio));
    };
    const limit = 0.5 * (1 - Math.log(2));
    const exact = transitionMoments(polchinskiTransition(heatKernelSchedule([1]), { to: time }), {
      mean: [0],
      covariance: [[1 / (1 + lambda)]],
    }).covariance[0][0];
    expect(kl(exact)).toBeCloseTo(limit, 4);
    expect(Math.abs(kl(course(0.02, { lambda, time })) - limit)).toBeLessThan(0.005);
  });
});

describe("several modes", () => {
  const rotation = randomRotation(keyFrom(1), 3);
  const covariance = matmul(matmul(rotation, diagonal([0.2, 0.5, 1.5])), transpose(rotation)).map(
    (row, i, all) => row.map((value, j) => (value + all[j][i]) / 2),
  );
  const modes = randomRotation(keyFrom(2), 3);
  const tau = 0.2;
  const flow = polchinski({ schedule: heatKernelSchedule([0.5, 1, 4]), modes, tau });

  /** The objective of a step by the matrix `T`, less what does not depend on it. */
  function objective(matrix: readonly (readonly number[])[]): number {
    const metric = inverse(mobilityMatrix("test", flow.mobility));
    const change = matrix.map((row, i) => row.map((value, j) => value - (i === j ? 1 : 0)));
    const stiffness = flow.energy.potential?.hessian([0, 0, 0]) ?? [];
    const square = (weight: readonly (readonly number[])[], map: readonly (readonly number[])[]) =>
      trace(matmul(matmul(matmul(transpose(map), weight), map), covariance));
    return square(metric, change) / (2 * tau) + 0.5 * square(stiffness, matrix) - 0.5 * logDet(matrix).logAbs;
  }

  it("minimises the objective over all affine maps, in a metric and a well that do not commute with the covariance", () => {
    const { matrix } = affineStep(flow, { mean: [0, 0, 0], covariance });
    const best = objective(matrix);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        for (const h of [-1e-3, 1e-3]) {
          const other = matrix.map((row, a) => row.map((value, b) => value + (a === i && b === j ? h : 0)));
          expect(objective(other) - best).toBeGreaterThan(1e-8);
          expect(objective(other) - best).toBeLessThan(1e-3);
        }
  });

  it("does in field values what it does in modes", () => {
    const inModes = polchinski({ schedule: heatKernelSchedule([0.5, 1, 4]), tau });
    const turned = (m: readonly (readonly number[])[]) => matmul(matmul(transpose(modes), m), modes);
    const sites = affineStep(flow, { mean: [1, 0, -1], covariance });
    const own = affineStep(inModes, {
      mean: matvec(transpose(modes), [1, 0, -1]),
      covariance: symmetric(turned(covariance)),
    });
    turned(sites.matrix).forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(own.matrix[i][j], 9);
      });
    });
  });

  it("moves particles with their densities, and lowers the objective", async () => {
    const start = gaussian({ mean: [0.3, 0, -0.2], covariance });
    const cloud = sampleCloud(start, keyFrom(3), 4000);
    let state: GaussianParameters = moments(cloud.positions, 3);
    for await (const { step, info, cloud: now } of rollout(
      affineFlowSolver(),
      { flow, cloud },
      { steps: 3, key: keyFrom(4) },
    )) {
      if (info === null) continue;
      state = affineStepMoments(later(flow, (step - 1) * tau), state);
      expect(info.objective).toBeLessThan(-3 * info.standardError);
      const own = moments(now.positions, 3);
      own.covariance.flat().forEach((value, i) => {
        expect(value).toBeCloseTo(state.covariance.flat()[i], 9);
      });
    }
  });
});

function symmetric(m: readonly (readonly number[])[]): number[][] {
  return m.map((row, i) => row.map((value, j) => (value + m[j][i]) / 2));
}
