/** @file Exact JKO steps of radial densities in the plane, by the squares of the radii that enclose given masses. */

import { solveTridiagonal } from "../../src/linalg/tridiagonal.ts";

/** A radial density on shells: between the squares `s_j < s_{j+1}` of two radii lies the mass `μ_{j+1} − μ_j`; `s_0 = μ_0 = 0`. */
export interface Shells {
  readonly squares: Float64Array;
  /** Enclosed masses, the last one 1. No step changes them. */
  readonly masses: Float64Array;
}

/** A JKO step of length `τ`, to the squares of the radii after it. */
export type RadialStep = (shells: Shells, tau: number) => Float64Array;

/**
 * For `W(z) = |z|²/2 − log|z|`: `r ↦ (r + √(r² + 4τ(1 + τ)μ))/(2(1 + τ))` where the mass `μ` is enclosed, since by Newton's theorem the force at
 * `r` is `μ/r − r`.
 */
export const newtonianStep: RadialStep = ({ squares, masses }, tau) =>
  squares.map((s, j) => {
    const r = (Math.sqrt(s) + Math.sqrt(s + 4 * tau * (1 + tau) * masses[j])) / (2 * (1 + tau));
    return r * r;
  });

/**
 * For the energy `∫ρ²`: the minimum over increasing `s` of `Σ_j M_j (√s_j − √s⁰_j)²/2τ + Σ_j m_j²/π(s_{j+1} − s_j)`, with the masses `m_j` of the shells
 * and `M_j` of the nodes, by Newton's method. Of the squares it is convex: `−√s` is, and so is `1/(s_{j+1} − s_j)`.
 */
export const squareStep: RadialStep = ({ squares, masses }, tau) => {
  let s = squares;
  for (let iteration = 0; iteration < 60; iteration++) {
    const descent = newtonDirection({ squares, masses }, s, tau);
    let length = 1;
    while (length > 1e-12 && !isIncreasing(s, descent, length)) length /= 2;
    // Three quarters of the way to the barrier at most: Newton's method then comes back on its own.
    if (length < 1) length *= 0.75;
    s = s.map((x, j) => x + length * descent[j]);
    const largest = descent.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    if (largest < 1e-12 * s[s.length - 1]) break;
  }
  return s;
};

function isIncreasing(s: Float64Array, by: Float64Array, length: number): boolean {
  return s.every((x, j) => j === 0 || x + length * by[j] > s[j - 1] + length * by[j - 1]);
}

function newtonDirection(before: Shells, s: Float64Array, tau: number): Float64Array {
  const { squares, masses } = before;
  const n = s.length - 1;
  const [slope, lower, main, upper] = Array.from({ length: 4 }, () => new Float64Array(n));
  for (let j = 1; j <= n; j++) {
    const inner = shellOf(masses, s, j - 1);
    const outer = j < n ? shellOf(masses, s, j) : { mass: 0, slope: 0, curvature: 0 };
    const weight = (inner.mass + outer.mass) / 2 / (2 * tau);
    const ratio = Math.sqrt(squares[j] / s[j]);
    slope[j - 1] = -(weight * (1 - ratio) - inner.slope + outer.slope);
    main[j - 1] = (weight * ratio) / (2 * s[j]) + inner.curvature + outer.curvature;
    lower[j - 1] = -inner.curvature;
    upper[j - 1] = -outer.curvature;
  }
  return Float64Array.from([0, ...solveTridiagonal({ lower, main, upper }, slope)]);
}

/** The mass of shell `j`, and `−∂` and `∂²` of its energy `m²/πΔ` with respect to its width `Δ`. */
function shellOf(masses: Float64Array, s: Float64Array, j: number) {
  const [mass, width] = [masses[j + 1] - masses[j], s[j + 1] - s[j]];
  const slope = mass ** 2 / (Math.PI * width ** 2);
  return { mass, slope, curvature: (2 * slope) / width };
}
