/** @file The flow of the Kuramoto–Daido model: its energy, its force, its symmetry, one operator for all couplings. */

import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { evaluateEnergy } from "../../../src/energies/energy.ts";
import { conditioned, flowFamily } from "../../../src/jko/flow.ts";
import type { Cloud } from "../../../src/measures/cloud.ts";
import { trigonometricMixture } from "../../../src/measures/trigonometricMixture.ts";
import { kuramotoFlow } from "../../../src/systems/kuramoto/flow.ts";

const [coupling, secondHarmonic, tau] = [1.6, 0.4, 0.1];
const flow = kuramotoFlow({ coupling, secondHarmonic, tau });
const density = trigonometricMixture({
  weights: [0.6, 0.4],
  components: [
    { concentrations: [1.5, 0.3], centres: [1, 2] },
    { concentrations: [3], centres: [4] },
  ],
});
const count = 2000;
const angles = Float64Array.from({ length: count }, (_, i) => density.quantile((i + 0.5) / count));
const cloudOf = (positions: Float64Array): Cloud => ({
  dimension: 1,
  count: positions.length,
  positions,
  logDensity: density.logDensity(positions),
});

describe("kuramotoFlow", () => {
  it("has the energy ½∫q log q − (K/2)(r₁² + m r₂²)", () => {
    const n = 1000;
    let entropy = 0;
    const modes = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const theta = (2 * Math.PI * i) / n;
      const log = density.logDensity(Float64Array.of(theta))[0];
      const mass = ((2 * Math.PI) / n) * Math.exp(log);
      entropy += 0.5 * mass * log;
      for (const k of [1, 2]) {
        modes[2 * k - 2] += mass * Math.cos(k * theta);
        modes[2 * k - 1] += mass * Math.sin(k * theta);
      }
    }
    const [first, second] = [modes[0] ** 2 + modes[1] ** 2, modes[2] ** 2 + modes[3] ** 2];
    const exact = entropy - (coupling / 2) * (first + secondHarmonic * second);
    expect(evaluateEnergy(flow.energy, cloudOf(angles))).toBeCloseTo(exact, 5);
  });

  it("drives particles by K W' of the others", () => {
    const at = [0, 400, 1500];
    const mu = (positions: tf.Tensor3D) =>
      tf.sum(flow.energy.interaction?.fieldTensor(positions) as tf.Tensor2D);
    const positions = tf.tensor3d(Float32Array.from(angles), [1, count, 1]);
    // Σ_i (W*ρ)(x_i) is twice the energy: its slope is twice the force.
    const slope = tf.tidy(() =>
      tf
        .grad((x) => mu(x as tf.Tensor3D))(positions)
        .dataSync(),
    );
    for (const i of at) {
      let drift = 0;
      for (const other of angles) {
        const z = angles[i] - other;
        drift += (-coupling * (Math.sin(z) + 2 * secondHarmonic * Math.sin(2 * z))) / count;
      }
      expect(-slope[i] / 2).toBeCloseTo(drift, 5);
    }
    positions.dispose();
  });

  it("does not feel rotations", () => {
    const turned = { ...cloudOf(angles), positions: angles.map((theta) => theta + 1.1) };
    expect(evaluateEnergy(flow.energy, turned)).toBeCloseTo(evaluateEnergy(flow.energy, cloudOf(angles)), 12);
  });

  it("is a family by its coupling", () => {
    const family = flowFamily({ coupling: 1 }, (own) =>
      kuramotoFlow({ coupling: own.coupling, secondHarmonic, tau }),
    );
    const couplings = [0.8, coupling, 3];
    const batch = tf.tensor2d(couplings, [3, 1]);
    const together = conditioned(family, { coupling: batch });
    const few = angles.filter((_, i) => i % 50 === 0);
    const tile = <T extends tf.Tensor>(x: ArrayLike<number>, shape: number[]) =>
      tf.tile(tf.tensor(Float32Array.from(x), [1, ...shape]), [3, ...shape.map(() => 1)]) as T;
    const values = tf.tidy(
      () =>
        together.energy
          .integrandTensor({
            positions: tile<tf.Tensor3D>(few, [few.length, 1]),
            logDensity: tile<tf.Tensor2D>(density.logDensity(few), [few.length]),
          })
          .arraySync() as number[][],
    );
    couplings.forEach((own, b) => {
      const exact = conditioned(family, { coupling: own }).energy.integrand(cloudOf(few));
      exact.forEach((value, i) => {
        expect(Math.abs(values[b][i] - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
      });
    });
    batch.dispose();
  });
});
