/** @file Kernels of unit mass on the line: as the bandwidth goes to zero they become Dirac's measure, and SVGD its local limit. */

import { gaussianKernel, laplaceKernel, type RadialKernel } from "../../../domains/radialKernel.ts";

/** `e^{−|z|/h}/2h`. */
export function unitLaplace(bandwidth: number): RadialKernel {
  return laplaceKernel({ bandwidth, amplitude: 0.5 / bandwidth });
}

/** `e^{−z²/2}/√2π`. */
export function unitGaussian(): RadialKernel {
  return gaussianKernel({ bandwidth: 1, amplitude: 1 / Math.sqrt(2 * Math.PI) });
}
