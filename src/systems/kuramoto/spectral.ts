/** @file The Kuramoto–Daido equation by its Fourier modes: the reference solution. */

import { check } from "../../check/check.ts";
import type { Measure } from "../../measures/measure.ts";
import type { DaidoModel } from "./equilibria.ts";

/** `z_k = ∫e^{ikθ} q`, `k = 0, …, modes`, in two real arrays; `z_0 = 1` is the mass. */
export interface FourierDensity {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

export interface SpectralEquation {
  /** The modes of a density. */
  project(measure: Measure): FourierDensity;
  /** The solution a time later, by steps of at most the time step. */
  evolve(density: FourierDensity, time: number): FourierDensity;
  /** `max_k |dz_k/dt|`, in units of 1/time: zero at rest. */
  speed(density: FourierDensity): number;
}

/** Diagonally implicit, second order, stiffly accurate. @see Ascher, Ruuth & Spiteri (1997), doi:10.1016/S0168-9274(97)00056-1, ARS(2,2,2). */
const gamma = 1 - Math.SQRT1_2;
const delta = 1 - 1 / (2 * gamma);

/**
 * `∂_t q = ½q'' − K(q (W*q)')'`, `W = cos θ + m cos 2θ`, for the modes:
 *
 *     dz_k/dt = −½k² z_k + ½Kk Σ_{l = ±1, ±2} l m_l z_l z_{k−l},     m_{±1} = 1, m_{±2} = m,
 *
 * truncated at `modes`, with diffusion implicit and interaction explicit, of second order in time. Mass is kept exactly, and steady
 * states of the truncated system are steady states of the scheme, whatever the time step.
 *
 * @param options.modes 64 unless given: the densities of `K ≤ 3` fall below rounding long before.
 * @param options.timeStep in units of time.
 */
export function spectralEquation(
  model: DaidoModel,
  options: { readonly modes?: number; readonly timeStep: number },
): SpectralEquation {
  const { modes = 64, timeStep } = options;
  check(
    Number.isInteger(modes) && modes >= 2,
    () => `spectralEquation: modes must be an integer of at least 2, got ${modes}`,
  );
  check(timeStep > 0, () => `spectralEquation: timeStep must be positive, got ${timeStep}`);
  const drift = (density: FourierDensity) => interactionOf(model, density);
  return {
    project: (measure) => projected(measure, modes),
    evolve(density, time) {
      const steps = Math.max(1, Math.ceil(time / timeStep - 1e-9));
      let now = density;
      for (let step = 0; step < steps; step++) now = imexStep(now, time / steps, drift);
      return now;
    },
    speed(density) {
      const push = drift(density);
      return density.real.reduce((most, re, k) => {
        const damping = 0.5 * k * k;
        const rate = Math.hypot(
          push.real[k] - damping * re,
          push.imaginary[k] - damping * density.imaginary[k],
        );
        return Math.max(most, rate);
      }, 0);
    },
  };
}

function projected(measure: Measure, modes: number): FourierDensity {
  check(
    measure.dimension === 1,
    () => `spectralEquation: the measure must have dimension 1, got ${measure.dimension}`,
  );
  const count = 16 * modes;
  const angles = Float64Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count);
  const mass = measure.logDensity(angles).map((value) => ((2 * Math.PI) / count) * Math.exp(value));
  const mode = (k: number, wave: (phase: number) => number) =>
    mass.reduce((sum, m, i) => sum + m * wave(k * angles[i]), 0);
  const all = (wave: (phase: number) => number) =>
    Float64Array.from({ length: modes + 1 }, (_, k) => mode(k, wave));
  return { real: all(Math.cos), imaginary: all(Math.sin) };
}

/** `½Kk Σ_l l m_l z_l z_{k−l}` for every mode; those beyond the last are zero. */
function interactionOf(
  { coupling, secondHarmonic }: DaidoModel,
  { real, imaginary }: FourierDensity,
): FourierDensity {
  const size = real.length;
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (const l of [-2, -1, 1, 2]) {
    const strength = 0.5 * coupling * l * (Math.abs(l) === 2 ? secondHarmonic : 1);
    if (strength === 0) continue;
    const [a, b] = [real[Math.abs(l)], Math.sign(l) * imaginary[Math.abs(l)]];
    for (let k = 1; k < size; k++) {
      const j = Math.abs(k - l);
      if (j >= size) continue;
      const [c, d] = [real[j], k < l ? -imaginary[j] : imaginary[j]];
      re[k] += strength * k * (a * c - b * d);
      im[k] += strength * k * (a * d + b * c);
    }
  }
  return { real: re, imaginary: im };
}

function imexStep(
  start: FourierDensity,
  h: number,
  drift: (density: FourierDensity) => FourierDensity,
): FourierDensity {
  const first = drift(start);
  const middle = implicit(start, h, [{ weight: gamma, drift: first }]);
  const second = drift(middle);
  const explicit = [
    { weight: delta, drift: first },
    { weight: 1 - delta, drift: second },
  ];
  return implicit(start, h, explicit, middle);
}

/** `(z + h Σ weight · drift − ½(1 − γ)hk² z_middle)/(1 + ½γhk²)`: one stage, which is diagonal. */
function implicit(
  start: FourierDensity,
  h: number,
  explicit: readonly { readonly weight: number; readonly drift: FourierDensity }[],
  middle?: FourierDensity,
): FourierDensity {
  const [real, imaginary] = [start.real.slice(), start.imaginary.slice()];
  for (const { weight, drift } of explicit) {
    for (let k = 1; k < real.length; k++) {
      real[k] += h * weight * drift.real[k];
      imaginary[k] += h * weight * drift.imaginary[k];
    }
  }
  for (let k = 1; k < real.length; k++) {
    const damping = 0.5 * h * k * k;
    if (middle !== undefined) {
      real[k] -= (1 - gamma) * damping * middle.real[k];
      imaginary[k] -= (1 - gamma) * damping * middle.imaginary[k];
    }
    real[k] /= 1 + gamma * damping;
    imaginary[k] /= 1 + gamma * damping;
  }
  return { real, imaginary };
}

/** `|z_n|`: the order parameter `r_n`. */
export function orderOf({ real, imaginary }: FourierDensity, n: number): number {
  return Math.hypot(real[n], imaginary[n]);
}

/** `q(θ)` at angles in radians. */
export function densityAt({ real, imaginary }: FourierDensity, angles: ArrayLike<number>): Float64Array {
  return Float64Array.from(angles, (theta) => {
    let sum = 1;
    for (let k = 1; k < real.length; k++)
      sum += 2 * (real[k] * Math.cos(k * theta) + imaginary[k] * Math.sin(k * theta));
    return sum / (2 * Math.PI);
  });
}

/** `F(q) = ½∫q log q − (K/2)(r_1² + m r_2²)`, by the periodic rule with four angles a mode. */
export function spectralFreeEnergy(model: DaidoModel, density: FourierDensity): number {
  const { coupling, secondHarmonic } = model;
  const count = 4 * density.real.length;
  const q = densityAt(
    density,
    Float64Array.from({ length: count }, (_, i) => (2 * Math.PI * i) / count),
  );
  const entropy = q.reduce((sum, value) => sum + value * Math.log(value), 0) * ((2 * Math.PI) / count);
  return 0.5 * (entropy - coupling * (orderOf(density, 1) ** 2 + secondHarmonic * orderOf(density, 2) ** 2));
}
