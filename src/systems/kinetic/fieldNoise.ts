/** @file The field energy that a finite number of particles has by chance. */

import type { Plasma, PlasmaFields } from "../../conservative/particleInCell.ts";

/** Field energies `½ΔxΣE_j²`. */
export interface FieldNoise {
  /** Of particles thrown on the circle independently and uniformly. */
  readonly independent: number;
  /** Of particles in thermal equilibrium, which screen each other's charge. */
  readonly thermal: number;
}

/**
 * The expected energy of the spectral field of `N` particles of a homogeneous plasma. A particle's tent has `|Ŝ_m|²` of its charge in mode
 * `m`, `|Ŝ_m|² = 1 − (1 − cos kΔx)/3` in the mean over where it lies in its cell, hence with `k = 2πm/L`
 *
 *     E ½∫|E|² = (M²/NL) Σ_{0<m<n/2} |Ŝ_m|²/k²,
 *
 * and in equilibrium at temperature `T` each term times `1/(1 + |Ŝ_m|²/k²λ²)`, with Debye's length `λ² = TL/M`.
 *
 * @param options.temperature `T`, in units of velocity².
 */
export function fieldNoise(
  plasma: Pick<Plasma<PlasmaFields>, "cells" | "mass">,
  options: { readonly particles: number; readonly temperature: number },
): FieldNoise {
  const { cells, mass } = plasma;
  const { particles, temperature } = options;
  const debye = (temperature * cells.length) / mass;
  let [independent, thermal] = [0, 0];
  for (let m = 1; 2 * m < cells.count; m++) {
    const k = (2 * Math.PI * m) / cells.length;
    const shape = 1 - (1 - Math.cos(k * cells.width)) / 3;
    const term = (mass ** 2 * shape) / (particles * cells.length * k * k);
    independent += term;
    thermal += term / (1 + shape / (k * k * debye));
  }
  return { independent, thermal };
}
