/** @file Stein variational gradient descent itself: explicit steps of its particles. */

import { check } from "../../check/check.ts";
import { withBandwidth } from "../../domains/radialKernel.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { limitedPortion } from "../../jko/limiter.ts";
import { advance, arrive, depart, type Passage } from "../../jko/move.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { type SteinMobility, steinOf } from "../../mobilities/stein.ts";
import type { BandwidthRule } from "./bandwidth.ts";
import { svgdVelocity } from "./velocity.ts";

/**
 * `x_i ← x_i + h (1/n) Σ_j (∇_y K(x_i, x_j) − K(x_i, x_j)∇V(x_j))` in as many pieces `h` of `τ` as it takes for no particle to go further than
 * `largestMove` in one and none to fold; after `mostPieces` of them the step ends where it is, and its `portion` is less than one. With the special kernel
 * values of `V` are all that is asked for. Every piece is a map whose Jacobian is known, so particles carry their density. The action that is reported is the
 * squared Stein discrepancy, the squared norm of the velocity in Stein's metric.
 *
 * @param options.largestMove in units of length.
 * @param options.bandwidth the kernel's own unless given, e.g. `medianBandwidth`: the metric then follows the cloud from step to step.
 * @see Liu & Wang (2016), arXiv:1608.04471; Han & Liu (2018), SVGD without gradient, arXiv:1806.02775, for kernels with weights.
 */
export function svgdSolver(options: {
  readonly largestMove: number;
  readonly mostPieces?: number;
  readonly bandwidth?: BandwidthRule;
}): Solver<null> {
  const { largestMove, mostPieces = 100, bandwidth } = options;
  check(largestMove > 0, () => `svgdSolver: largestMove must be positive, got ${largestMove}`);
  check(
    Number.isInteger(mostPieces) && mostPieces > 0,
    () => `svgdSolver: mostPieces must be a positive integer, got ${mostPieces}`,
  );
  return {
    name: "SVGD",
    async init(flow, cloud) {
      steinOf("svgdSolver", flow.mobility);
      check(
        cloud.dimension === flow.dimension && flow.energy.potential !== undefined,
        () => `svgdSolver: a cloud in R^${flow.dimension} and a potential, got R^${cloud.dimension}`,
      );
      return null;
    },
    async step(flow, cloud, state) {
      const mobility = bandwidthOf(steinOf("svgdSolver", flow.mobility), cloud, bandwidth);
      let passage = depart(cloud);
      while (passage.portion < 1 - 1e-12 && passage.pieces < mostPieces)
        passage = piece(flow, mobility, passage, largestMove);
      return { cloud: passage.cloud, state, info: arrive(flow, passage, 0) };
    },
  };
}

/** The mobility with the bandwidth that the rule gives the cloud. */
export function bandwidthOf(
  mobility: SteinMobility,
  cloud: Cloud,
  rule: BandwidthRule | undefined,
): Pick<SteinMobility, "kernel" | "special"> {
  const { kernel, special } = mobility;
  return { kernel: rule === undefined ? kernel : withBandwidth(kernel, rule(cloud)), special };
}

/** As much of what is left of the step as the limits allow. */
function piece(
  flow: GradientFlow,
  mobility: Pick<SteinMobility, "kernel" | "special">,
  passage: Passage,
  largestMove: number,
): Passage {
  const potential = flow.energy.potential as NonNullable<GradientFlow["energy"]["potential"]>;
  const velocity = svgdVelocity(mobility, potential, passage.cloud);
  const factor = flow.tau * Math.exp(velocity.scale); // of the scaled velocity; infinite where weights are enormous
  const fastest = largestSpeed(velocity.value, flow.dimension);
  const wished = Math.min((1 - passage.portion) * factor, fastest > 0 ? largestMove / fastest : Infinity);
  const h = wished * limitedPortion(velocity, flow.dimension, wished);
  const action = velocity.action.map((value) => (value * h) / flow.tau);
  const made = advance(
    { ...flow, tau: h },
    { ...passage, portion: 0 },
    { velocity: { ...velocity, action }, portion: 1 },
  );
  return { ...made, portion: passage.portion + h / factor };
}

function largestSpeed(value: ArrayLike<number>, d: number): number {
  let most = 0;
  for (let i = 0; i < value.length; i += d) {
    let squared = 0;
    for (let k = 0; k < d; k++) squared += value[i + k] ** 2;
    most = Math.max(most, squared);
  }
  return Math.sqrt(most);
}
