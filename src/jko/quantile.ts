/** @file One JKO step on the line, solved to round-off along the quantile function. */

import { check } from "../check/check.ts";
import { numberOf } from "../energies/coefficient.ts";
import { solveTridiagonal } from "../linalg/tridiagonal.ts";
import type { LineMeasure } from "../measures/measure.ts";
import {
  energyOfNodes,
  interactionForce,
  type LabelledEnergy,
  labelledEnergy,
  type QuantileEnergy,
} from "./quantileEnergy.ts";
import type { QuantileLabels } from "./quantileLabels.ts";

/** A measure on the line: node `j` is where the mass labelled `labels.coordinates[j]` sits. Strictly increasing. */
export interface QuantileState {
  readonly labels: QuantileLabels;
  readonly nodes: Float64Array;
}

export interface QuantileStepInfo {
  readonly iterations: number;
  /** `E` after the step. */
  readonly energy: number;
  /** `W₂²(ρ₀, ρ₁)`. */
  readonly squaredDistance: number;
  /** Root mean square of the last correction relative to the spread of the nodes. */
  readonly lastCorrection: number;
}

/** The quantile function of a measure at the nodes of the labels. */
export function quantileState(measure: LineMeasure, labels: QuantileLabels): QuantileState {
  const nodes = labels.coordinates.map((y) => {
    const left = labels.tail(y, "left");
    return left <= 0.5 ? measure.quantile(left) : measure.upperQuantile(labels.tail(y, "right"));
  });
  return { labels, nodes };
}

/** `E` of a state. */
export function quantileEnergyOf(state: QuantileState, energy: QuantileEnergy): number {
  return energyOfNodes(labelledEnergy(energy, state.labels), state.nodes);
}

/**
 * `argmin E(ρ) + W₂²(ρ₀, ρ)/2τ`, through its Euler–Lagrange equation along the labels,
 *
 *     (X − X₀)/τ + V'(X) + (W'*ρ)(X) + D (s/X' − X''/X'²) + c m/(m−1) (g'/X'^m − (m−1) g X''/X'^{m+1}) = 0,
 *
 * with `s = (log r)'` and `g = r^{m−1}` known in closed form, and `X'`, `X''` by central differences: second order
 * in the spacing, exact where `X` is linear. Newton's iteration with one tridiagonal system each, a line search that keeps
 * the order of the nodes, and for an interaction only the diagonal of its dense Hessian (so that convergence is linear, at a
 * rate of about `τ|W''| / (1 + τ|W''|)`, and every iteration costs `n²/2` kernel evaluations).
 *
 * @throws Error when the iteration does not converge, naming the residual.
 */
export function quantileStep(
  state: QuantileState,
  options: { readonly energy: QuantileEnergy; readonly tau: number },
): { readonly state: QuantileState; readonly info: QuantileStepInfo } {
  return labelledStep(labelledEnergy(options.energy, state.labels), state, options.tau);
}

const TOLERANCE = 1e-12;
const ITERATIONS = 200;

/** {@link quantileStep} with an energy that is already compiled on the labels of the state. */
export function labelledStep(
  labelled: LabelledEnergy,
  state: QuantileState,
  tau: number,
): { readonly state: QuantileState; readonly info: QuantileStepInfo } {
  check(tau > 0 && tau < Infinity, () => `quantileStep: tau must be positive, got ${tau}`);
  const start = state.nodes;
  const { weights } = state.labels;
  const spread = rootMeanSquare(
    start.map((x) => x - start[start.length >> 1]),
    weights,
  );
  let nodes = Float64Array.from(start);
  let system = linearise(labelled, nodes, start, tau);
  for (let iteration = 1; iteration <= ITERATIONS; iteration++) {
    const correction = newtonCorrection(system);
    const size = rootMeanSquare(correction, weights) / spread;
    const next = search({ labelled, start, tau, nodes, correction, residual: norm(system, weights) });
    nodes = next.nodes;
    system = next.system;
    if (size < TOLERANCE || (size < 1e-9 && next.stalled)) {
      const squaredDistance =
        rootMeanSquare(
          nodes.map((x, i) => x - start[i]),
          weights,
        ) ** 2;
      return {
        state: { labels: state.labels, nodes },
        info: {
          iterations: iteration,
          energy: energyOfNodes(labelled, nodes),
          squaredDistance,
          lastCorrection: size,
        },
      };
    }
    if (next.stalled) break;
  }
  throw new Error(
    `quantileStep: Newton's iteration stopped with the residual ${norm(system, weights)} at tau ${tau}. ` +
      "Try a smaller tau or more intervals.",
  );
}

interface LinearSystem {
  readonly residual: Float64Array;
  readonly lower: Float64Array;
  readonly main: Float64Array;
  readonly upper: Float64Array;
  /** The entries two off the diagonal of the first and the last row. */
  readonly corners: readonly [number, number];
}

/** Residual of the Euler–Lagrange equation at the nodes, and its derivative. */
function linearise(
  labelled: LabelledEnergy,
  nodes: Float64Array,
  start: Float64Array,
  tau: number,
): LinearSystem {
  const { energy, labels, score, power, powerSlope } = labelled;
  const { diffusion = 0, porous, potential } = energy;
  const m = numberOf(porous?.exponent ?? 2);
  const strength = porous ? (numberOf(porous.coefficient) * m) / (m - 1) : 0;
  const h = labels.spacing;
  const n = nodes.length;
  const { force, stiffness } = interactionForce(labelled, nodes);
  const [residual, lower, main, upper] = [0, 1, 2, 3].map(() => new Float64Array(n));
  const corners: [number, number] = [0, 0];
  for (let i = 0; i < n; i++) {
    const x = nodes[i];
    residual[i] = (x - start[i]) / tau + force[i] + (potential?.gradient(x) ?? 0);
    main[i] = 1 / tau + stiffness[i] + (potential?.hessian(x) ?? 0);
    if (diffusion === 0 && strength === 0) continue;
    const end = i === 0 || i === n - 1;
    const slope = end ? endSlope(nodes, i, h) : (nodes[i + 1] - nodes[i - 1]) / (2 * h);
    const bend = end ? 0 : (nodes[i + 1] - 2 * x + nodes[i - 1]) / (h * h);
    let bySlope = 0;
    let byBend = 0;
    if (diffusion > 0) {
      residual[i] += (diffusion * (score[i] - bend / slope)) / slope;
      bySlope += (diffusion * ((2 * bend) / slope - score[i])) / (slope * slope);
      byBend -= diffusion / (slope * slope);
    }
    if (strength > 0) {
      const scale = strength * slope ** -m;
      residual[i] += scale * (powerSlope[i] - ((m - 1) * power[i] * bend) / slope);
      bySlope += (scale / slope) * (((m * m - 1) * power[i] * bend) / slope - m * powerSlope[i]);
      byBend -= (scale * (m - 1) * power[i]) / slope;
    }
    if (end) {
      // X'' is dropped: multiplied by g = 0 at a free boundary, and by a negligible mass at a cut.
      const side = i === 0 ? -1 : 1;
      main[i] += (side * 1.5 * bySlope) / h;
      (i === 0 ? upper : lower)[i] = (-side * 2 * bySlope) / h;
      corners[i === 0 ? 0 : 1] = (side * 0.5 * bySlope) / h;
    } else {
      main[i] -= (2 * byBend) / (h * h);
      upper[i] = byBend / (h * h) + bySlope / (2 * h);
      lower[i] = byBend / (h * h) - bySlope / (2 * h);
    }
  }
  return { residual, lower, main, upper, corners };
}

function endSlope(nodes: Float64Array, i: number, h: number): number {
  const side = i === 0 ? 1 : -1;
  return (side * (-3 * nodes[i] + 4 * nodes[i + side] - nodes[i + 2 * side])) / (2 * h);
}

/** Solves `J δ = −F` after the two corner entries are eliminated with the rows next to them. */
function newtonCorrection({ residual, lower, main, upper, corners }: LinearSystem): Float64Array {
  const n = residual.length;
  const b = residual.map((value) => -value);
  if (corners[0] !== 0) {
    const factor = corners[0] / upper[1];
    main[0] -= factor * lower[1];
    upper[0] -= factor * main[1];
    b[0] -= factor * b[1];
  }
  if (corners[1] !== 0) {
    const factor = corners[1] / lower[n - 2];
    main[n - 1] -= factor * upper[n - 2];
    lower[n - 1] -= factor * main[n - 2];
    b[n - 1] -= factor * b[n - 2];
  }
  return solveTridiagonal({ lower, main, upper }, b);
}

interface Search {
  readonly labelled: LabelledEnergy;
  readonly start: Float64Array;
  readonly tau: number;
  readonly nodes: Float64Array<ArrayBuffer>;
  readonly correction: Float64Array;
  readonly residual: number;
}

/** The longest of the steps `1, ½, ¼, …` that keeps a fifth of every gap and lowers the residual. */
function search(options: Search): {
  nodes: Float64Array<ArrayBuffer>;
  system: LinearSystem;
  stalled: boolean;
} {
  const { labelled, start, tau, nodes, correction, residual } = options;
  let length = 1;
  for (let i = 1; i < nodes.length; i++) {
    const gap = nodes[i] - nodes[i - 1];
    const change = correction[i] - correction[i - 1];
    if (change < -0.8 * gap) length = Math.min(length, (-0.8 * gap) / change);
  }
  for (let halving = 0; halving < 40; halving++) {
    const trial = nodes.map((x, i) => x + length * correction[i]);
    const system = linearise(labelled, trial, start, tau);
    if (norm(system, labelled.labels.weights) <= (1 - 1e-4 * length) * residual)
      return { nodes: trial, system, stalled: false };
    length /= 2;
  }
  return { nodes, system: linearise(labelled, nodes, start, tau), stalled: true };
}

function norm(system: LinearSystem, weights: Float64Array): number {
  return rootMeanSquare(system.residual, weights);
}

function rootMeanSquare(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += weights[i] * values[i] * values[i];
  return Math.sqrt(sum);
}
