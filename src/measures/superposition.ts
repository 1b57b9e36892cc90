/** @file Mixtures of arbitrary measures. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import { categorical } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { Measure } from "./measure.ts";
import { pointCount } from "./mixtureKernel.ts";
import { checkCount, checkWeights, unitSum } from "./weights.ts";

export interface Superposition extends Measure {
  /** Sum 1. */
  readonly weights: Vector;
  readonly components: readonly Measure[];
}

/**
 * `ρ = Σ_k w_k ρ_k` of any measures of one dimension, of compact support or not. Its score is
 * `Σ_k w_k ρ_k ∇log ρ_k / ρ`, zero where all densities vanish.
 *
 * @param options.weights not negative, sum 1.
 */
export function superposition(options: {
  readonly weights: Vector;
  readonly components: readonly Measure[];
}): Superposition {
  const { components } = options;
  checkWeights("superposition", options.weights);
  checkCount("superposition: components", components.length, options.weights.length);
  const { dimension } = components[0];
  components.forEach((component, k) => {
    check(
      component.dimension === dimension,
      () =>
        `superposition: components must all have dimension ${dimension}, got ${component.dimension} at index ${k}`,
    );
  });
  const weights = Array.from(unitSum(options.weights));
  const logWeights = weights.map(Math.log);
  return {
    dimension,
    weights,
    components,
    sample: (key, count) => sampleComponents({ dimension, weights, components }, key, count),
    logDensity: (points) => {
      pointCount("logDensity", points, dimension);
      const terms = components.map((component, k) =>
        component.logDensity(points).map((value) => value + logWeights[k]),
      );
      return logSumExp(terms);
    },
    score: (points) => {
      const count = pointCount("score", points, dimension);
      const terms = components.map((component, k) =>
        component.logDensity(points).map((value) => value + logWeights[k]),
      );
      const total = logSumExp(terms);
      const result = new Float64Array(count * dimension);
      components.forEach((component, k) => {
        const score = component.score(points);
        for (let i = 0; i < score.length; i++) {
          const row = Math.floor(i / dimension);
          // Where this component has no mass its share is 0 and its score has no meaning.
          if (terms[k][row] > -Infinity) result[i] += Math.exp(terms[k][row] - total[row]) * score[i];
        }
      });
      return result;
    },
  };
}

/**
 * A component for every position by its weight, then as many samples of each component as it got positions, in order: all
 * positions are independent and alike, so any part of the sample is a sample.
 */
function sampleComponents(
  { dimension: d, weights, components }: Omit<Superposition, "sample" | "logDensity" | "score">,
  key: Key,
  count: number,
): Float64Array {
  const chosen = categorical(foldIn(key, "component"), weights, count);
  const result = new Float64Array(count * d);
  components.forEach((component, k) => {
    const own = chosen.reduce((sum, choice) => sum + (choice === k ? 1 : 0), 0);
    const samples = component.sample(foldIn(foldIn(key, "samples"), k), own);
    let next = 0;
    chosen.forEach((choice, i) => {
      if (choice === k) for (let a = 0; a < d; a++) result[i * d + a] = samples[next++];
    });
  });
  return result;
}

/** `log Σ_k e^{terms[k][i]}` for every `i`; −∞ where all terms are. */
function logSumExp(terms: readonly Float64Array[]): Float64Array {
  return terms[0].map((_, i) => {
    let largest = -Infinity;
    for (const term of terms) largest = Math.max(largest, term[i]);
    if (largest === -Infinity) return largest;
    let sum = 0;
    for (const term of terms) sum += Math.exp(term[i] - largest);
    return largest + Math.log(sum);
  });
}
