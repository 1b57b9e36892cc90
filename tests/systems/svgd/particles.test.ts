/** @file Particles of SVGD: the gradient-free form, what they carry, what they dissipate, symmetries, JKO steps in Stein's metric. */

import { describe, expect, it } from "vitest";
import {
  gaussianKernel,
  inverseMultiquadricKernel,
  laplaceKernel,
  maternKernel,
} from "../../../src/domains/radialKernel.ts";
import type { Potential } from "../../../src/energies/energy.ts";
import { mixturePotential } from "../../../src/energies/mixturePotential.ts";
import { quadraticPotential } from "../../../src/energies/quadraticPotential.ts";
import type { GradientFlow } from "../../../src/jko/flow.ts";
import { rollout, type Solver, type StepInfo } from "../../../src/jko/solver.ts";
import { type Cloud, quantileCloud, sampleCloud } from "../../../src/measures/cloud.ts";
import { gaussian } from "../../../src/measures/gaussian.ts";
import { gaussianMixture } from "../../../src/measures/mixture.ts";
import { steinDiscrepancy } from "../../../src/metrics/kernelDiscrepancy.ts";
import { observedOrder } from "../../../src/metrics/statistics.ts";
import { type SteinMobility, steinOf } from "../../../src/mobilities/stein.ts";
import { keyFrom } from "../../../src/random/key.ts";
import { medianBandwidth } from "../../../src/systems/svgd/bandwidth.ts";
import { steinFlow } from "../../../src/systems/svgd/flow.ts";
import { steinJkoSolver } from "../../../src/systems/svgd/jkoSolver.ts";
import { svgdSolver } from "../../../src/systems/svgd/solver.ts";
import { svgdVelocity } from "../../../src/systems/svgd/velocity.ts";

const modes = {
  weights: [0.4, 0.6],
  means: [
    [-1, 0.3],
    [1, 0],
  ],
  deviations: [0.7, 0.9],
};
const potential = mixturePotential(modes);
const target = gaussianMixture(modes);
const round = (stiffness: number) =>
  quadraticPotential({
    matrix: [
      [stiffness, 0],
      [0, stiffness],
    ],
  });
const reference = round(0.6);
const initial = gaussian({
  mean: [0.5, 0.5],
  covariance: [
    [0.6, 0.1],
    [0.1, 0.4],
  ],
});
const cloud = sampleCloud(initial, keyFrom(1), 60);
const kernel = maternKernel({ bandwidth: 0.8 });
const velocityOn = (flow: GradientFlow, at: Cloud) =>
  svgdVelocity(steinOf("test", flow.mobility), flow.energy.potential as Potential, at);
const unscaled = (flow: GradientFlow, at: Cloud) => {
  const { value, scale } = velocityOn(flow, at);
  return value.map((v) => v * Math.exp(scale));
};

async function last(
  solver: Solver<unknown>,
  problem: { readonly flow: GradientFlow; readonly cloud: Cloud },
  steps: number,
) {
  const infos: StepInfo[] = [];
  let end = problem.cloud;
  for await (const frame of rollout(solver, problem, { steps, key: keyFrom(0) })) {
    end = frame.cloud;
    if (frame.info !== null) infos.push(frame.info);
  }
  return { cloud: end, infos };
}

/** `(1/n) Σ_j (∇_y K − K ∇V)` from the definition of the special kernel, with gradients of `V`, by differences of `K`. */
function general(mobility: SteinMobility, at: Cloud, x: readonly number[]): number[] {
  const K = (p: ArrayLike<number>, q: ArrayLike<number>) => {
    const jet = new Float64Array(3);
    mobility.kernel.evaluate((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2, jet);
    const log = (y: ArrayLike<number>) => potential.value(y) - 0.5 * reference.value(y);
    return jet[0] * Math.exp(log(p) + log(q));
  };
  const h = 1e-5;
  const sum = [0, 0];
  for (let j = 0; j < at.count; j++) {
    const y = [at.positions[2 * j], at.positions[2 * j + 1]];
    const slope = potential.gradient(y);
    for (const k of [0, 1]) {
      const shift = (s: number) => y.map((value, a) => (a === k ? value + s : value));
      sum[k] += ((K(x, shift(h)) - K(x, shift(-h))) / (2 * h) - K(x, y) * slope[k]) / at.count;
    }
  }
  return sum;
}

describe("the special kernel", () => {
  const flow = steinFlow({ dimension: 2, potential, kernel, reference, tau: 0.05 });

  it("without gradients of V is the general form with them", () => {
    const value = unscaled(flow, cloud);
    for (let i = 0; i < 10; i++) {
      const x = [cloud.positions[2 * i], cloud.positions[2 * i + 1]];
      general(steinOf("test", flow.mobility), cloud, x).forEach((v, k) => {
        expect(value[2 * i + k]).toBeCloseTo(v, 5);
      });
    }
  });

  it("moves particles, and their densities, by values of V alone", async () => {
    const forbidden = (): never => {
      throw new Error("a gradient of V");
    };
    const blind: Potential = {
      ...potential,
      gradient: forbidden,
      hessian: forbidden,
      tensor: forbidden,
    };
    const solver = svgdSolver({ largestMove: 0.1 });
    const seeing = await last(solver, { flow, cloud }, 5);
    const unseeing = await last(
      solver,
      { flow: steinFlow({ dimension: 2, potential: blind, kernel, reference, tau: 0.05 }), cloud },
      5,
    );
    expect(unseeing.cloud).toEqual(seeing.cloud);
    const plain = steinFlow({ dimension: 2, potential: blind, kernel, tau: 0.05 });
    await expect(last(solver, { flow: plain, cloud }, 1)).rejects.toThrow("a gradient of V");
  });

  it("does not mind weights beyond what numbers hold", async () => {
    const steep: Potential = { ...potential, value: (x) => potential.value(x) + 1000 };
    const far = steinFlow({ dimension: 2, potential: steep, kernel, reference, tau: 0.05 });
    const solver = svgdSolver({ largestMove: 0.1, mostPieces: 3 });
    const { cloud: end, infos } = await last(solver, { flow: far, cloud }, 1);
    expect(infos[0].portion).toBeLessThan(1e-6);
    expect(end.positions.every(Number.isFinite)).toBe(true);
    const moves = end.positions.map((x, k) => Math.abs(x - cloud.positions[k]));
    expect(Math.max(...moves)).toBeLessThan(0.3 + 1e-12);
    expect(Math.max(...moves)).toBeGreaterThan(0.01);
  });
});

describe.each([
  ["Gaussian", gaussianKernel({ bandwidth: 0.8 })],
  ["inverse multiquadric", inverseMultiquadricKernel({ bandwidth: 0.8 })],
  ["Matérn", kernel],
])("explicit steps with the %s kernel", (_name, own) => {
  const flow = steinFlow({ dimension: 2, potential, kernel: own, tau: 1e-4 });

  it("dissipate what the squared Stein discrepancy says", async () => {
    const { action } = velocityOn(flow, cloud);
    const mean = action.reduce((sum, a) => sum + a, 0) / cloud.count;
    const points = Float64Array.from(cloud.positions);
    const ksd = steinDiscrepancy(points, target.score(points), { kernel: own, dimension: 2 });
    expect(mean / ksd ** 2).toBeCloseTo(1, 10);
    const { infos } = await last(svgdSolver({ largestMove: 0.1 }), { flow, cloud }, 1);
    expect(infos[0].energyChange / (-flow.tau * ksd ** 2)).toBeCloseTo(1, 2);
    expect(infos[0].objective / infos[0].energyChange).toBeCloseTo(0.5, 2);
  });

  it("carry the determinant of the map that they make", async () => {
    const strong = { ...flow, tau: 0.2 };
    const { cloud: end } = await last(svgdSolver({ largestMove: 10 }), { flow: strong, cloud }, 1);
    // A passive particle in a cloud of a thousand copies of the others feels them alone.
    const copies = 200;
    const many = cloud.count * copies;
    const image = (x: number, y: number) => {
      const positions = new Float64Array(2 * many + 2);
      for (let c = 0; c < copies; c++) positions.set(cloud.positions, c * 2 * cloud.count);
      positions.set([x, y], 2 * many);
      const larger: Cloud = {
        dimension: 2,
        count: many + 1,
        positions,
        logDensity: new Float64Array(many + 1),
      };
      return unscaledAt(strong, larger, many).map((v, k) => (k === 0 ? x : y) + 0.2 * v);
    };
    const h = 1e-3;
    const [x, y] = [cloud.positions[0], cloud.positions[1]];
    const across = [image(x + h, y), image(x - h, y), image(x, y + h), image(x, y - h)];
    const [a, b] = [0, 1].map((k) => (across[0][k] - across[1][k]) / (2 * h));
    const [c, d] = [0, 1].map((k) => (across[2][k] - across[3][k]) / (2 * h));
    const carried = cloud.logDensity[0] - end.logDensity[0];
    expect(Math.abs(Math.log(a * d - b * c) - carried)).toBeLessThan(2e-3);
  });
});

/** The velocity of one particle, by the sums of that one alone. */
function unscaledAt(flow: GradientFlow, at: Cloud, i: number): number[] {
  const { kernel: own } = steinOf("test", flow.mobility);
  const jet = new Float64Array(3);
  const sum = [0, 0];
  for (let j = 0; j < at.count; j++) {
    const y = at.positions.subarray(2 * j, 2 * j + 2);
    const z = [0, 1].map((k) => at.positions[2 * i + k] - y[k]);
    own.evaluate(z[0] ** 2 + z[1] ** 2, jet);
    const slope = potential.gradient(y);
    for (const k of [0, 1]) sum[k] += (-2 * jet[1] * z[k] - jet[0] * slope[k]) / at.count;
  }
  return sum;
}

describe("symmetries of SVGD", () => {
  const well = round(1);
  const flows = [
    ["plain", steinFlow({ dimension: 2, potential: well, kernel, tau: 0.1 })],
    ["special", steinFlow({ dimension: 2, potential: well, kernel, reference: well, tau: 0.1 })],
  ] as const;
  const solvers = [
    ["explicit", svgdSolver({ largestMove: 0.1, bandwidth: medianBandwidth }) as Solver<unknown>],
    ["JKO", steinJkoSolver({ tolerance: 1e-9, iterations: 60 }) as Solver<unknown>],
  ] as const;
  const [cosine, sine] = [Math.cos(0.7), Math.sin(0.7)];
  const turn = (x: ArrayLike<number>) =>
    Float64Array.from(x, (value, k) =>
      k % 2 === 0 ? cosine * value - sine * x[k + 1] : sine * x[k - 1] + cosine * value,
    );
  const small = sampleCloud(initial, keyFrom(2), 20);

  it.each(flows.flatMap(([kind, flow]) => solvers.map(([name, solver]) => ({ kind, name, flow, solver }))))(
    "$name steps, $kind kernel: particles may be turned and renumbered",
    async ({ flow, solver }) => {
      const { cloud: end } = await last(solver, { flow, cloud: small }, 2);
      const turned = await last(solver, { flow, cloud: { ...small, positions: turn(small.positions) } }, 2);
      turn(end.positions).forEach((x, k) => {
        expect(Math.abs(turned.cloud.positions[k] - x)).toBeLessThan(1e-6);
      });
      const order = Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 20);
      const shuffled = {
        ...small,
        positions: Float64Array.from(small.positions, (_, k) => small.positions[2 * order[k >> 1] + (k % 2)]),
        logDensity: Float64Array.from(order, (i) => small.logDensity[i]),
      };
      const other = await last(solver, { flow, cloud: shuffled }, 2);
      order.forEach((i, at) => {
        expect(Math.abs(other.cloud.positions[2 * at] - end.positions[2 * i])).toBeLessThan(1e-6);
        expect(Math.abs(other.cloud.logDensity[at] - end.logDensity[i])).toBeLessThan(1e-5);
      });
    },
  );
});

describe("JKO steps in Stein's metric", () => {
  it.each([
    ["plain", undefined],
    ["special", reference],
  ])("become SVGD as τ → 0, at order one, %s kernel", async (_name, given) => {
    const small = sampleCloud(initial, keyFrom(3), 24);
    const special = given === undefined ? {} : { reference: given };
    const at = (tau: number) => steinFlow({ dimension: 2, potential, kernel, tau, ...special });
    // The special kernel has another unit of time: steps are those in which the fastest particle goes as far.
    const fastest = unscaled(at(1), small).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const taus = [0.04, 0.02, 0.01, 0.005].map((length) => length / fastest);
    const errors: number[] = [];
    for (const tau of taus) {
      const flow = at(tau);
      const velocity = unscaled(flow, small);
      const solver = steinJkoSolver({ tolerance: 1e-8, iterations: 200 });
      const { cloud: end } = await last(solver as Solver<unknown>, { flow, cloud: small }, 1);
      let [off, size] = [0, 0];
      velocity.forEach((v, k) => {
        off += ((end.positions[k] - small.positions[k]) / tau - v) ** 2;
        size += v * v;
      });
      errors.push(Math.sqrt(off / size));
    }
    expect(errors[3]).toBeLessThan(0.05);
    expect(Math.abs(observedOrder(taus, errors) - 1)).toBeLessThan(0.15);
  });

  it("certify that they dissipate, at steps at which explicit ones overshoot", async () => {
    const flow = steinFlow({ dimension: 2, potential, kernel, tau: 20 });
    const solver = steinJkoSolver({ tolerance: 1e-3, iterations: 40 });
    const { infos } = await last(solver as Solver<unknown>, { flow, cloud }, 4);
    for (const { objective, energyChange, folded } of infos) {
      expect(objective).toBeLessThan(0);
      expect(energyChange).toBeLessThan(objective + 1e-12);
      expect(folded).toBe(0);
    }
  });

  it("refuse more particles than matrices fit", async () => {
    const flow = steinFlow({ dimension: 2, potential, kernel, tau: 0.1 });
    const many = sampleCloud(initial, keyFrom(1), 4001);
    await expect(
      steinJkoSolver({ tolerance: 1e-3, iterations: 1 }).init(flow, many, keyFrom(0)),
    ).rejects.toThrow("at most 4000 particles, got 4001");
  });
});

describe("the kink of the Laplace kernel on the line", () => {
  it("is in the density that particles carry", async () => {
    const rho = gaussian({ mean: [0.8], covariance: [[0.64]] });
    const count = 600;
    const line = quantileCloud(rho, count);
    const well = quadraticPotential({ matrix: [[1]] });
    const kinked = laplaceKernel({ bandwidth: 1, amplitude: 0.5 });
    const flow = steinFlow({ dimension: 1, potential: well, kernel: kinked, reference: well, tau: 0.05 });
    const { cloud: end } = await last(
      svgdSolver({ largestMove: 0.1 }) as Solver<unknown>,
      { flow, cloud: line },
      10,
    );
    // Particles keep their order, and the mass between neighbours: that is their density too.
    for (let i = 100; i < 500; i += 50) {
      const spacing = Math.log(20 / count / (end.positions[i + 10] - end.positions[i - 10]));
      expect(Math.abs(spacing - end.logDensity[i])).toBeLessThan(0.02);
    }
  });
});

describe("the median rule", () => {
  it("follows the scale of the cloud, and refuses one point", () => {
    const wide = { ...cloud, positions: cloud.positions.map((x) => 3 * x) };
    expect(medianBandwidth(wide) / medianBandwidth(cloud)).toBeCloseTo(3, 12);
    expect(() => medianBandwidth({ ...cloud, count: 1 })).toThrow("two particles or more");
  });
});
