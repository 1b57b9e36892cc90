/** @file Exact JKO steps on the line along the quantile function, as a solver. */

import { check } from "../check/check.ts";
import type { LineMeasure } from "../measures/measure.ts";
import { mobilityMatrix } from "../mobilities/linear.ts";
import { simulatedInfo } from "./composite.ts";
import type { GradientFlow } from "./flow.ts";
import { lineEnergy } from "./lineEnergy.ts";
import { type QuantileState, quantileState, quantileStep } from "./quantile.ts";
import { referenceLabels } from "./quantileLabels.ts";
import { interpolate, labelsOf } from "./quantileMap.ts";
import type { Solver } from "./solver.ts";

/** The quantile function, and which of its labels each particle has. */
export interface LineQuantileState {
  readonly density: QuantileState;
  /** `[n]`. */
  readonly particles: Float64Array;
}

/**
 * Moves particles by the exact JKO steps of the density that they are samples of: the step is solved for the quantile function, by Newton's
 * iteration, and every particle goes where its quantile goes, with its exact log-density. Particles do not act on each other, however few
 * they are. The time enters through the flow of each step, and a metric `M` that is a number shortens or lengthens the step to `Mτ`.
 *
 * @param options.measure the density at the start; the particles of a roll-out are points of its line.
 * @param options.intervals of the labels; the error is of second order in their spacing.
 */
export function lineQuantileSolver(options: {
  readonly measure: LineMeasure;
  readonly intervals?: number;
}): Solver<LineQuantileState> {
  const { measure, intervals = 2048 } = options;
  return {
    name: "exact steps on quantiles",
    async init(_flow, cloud) {
      check(
        cloud.dimension === 1,
        () => `lineQuantileSolver: the cloud must have dimension 1, got ${cloud.dimension}`,
      );
      const density = quantileState(measure, referenceLabels(intervals, measure));
      return { density, particles: labelsOf(Float64Array.from(cloud.positions), measure, density) };
    },
    async step(flow, cloud, { density, particles }) {
      const { state, info } = quantileStep(density, {
        energy: lineEnergy(flow),
        tau: metricOf(flow) * flow.tau,
      });
      const after = { ...cloud, ...interpolate(particles, state) };
      return {
        cloud: after,
        state: { density: state, particles },
        info: { ...simulatedInfo(flow, { before: cloud, after }, 1), iterations: info.iterations },
      };
    },
  };
}

/** `M`, where the mobility is `𝓑[w] = M w`. */
function metricOf({ mobility }: GradientFlow): number {
  return mobility.scale ?? mobilityMatrix("lineQuantileSolver", mobility)[0][0];
}
