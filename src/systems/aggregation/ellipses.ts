/** @file Ellipses under Newtonian repulsion and quadratic attraction in the plane: exact flow and exact JKO steps. */

import { check } from "../../check/check.ts";

/** Semi-axes `a, b > 0` of an ellipse that carries the uniform density `1/(πab)`. */
export type SemiAxes = readonly [a: number, b: number];

/**
 * The aggregation equation with `W(z) = |z|²/2 − log|z|` in the plane on uniform densities of ellipses, which both the flow and the
 * JKO step map to one another along their axes. With `s = a + b` and `δ = a − b` the velocity inside is linear,
 * `v = (−1 + 2/(as)) x` along the first axis and `(−1 + 2/(bs)) y` along the second, and the equations for `s` and `δ` are separate.
 */
export const newtonianEllipses = {
  /** `s² = 4 + (s₀² − 4) e^{−2t}`, `δ = δ₀ e^{−t}`. */
  flow(axes: SemiAxes, time: number): SemiAxes {
    const { sum, difference } = checked("flow", axes);
    check(time >= 0, () => `newtonianEllipses.flow: time must not be negative, got ${time}`);
    return fromSum(Math.sqrt(4 + (sum * sum - 4) * Math.exp(-2 * time)), difference * Math.exp(-time));
  },
  /** `(1 + τ)s² − s₀s − 4τ = 0`, `δ = δ₀/(1 + τ)`; the optimal map scales each axis. */
  jkoStep(axes: SemiAxes, tau: number): SemiAxes {
    const { sum, difference } = checked("jkoStep", axes);
    check(tau > 0 && tau < Infinity, () => `newtonianEllipses.jkoStep: tau must be positive, got ${tau}`);
    const root = Math.sqrt(sum * sum + 16 * tau * (1 + tau));
    return fromSum((sum + root) / (2 * (1 + tau)), difference / (1 + tau));
  },
  /** An explicit Euler step along the exact velocity. */
  eulerStep(axes: SemiAxes, tau: number): SemiAxes {
    const { sum } = checked("eulerStep", axes);
    return [axes[0] + tau * (2 / sum - axes[0]), axes[1] + tau * (2 / sum - axes[1])];
  },
  /** `(a² + b²)/8 − ½ log((a + b)/2) + 1/8`; least, `3/8`, at the unit disc. */
  energy(axes: SemiAxes): number {
    const { sum } = checked("energy", axes);
    return (axes[0] ** 2 + axes[1] ** 2) / 8 - 0.5 * Math.log(sum / 2) + 1 / 8;
  },
  /** `W₂²` between ellipses with the same centre and axes, `(Δa² + Δb²)/4`. */
  squaredDistance(axes: SemiAxes, other: SemiAxes): number {
    return ((axes[0] - other[0]) ** 2 + (axes[1] - other[1]) ** 2) / 4;
  },
} as const;

function checked(what: string, axes: SemiAxes) {
  check(
    axes.every((axis) => axis > 0 && axis < Infinity),
    () => `newtonianEllipses.${what}: semi-axes must be positive, got ${axes}`,
  );
  return { sum: axes[0] + axes[1], difference: axes[0] - axes[1] };
}

function fromSum(sum: number, difference: number): SemiAxes {
  return [(sum + difference) / 2, (sum - difference) / 2];
}
