/** @file Where kinetic equations end: Maxwell in the velocities, Boltzmann in the positions. */

import { check } from "../../check/check.ts";
import type { PhaseSpace } from "../../domains/phaseSpace.ts";
import type { SeparablePotential } from "../../domains/potentialFunction.ts";
import { identity } from "../../linalg/matrix.ts";
import { gaussian } from "../../measures/gaussian.ts";
import { gibbs } from "../../measures/gibbs.ts";
import { type RotatedProduct, rotatedProduct } from "../../measures/rotatedProduct.ts";

/**
 * `f_∞(x, v) ∝ e^{−V(x)/T} e^{−|v|²/2T}`, a product over all coordinates, normalised by quadrature.
 *
 * @param options.potential `V`, separable, one axis a position.
 * @param options.interval where `e^{−V/T}` is not negligible; needed where positions are unbounded, and the torus `[0, L)` otherwise.
 */
export function kineticEquilibrium(options: {
  readonly space: PhaseSpace;
  readonly potential: SeparablePotential;
  readonly temperature: number;
  readonly interval?: readonly [low: number, high: number];
}): RotatedProduct {
  const { space, potential, temperature } = options;
  const { period, positions, velocities } = space;
  check(
    potential.axes.length === positions.count,
    () =>
      `kineticEquilibrium: potential must have ${positions.count} axes like the positions, got ${potential.axes.length}`,
  );
  check(
    (period === undefined) !== (options.interval === undefined),
    () => "kineticEquilibrium: give an interval where positions are unbounded, and none on a torus",
  );
  const interval = options.interval ?? ([0, period ?? 0] as const);
  const boltzmann = potential.axes.map((axis) =>
    gibbs({ potential: axis, diffusion: temperature, interval }),
  );
  const maxwell = gaussian({ mean: [0], covariance: [[temperature]] });
  return rotatedProduct({
    factors: [...boltzmann, ...new Array<typeof maxwell>(velocities.count).fill(maxwell)],
    rotation: identity(space.dimension),
  });
}
