/** @file Interactions on a circle by a few harmonics, in `O(n)` through the Fourier modes of the density. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";
import type { Cloud } from "../measures/cloud.ts";
import { type Coefficient, numberOf, specOf } from "./coefficient.ts";
import type { FieldMoments, Interaction, SmoothField } from "./interaction.ts";

/** `c cos(nkz)` with the circle's wavenumber `k`. Negative coefficients attract, positive ones repel. */
export interface Harmonic {
  /** `n ≥ 1`. */
  readonly order: number;
  /** `c`, in units of energy. */
  readonly coefficient: Coefficient;
}

/** A harmonic by its wavenumber `nk`. */
interface Wave {
  readonly wavenumber: number;
  readonly coefficient: Coefficient;
}

/** The Fourier modes of clouds: `E cos(nky)` and `E sin(nky)` for the orders of the kernel, `[B, orders]` each. */
type FourierModes = { readonly cosines: tf.Tensor2D; readonly sines: tf.Tensor2D };

/**
 * `W(z) = Σ_n c_n cos(nkz)`, `k = 2π/L`, on the circle of length `L`. With the modes `C_n = E cos(nky)` and `S_n = E sin(nky)` of the density
 *
 *     (W*ρ)(x) = Σ_n c_n (C_n cos nkx + S_n sin nkx),     ½∬Wρρ = ½ Σ_n c_n (C_n² + S_n²).
 *
 * Unlike in {@link powerInteraction} the mean is over all particles, each itself included: the energy is then that of the empirical
 * measure, a function of its modes alone, and since `W` is smooth and even what a particle adds to its own field is a constant without a slope.
 *
 * @param options.period `L > 0`.
 * @param options.harmonics at least one; coefficients may vary from cloud to cloud.
 */
export function trigonometricInteraction(options: {
  readonly period: number;
  readonly harmonics: readonly Harmonic[];
}): Interaction {
  const { period, harmonics } = options;
  check(
    period > 0 && period < Infinity,
    () => `trigonometricInteraction: period must be positive and finite, got ${period}`,
  );
  check(
    harmonics.length > 0 && harmonics.every(({ order }) => Number.isInteger(order) && order > 0),
    () =>
      `trigonometricInteraction: harmonics must be at least one, of orders 1, 2, …; got orders [${harmonics.map(({ order }) => order)}]`,
  );
  const waves = harmonics.map(({ order, coefficient }) => ({
    wavenumber: (2 * Math.PI * order) / period,
    coefficient,
  }));
  const sum = (term: (coefficient: number, wavenumber: number) => number) =>
    waves.reduce((total, { coefficient, wavenumber: k }) => total + term(numberOf(coefficient), k), 0);
  const isNumeric = waves.every(({ coefficient }) => typeof coefficient === "number");
  const smooth = fourierField(waves);
  return {
    spec: {
      kind: "trigonometric",
      period,
      harmonics: harmonics.map(({ order, coefficient }) => ({ order, coefficient: specOf(coefficient) })),
    },
    ...(isNumeric ? { convexity: -sum((c, k) => Math.abs(c) * k * k) } : {}),
    value: (squared) => sum((c, k) => c * Math.cos(k * Math.sqrt(squared))),
    slope: (squared) => sum((c, k) => (-c * k * Math.sin(k * Math.sqrt(squared))) / Math.sqrt(squared)),
    profile: {
      value: (z) => sum((c, k) => c * Math.cos(k * z)),
      gradient: (z) => sum((c, k) => -c * k * Math.sin(k * z)),
      hessian: (z) => sum((c, k) => -c * k * k * Math.cos(k * z)),
    },
    field: (cloud) => fieldOf(waves, cloud),
    fieldTensor: (positions) => smooth.field(smooth.moments(positions), positions) as tf.Tensor2D,
    smooth,
    scale: (squaredRadius) => scaleOf(waves, squaredRadius),
  };
}

/** The harmonics of a trigonometric interaction, which particle methods sum by themselves; undefined for any other. */
export function harmonicsOf(interaction: Interaction): readonly Harmonic[] | undefined {
  const { kind, harmonics } = interaction.spec;
  return kind === "trigonometric" ? (harmonics as readonly Harmonic[]) : undefined;
}

/** `(W*ρ)(x_i)` in Float64, `[n]`. */
function fieldOf(waves: readonly Wave[], { dimension, count, positions }: Cloud): Float64Array {
  checkCircle(dimension);
  const field = new Float64Array(count);
  const [cosines, sines] = [new Float64Array(count), new Float64Array(count)];
  for (const { coefficient, wavenumber: k } of waves) {
    let [cosine, sine] = [0, 0];
    for (let i = 0; i < count; i++) {
      cosines[i] = Math.cos(k * positions[i]);
      sines[i] = Math.sin(k * positions[i]);
      cosine += cosines[i] / count;
      sine += sines[i] / count;
    }
    const c = numberOf(coefficient);
    for (let i = 0; i < count; i++) field[i] += c * (cosine * cosines[i] + sine * sines[i]);
  }
  return field;
}

/** What separates a point mass from a Gaussian of this radius: `Σ |c_n| (1 − e^{−(nks)²})`, `[B, 1]`. */
function scaleOf(waves: readonly Wave[], squaredRadius: tf.Tensor2D): tf.Tensor2D {
  const parts = waves.map(({ coefficient, wavenumber: k }) =>
    tf.mul(
      typeof coefficient === "number" ? Math.abs(coefficient) : tf.abs(coefficient),
      tf.sub(1, tf.exp(tf.mul(-k * k, squaredRadius))),
    ),
  );
  return total(parts) as tf.Tensor2D;
}

function fourierField(waves: readonly Wave[]): SmoothField {
  const phases = (points: tf.Tensor) => {
    checkCircle(points.shape[2] ?? 0);
    const x = tf.squeeze<tf.Tensor2D>(points, [2]);
    return waves.map(({ wavenumber }) => tf.mul(x, wavenumber));
  };
  return {
    isWhole: true,
    moments(positions) {
      const own = phases(positions);
      const means = (wave: (phase: tf.Tensor) => tf.Tensor) =>
        tf.concat(
          own.map((phase) => tf.mean(wave(phase), 1, true)),
          1,
        ) as tf.Tensor2D;
      return { cosines: means(tf.cos), sines: means(tf.sin) };
    },
    field(moments: FieldMoments, points) {
      const { cosines, sines } = moments as FourierModes;
      const own = phases(points);
      const mode = (modes: tf.Tensor2D, n: number) => tf.slice(modes, [0, n], [-1, 1]);
      return total(
        waves.map(({ coefficient }, n) =>
          tf.mul(
            coefficient,
            tf.add(tf.mul(mode(cosines, n), tf.cos(own[n])), tf.mul(mode(sines, n), tf.sin(own[n]))),
          ),
        ),
      );
    },
  };
}

function checkCircle(dimension: number): void {
  check(
    dimension === 1,
    () => `trigonometricInteraction: points must be angles, of one coordinate, got ${dimension}`,
  );
}

function total(tensors: readonly tf.Tensor[]): tf.Tensor {
  return tensors.reduce((sum, tensor) => tf.add(sum, tensor));
}
