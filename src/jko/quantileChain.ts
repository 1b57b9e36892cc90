/** @file Chains of exact JKO steps on the line, extrapolated in the spacing of the labels. */

import { check } from "../check/check.ts";
import type { LineMeasure } from "../measures/measure.ts";
import type { GaussianMixture } from "../measures/mixture.ts";
import { labelledStep, type QuantileState, quantileState } from "./quantile.ts";
import { energyOfNodes, labelledEnergy, type QuantileEnergy } from "./quantileEnergy.ts";
import { normalLabels, type QuantileLabels, smoothedLabels } from "./quantileLabels.ts";
import { interpolate, labelsOf } from "./quantileMap.ts";

export interface QuantileChain {
  readonly tau: number;
  readonly steps: number;
  /** Entry `k` is the state after `k` steps. */
  readonly states: readonly QuantileState[];
  /** `E` after `0, 1, …, steps` steps. */
  readonly energies: Float64Array;
  /** `W₂²` between consecutive states. */
  readonly squaredDistances: Float64Array;
  /** Root mean square, over the mass, of the Richardson correction: bounds the discretisation error left, entry `k` after `k` steps. */
  readonly corrections: Float64Array;
  /** The image of points of the initial measure under the map of the first `step` steps, and the log-density there. */
  readonly at: (points: Float64Array, step: number) => ImageOfPoints;
}

export interface ImageOfPoints {
  /** Same layout as the points. */
  readonly positions: Float64Array;
  readonly logDensity: Float64Array;
}

export interface QuantileChainOptions {
  readonly measure: LineMeasure | GaussianMixture;
  readonly energy: QuantileEnergy;
  readonly tau: number;
  readonly steps: number;
  /** Even number of label intervals, 4096 unless given. */
  readonly intervals?: number;
  /** Labels by their number of intervals. Left out: {@link smoothedLabels} for a mixture without a porous term, else {@link normalLabels}. */
  readonly labels?: (intervals: number) => QuantileLabels;
}

/**
 * The JKO steps `ρ_0, ρ_1, …` of a measure on the line, on two nested grids of labels whose results are extrapolated: fourth
 * order in the spacing where the quantile function is smooth. The reference against which approximate JKO steps are measured.
 */
export function quantileChain(options: QuantileChainOptions): QuantileChain {
  const {
    measure,
    energy,
    tau,
    steps,
    intervals = 4096,
    labels = defaultLabels(measure, energy, tau),
  } = options;
  check(
    Number.isInteger(intervals / 2) && intervals >= 16,
    () => `quantileChain: intervals must be an even integer of at least 16, got ${intervals}`,
  );
  check(
    Number.isInteger(steps) && steps >= 0,
    () => `quantileChain: steps must be a non-negative integer, got ${steps}`,
  );
  const initial = quantileState(measure, labels(intervals));
  const halved = { labels: labels(intervals / 2), nodes: initial.nodes.filter((_, i) => i % 2 === 0) };
  const fine = run(initial, energy, { tau, steps });
  const coarse = run(halved, energy, { tau, steps });
  const corrections = new Float64Array(steps + 1);
  const states = fine.states.map((state, k) => {
    const correction = coarse.states[k].nodes.map((x, i) => (state.nodes[2 * i] - x) / 3);
    corrections[k] = Math.sqrt(
      correction.reduce((sum, c, i) => sum + coarse.states[k].labels.weights[i] * c * c, 0),
    );
    const refined = refine(correction);
    return { labels: state.labels, nodes: state.nodes.map((x, i) => x + refined[i]) };
  });
  return {
    tau,
    steps,
    states,
    energies: fine.energies.map((value, k) => value + (value - coarse.energies[k]) / 3),
    squaredDistances: fine.squaredDistances.map(
      (value, k) => value + (value - coarse.squaredDistances[k]) / 3,
    ),
    corrections,
    at: (points, step) => {
      check(
        Number.isInteger(step) && step >= 0 && step <= steps,
        () => `quantileChain.at: step must be an integer in [0, ${steps}], got ${step}`,
      );
      if (step === 0) return { positions: points.slice(), logDensity: measure.logDensity(points) };
      return interpolate(labelsOf(points, measure, initial), states[step]);
    },
  };
}

function defaultLabels(
  measure: LineMeasure | GaussianMixture,
  { diffusion = 0, porous }: QuantileEnergy,
  tau: number,
): (intervals: number) => QuantileLabels {
  if (porous === undefined && "covariances" in measure) {
    return (intervals) => smoothedLabels(intervals, measure, 2 * diffusion * tau);
  }
  return (intervals) => normalLabels(intervals);
}

function run(initial: QuantileState, energy: QuantileEnergy, { tau, steps }: { tau: number; steps: number }) {
  const labelled = labelledEnergy(energy, initial.labels);
  const states = [initial];
  const energies = Float64Array.of(energyOfNodes(labelled, initial.nodes), ...new Float64Array(steps));
  const squaredDistances = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    const { state, info } = labelledStep(labelled, states[k], tau);
    states.push(state);
    energies[k + 1] = info.energy;
    squaredDistances[k] = info.squaredDistance;
  }
  return { states, energies, squaredDistances };
}

/** Values at every second node, continued to all nodes by cubic interpolation (quadratic next to the ends). */
function refine(coarse: Float64Array): Float64Array {
  const n = coarse.length;
  const fine = new Float64Array(2 * n - 1);
  for (let i = 0; i < n; i++) fine[2 * i] = coarse[i];
  for (let i = 1; i < n - 2; i++) {
    fine[2 * i + 1] = (9 * (coarse[i] + coarse[i + 1]) - coarse[i - 1] - coarse[i + 2]) / 16;
  }
  fine[1] = (3 * coarse[0] + 6 * coarse[1] - coarse[2]) / 8;
  fine[2 * n - 3] = (3 * coarse[n - 1] + 6 * coarse[n - 2] - coarse[n - 3]) / 8;
  return fine;
}
