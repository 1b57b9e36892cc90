/** @file Kernels of the distance of two points: what weighs the influence of one particle on another. */

import { check } from "../check/check.ts";

export type KernelKind = "gaussian" | "laplace" | "matern" | "inverse-multiquadric";

/** A positive definite kernel `k(x − y) = φ(|x − y|²)`. */
export interface RadialKernel {
  readonly kind: KernelKind;
  /** `h`, in units of length. */
  readonly bandwidth: number;
  /** `c = k(0)`. */
  readonly amplitude: number;
  /**
   * `k'(0⁻) − k'(0⁺)` on the line, zero where `k` is differentiable: `−k''` holds this many times Dirac's measure at zero, which no sum over
   * particles sees.
   */
  readonly kink: number;
  /**
   * Writes `φ`, `φ'` and `φ''` at a squared distance. Derivatives that do not exist at zero are zero there: they are multiplied by `x − y`,
   * and by symmetry a particle gets nothing from itself.
   */
  evaluate(squared: number, jet: Float64Array): void;
}

export interface KernelOptions {
  /** `h > 0`, in units of length. */
  readonly bandwidth: number;
  /** `c > 0`, 1 unless given. */
  readonly amplitude?: number;
}

/** `c e^{−|z|²/2h²}`: smooth. Its Fourier transform falls so fast that SVGD with it relaxes at no exponential rate. */
export function gaussianKernel(options: KernelOptions): RadialKernel {
  const { h, c } = checked("gaussianKernel", options);
  const rate = -0.5 / h ** 2;
  return {
    kind: "gaussian",
    bandwidth: h,
    amplitude: c,
    kink: 0,
    evaluate(squared, jet) {
      const value = c * Math.exp(rate * squared);
      jet[0] = value;
      jet[1] = rate * value;
      jet[2] = rate * rate * value;
    },
  };
}

/**
 * `c e^{−|z|/h}`, Matérn's kernel of order ½: on the line, with `c = 1/2h`, the inverse of `1 − h²∂²`. It has a kink at zero.
 */
export function laplaceKernel(options: KernelOptions): RadialKernel {
  const { h, c } = checked("laplaceKernel", options);
  return {
    kind: "laplace",
    bandwidth: h,
    amplitude: c,
    kink: (2 * c) / h,
    evaluate(squared, jet) {
      const r = Math.sqrt(squared);
      const value = c * Math.exp(-r / h);
      jet[0] = value;
      jet[1] = r === 0 ? 0 : -value / (2 * h * r);
      jet[2] = r === 0 ? 0 : (value * (1 / h + 1 / r)) / (4 * h * squared);
    },
  };
}

/** `c (1 + |z|/h) e^{−|z|/h}`, Matérn's kernel of order 3/2: twice differentiable. */
export function maternKernel(options: KernelOptions): RadialKernel {
  const { h, c } = checked("maternKernel", options);
  return {
    kind: "matern",
    bandwidth: h,
    amplitude: c,
    kink: 0,
    evaluate(squared, jet) {
      const r = Math.sqrt(squared);
      const decay = c * Math.exp(-r / h);
      jet[0] = (1 + r / h) * decay;
      jet[1] = -decay / (2 * h * h);
      jet[2] = r === 0 ? 0 : decay / (4 * h ** 3 * r);
    },
  };
}

/**
 * `c (1 + |z|²/h²)^{−½}`: smooth, with tails so heavy that its Stein discrepancy tells whether particles converge.
 *
 * @see Gorham & Mackey (2017), Measuring sample quality with kernels, arXiv:1703.01717.
 */
export function inverseMultiquadricKernel(options: KernelOptions): RadialKernel {
  const { h, c } = checked("inverseMultiquadricKernel", options);
  return {
    kind: "inverse-multiquadric",
    bandwidth: h,
    amplitude: c,
    kink: 0,
    evaluate(squared, jet) {
      const base = 1 / (1 + squared / h ** 2);
      const value = c * Math.sqrt(base);
      jet[0] = value;
      jet[1] = (-0.5 / h ** 2) * value * base;
      jet[2] = (0.75 / h ** 4) * value * base * base;
    },
  };
}

const factories: Readonly<Record<KernelKind, (options: KernelOptions) => RadialKernel>> = {
  gaussian: gaussianKernel,
  laplace: laplaceKernel,
  matern: maternKernel,
  "inverse-multiquadric": inverseMultiquadricKernel,
};

/** The same kernel with another bandwidth; its value at zero stays. */
export function withBandwidth({ kind, amplitude }: RadialKernel, bandwidth: number): RadialKernel {
  return factories[kind]({ bandwidth, amplitude });
}

function checked(where: string, { bandwidth: h, amplitude: c = 1 }: KernelOptions) {
  check(h > 0 && h < Infinity, () => `${where}: bandwidth must be positive, got ${h}`);
  check(c > 0 && c < Infinity, () => `${where}: amplitude must be positive, got ${c}`);
  return { h, c };
}
