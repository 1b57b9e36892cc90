import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { bananaPotential } from "../../src/energies/bananaPotential.ts";
import { force, hessian } from "../../src/energies/derivatives.ts";
import { doubleWellPotential } from "../../src/energies/doubleWellPotential.ts";
import { type Energy, evaluateEnergy, type Potential } from "../../src/energies/energy.ts";
import { freeEnergy } from "../../src/energies/freeEnergy.ts";
import { entropy, powerEnergy } from "../../src/energies/internalEnergy.ts";
import { mixturePotential } from "../../src/energies/mixturePotential.ts";
import { modePotential } from "../../src/energies/modePotential.ts";
import { powerInteraction } from "../../src/energies/powerInteraction.ts";
import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { ripplePotential } from "../../src/energies/ripplePotential.ts";
import { trigonometricInteraction } from "../../src/energies/trigonometricInteraction.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { gaussianMixture } from "../../src/measures/mixture.ts";
import { jacobians, particlesFirst } from "../../src/networks/dual.ts";
import { normals } from "../../src/random/draw.ts";
import { keyFrom } from "../../src/random/key.ts";
import { randomRotation } from "../../src/random/rotation.ts";

/** Every potential, one row each. */
const potentials: readonly (readonly [name: string, dimension: number, Potential])[] = [
  ["quadratic", 1, quadraticPotential({ matrix: [[1.7]], centre: [0.4] })],
  [
    "quadratic",
    2,
    quadraticPotential({
      matrix: [
        [2, 0.5],
        [0.5, 1],
      ],
      centre: [0.3, -0.6],
    }),
  ],
  [
    "quadratic",
    3,
    quadraticPotential({
      matrix: [
        [2, 0.5, 0],
        [0.5, 1, -0.2],
        [0, -0.2, 0.7],
      ],
    }),
  ],
  ["modes", 2, modePotential({ stiffnesses: [0.4, 3], modes: randomRotation(keyFrom(8), 2) })],
  ["double well", 1, doubleWellPotential({ dimension: 1, height: 0.25, halfWidth: 1.2 })],
  ["double well", 2, doubleWellPotential({ dimension: 2, height: 0.4, halfWidth: 0.8 })],
  ["mixture", 1, mixturePotential({ weights: [0.3, 0.7], means: [[-1], [0.5]], deviations: [0.6, 0.9] })],
  [
    "mixture",
    2,
    mixturePotential({
      weights: [0.3, 0.7],
      means: [
        [-1, 0.2],
        [0.5, 0],
      ],
      deviations: [0.8, 0.9],
    }),
  ],
  ["banana", 2, bananaPotential({ centre: [0.1, -0.2], deviations: [1, 0.8], bend: 0.4 })],
  [
    "ripple",
    2,
    ripplePotential({ dimension: 2, stiffness: 0.7, amplitude: 0.4, wavenumber: 2.5, phase: 0.6 }),
  ],
];

/** Every energy, one row each. */
const energies: readonly (readonly [name: string, Energy])[] = [
  [
    "free energy, quadratic",
    freeEnergy({ internal: entropy(0.7), potential: quadraticPotential({ matrix: [[1.5]], centre: [0.2] }) }),
  ],
  [
    "free energy, double well",
    freeEnergy({
      internal: entropy(0.3),
      potential: doubleWellPotential({ dimension: 1, height: 0.25, halfWidth: 1 }),
    }),
  ],
  ["porous medium, m = 2", freeEnergy({ internal: powerEnergy({ exponent: 2 }) })],
  [
    "porous medium, m = 2.5, confined",
    freeEnergy({
      internal: powerEnergy({ exponent: 2.5, coefficient: 0.8 }),
      potential: quadraticPotential({ matrix: [[0.5]] }),
    }),
  ],
  [
    "quartic attraction, quadratic repulsion",
    freeEnergy({
      interaction: powerInteraction({
        terms: [
          { coefficient: 1, power: 4 },
          { coefficient: -1, power: 2 },
        ],
      }),
    }),
  ],
  [
    "aggregation–diffusion",
    freeEnergy({
      internal: entropy(0.4),
      interaction: powerInteraction({ terms: [{ coefficient: 0.9, power: 2 }] }),
    }),
  ],
  [
    "power-law kernel",
    freeEnergy({ interaction: powerInteraction({ terms: [{ coefficient: 1, power: 3 }] }) }),
  ],
  [
    "two harmonics on a circle",
    freeEnergy({
      internal: entropy(0.5),
      interaction: trigonometricInteraction({
        period: 5,
        harmonics: [
          { order: 1, coefficient: -1.3 },
          { order: 2, coefficient: 0.6 },
        ],
      }),
    }),
  ],
];

describe.each(potentials)("the %s potential in dimension %i", (_name, d, potential) => {
  const count = 7;
  const points = normals(keyFrom(d), count * d);
  const at = (i: number) => points.subarray(i * d, (i + 1) * d);
  const shifted = (i: number, k: number, h: number) => at(i).map((x, j) => (j === k ? x + h : x));
  const positions = () => tf.tensor3d(Float32Array.from(points), [1, count, d]);

  it("is the same on tensors", () => {
    const values = tf.tidy(() => potential.tensor(positions()).dataSync());
    for (let i = 0; i < count; i++) {
      expect(Math.abs(values[i] - potential.value(at(i)))).toBeLessThan(2e-6 * (1 + potential.value(at(i))));
    }
  });

  it("has the gradient and the Hessian of its values", () => {
    const h = 1e-4;
    for (let i = 0; i < count; i++) {
      const hessian = potential.hessian(at(i));
      for (let k = 0; k < d; k++) {
        const slope = (potential.value(shifted(i, k, h)) - potential.value(shifted(i, k, -h))) / (2 * h);
        expect(Math.abs(potential.gradient(at(i))[k] - slope)).toBeLessThan(1e-6);
        const [ahead, behind] = [h, -h].map((step) => potential.gradient(shifted(i, k, step)));
        for (let j = 0; j < d; j++) {
          expect(Math.abs(hessian[j][k] - (ahead[j] - behind[j]) / (2 * h))).toBeLessThan(1e-6);
        }
      }
    }
  });

  it("gives its force and the force's Jacobian", () => {
    const { value, tangent } = tf.tidy(() => {
      const dual = force(potential.tensor, positions());
      return { value: particlesFirst(dual.value).dataSync(), tangent: jacobians(dual).dataSync() };
    });
    for (let i = 0; i < count; i++) {
      const [gradient, hessian] = [potential.gradient(at(i)), potential.hessian(at(i))];
      for (let k = 0; k < d; k++) {
        expect(Math.abs(value[i * d + k] + gradient[k])).toBeLessThan(1e-5 * (1 + Math.abs(gradient[k])));
        for (let j = 0; j < d; j++) {
          const entry = tangent[(i * d + k) * d + j];
          expect(Math.abs(entry + hessian[j][k])).toBeLessThan(1e-5 * (1 + Math.abs(hessian[j][k])));
        }
      }
    }
  });

  it("gives its Hessian and the Hessian's derivatives", () => {
    const h = 1e-4;
    const entries = tf.tidy(() =>
      hessian(potential.tensor, positions()).map((row) =>
        row.map((dual) => ({ value: dual.value.dataSync(), tangent: jacobians(dual).dataSync() })),
      ),
    );
    entries.forEach((row, i) => {
      expect(row).toHaveLength(i + 1);
      row.forEach(({ value, tangent }, j) => {
        for (let particle = 0; particle < count; particle++) {
          const exact = potential.hessian(at(particle))[i][j];
          expect(Math.abs(value[particle] - exact)).toBeLessThan(1e-5 * (1 + Math.abs(exact)));
          for (let k = 0; k < d; k++) {
            const [ahead, behind] = [h, -h].map(
              (step) => potential.hessian(shifted(particle, k, step))[i][j],
            );
            const slope = (ahead - behind) / (2 * h);
            expect(Math.abs(tangent[particle * d + k] - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
          }
        }
      });
    });
  });
});

describe.each(energies)("the %s", (_name, energy) => {
  const rho = gaussianMixture({ weights: [0.4, 0.6], means: [[-0.8], [0.7]], deviations: [0.5, 0.4] });
  const count = 2000;
  // Midpoints of equal masses: a quadrature for every integral against ρ.
  const nodes = Float64Array.from({ length: count }, (_, i) => rho.quantile((i + 0.5) / count));
  const cloudAt = (positions: Float64Array, logDensity: Float64Array): Cloud => ({
    dimension: 1,
    count: positions.length,
    positions,
    logDensity,
  });
  const onTensors = (f: Energy["integrandTensor"], { positions, logDensity, count: n }: Cloud) =>
    tf.tidy(() =>
      f({
        positions: tf.tensor3d(Float32Array.from(positions), [1, n, 1]),
        logDensity: tf.tensor2d(Float32Array.from(logDensity), [1, n]),
      }).dataSync(),
    );
  const cloud = cloudAt(nodes, rho.logDensity(nodes));

  it("is the same on tensors", () => {
    // Few enough that in Float64 too every particle meets every other.
    const few = cloudAt(
      nodes.filter((_, i) => i % 4 === 2),
      cloud.logDensity.filter((_, i) => i % 4 === 2) as Float64Array,
    );
    const exact = energy.integrand(few);
    onTensors(energy.integrandTensor, few).forEach((value, i) => {
      expect(Math.abs(value - exact[i])).toBeLessThan(3e-6 * (1 + Math.abs(exact[i])));
    });
    expect(evaluateEnergy(energy, few)).toBeCloseTo(
      exact.reduce((sum, value) => sum + value, 0) / few.count,
      12,
    );
  });

  it("has its chemical potential as first variation", () => {
    // d/dε E((id + εξ)#ρ) = ∫ μ' ξ ρ, with ξ of compact influence and the density carried along exactly.
    const field = (x: number) => Math.sin(x + 0.3);
    const pushed = (e: number) =>
      cloudAt(
        nodes.map((x) => x + e * field(x)),
        cloud.logDensity.map(
          (value, i) => value - Math.log(1 + e * Math.cos(nodes[i] + 0.3)),
        ) as Float64Array,
      );
    const h = 1e-3;
    const variation = (evaluateEnergy(energy, pushed(h)) - evaluateEnergy(energy, pushed(-h))) / (2 * h);
    const mu = onTensors(energy.chemicalPotential, cloud);
    const apart = 4; // slopes over a few neighbours: curvature against rounding of float32
    const pairing =
      nodes.reduce((sum, x, i) => {
        const [left, right] = [Math.max(0, i - apart), Math.min(count - 1, i + apart)];
        return sum + (field(x) * (mu[right] - mu[left])) / (nodes[right] - nodes[left]);
      }, 0) / count;
    expect(Math.abs(variation)).toBeGreaterThan(0.02);
    expect(Math.abs(pairing - variation)).toBeLessThan(3e-3 + 0.01 * Math.abs(variation));
  });
});
