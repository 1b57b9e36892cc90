/** @file Energies on the line and their first variation along the labels of a quantile function. */

import { check } from "../check/check.ts";
import type { ScalarFunction } from "../domains/potentialFunction.ts";
import { numberOf } from "../energies/coefficient.ts";
import type { QuantileLabels } from "./quantileLabels.ts";

/** `E(ρ) = D∫ρ log ρ + c/(m−1) ∫ρ^m + ∫Vρ + ½∬W(x−y)ρρ`; a term left out is zero. */
export interface QuantileEnergy {
  /** `D ≥ 0`. */
  readonly diffusion?: number;
  /** Exponent `m > 1` and coefficient `c ≥ 0`. */
  readonly porous?: { readonly exponent: number; readonly coefficient: number };
  readonly potential?: ScalarFunction;
  /** The even profile `W`. A jump of `W'` at 0 (as of `−|x|`) is treated exactly, because the order of the nodes is kept. */
  readonly interaction?: ScalarFunction;
}

/** The energy compiled on labels: per node what does not change from step to step. */
export interface LabelledEnergy {
  readonly energy: QuantileEnergy;
  readonly labels: QuantileLabels;
  readonly score: Float64Array;
  /** `g = r^{m−1}` and `g'` at the nodes, zero without a porous term. */
  readonly power: Float64Array;
  readonly powerSlope: Float64Array;
}

export function labelledEnergy(energy: QuantileEnergy, labels: QuantileLabels): LabelledEnergy {
  const { diffusion = 0, porous } = energy;
  check(
    diffusion >= 0 && diffusion < Infinity,
    () => `quantile energy: diffusion must not be negative, got ${diffusion}`,
  );
  check(
    diffusion === 0 || !labels.compact,
    () =>
      `quantile energy: diffusion spreads mass to infinity, but the labels "${labels.name}" are bounded. Use normalLabels.`,
  );
  const y = labels.coordinates;
  const power = new Float64Array(y.length);
  const powerSlope = new Float64Array(y.length);
  if (porous) {
    const { exponent: m, coefficient } = porous;
    check(
      m > 1 && coefficient >= 0,
      () => `quantile energy: porous must have exponent > 1 and coefficient ≥ 0, got ${m} and ${coefficient}`,
    );
    for (let i = 0; i < y.length; i++) power[i] = Math.exp((m - 1) * labels.logDensity(y[i]));
    for (let i = 0; i < y.length; i++) powerSlope[i] = powerDerivative(labels, m, y[i], power[i]);
  }
  return { energy, labels, score: y.map(labels.score), power, powerSlope };
}

/** `(r^{m−1})' = (m−1) r^{m−1} (log r)'`; at a free boundary its limit, by extrapolation from inside. */
function powerDerivative(labels: QuantileLabels, m: number, y: number, power: number): number {
  if (power > 0) return (m - 1) * power * labels.score(y);
  const inside = (distance: number) => {
    const at = y * (1 - distance);
    return (m - 1) * Math.exp((m - 1) * labels.logDensity(at)) * labels.score(at);
  };
  return 2 * inside(1e-7) - inside(2e-7);
}

/** The interaction force `Σ_j w_j W'(X_i − X_j)` and its own derivative `Σ_j w_j W''(X_i − X_j)`, in `n²` evaluations. */
export function interactionForce(
  labelled: LabelledEnergy,
  nodes: Float64Array,
): { readonly force: Float64Array; readonly stiffness: Float64Array } {
  const n = nodes.length;
  const force = new Float64Array(n);
  const stiffness = new Float64Array(n);
  const kernel = labelled.energy.interaction;
  if (!kernel) return { force, stiffness };
  const { weights } = labelled.labels;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const slope = kernel.gradient(nodes[i] - nodes[j]);
      const curvature = kernel.hessian(nodes[i] - nodes[j]);
      force[i] += weights[j] * slope;
      force[j] -= weights[i] * slope;
      stiffness[i] += weights[j] * curvature;
      stiffness[j] += weights[i] * curvature;
    }
  }
  return { force, stiffness };
}

/** `E` of the measure whose quantile function along the labels has these nodes, by the trapezoidal rule. */
export function energyOfNodes(labelled: LabelledEnergy, nodes: Float64Array): number {
  const { energy, labels } = labelled;
  const { diffusion = 0, porous, potential, interaction } = energy;
  const slopes = derivative(nodes, labels.spacing);
  let total = 0;
  for (let i = 0; i < nodes.length; i++) {
    const w = labels.weights[i];
    if (w === 0) continue;
    if (diffusion > 0)
      total += w * diffusion * (labels.logDensity(labels.coordinates[i]) - Math.log(slopes[i]));
    if (porous) {
      const m = numberOf(porous.exponent);
      total += ((w * numberOf(porous.coefficient)) / (m - 1)) * labelled.power[i] * slopes[i] ** (1 - m);
    }
    if (potential) total += w * potential.value(nodes[i]);
    if (interaction) {
      for (let j = 0; j < i; j++) total += w * labels.weights[j] * interaction.value(nodes[i] - nodes[j]);
    }
  }
  if (!interaction) return total;
  return total + 0.5 * interaction.value(0) * labels.weights.reduce((sum, w) => sum + w * w, 0);
}

/** The derivative along the labels by fourth-order differences; second order in the two nodes next to the ends. */
export function derivative(values: Float64Array, spacing: number): Float64Array {
  const n = values.length;
  const slopes = new Float64Array(n);
  for (let i = 2; i < n - 2; i++) {
    slopes[i] = (8 * (values[i + 1] - values[i - 1]) - (values[i + 2] - values[i - 2])) / (12 * spacing);
  }
  for (const i of [1, n - 2]) slopes[i] = (values[i + 1] - values[i - 1]) / (2 * spacing);
  slopes[0] = (-3 * values[0] + 4 * values[1] - values[2]) / (2 * spacing);
  slopes[n - 1] = (3 * values[n - 1] - 4 * values[n - 2] + values[n - 3]) / (2 * spacing);
  return slopes;
}
