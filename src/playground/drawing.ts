/** @file A density drawn by hand: paint on a lattice, each node of which is a round Gaussian. */

import { check } from "../check/check.ts";
import type { InitialDensity } from "./protocol.ts";

/** The window is `[−4, 4]²`, in units of length of the equation. */
export const halfWidth = 4;

/** Distance of the lattice's nodes. */
const spacing = 0.25;
const side = Math.round((2 * halfWidth) / spacing) + 1;

/** Paint at each node, row by row from the bottom: shares of mass up to a factor. */
export interface Drawing {
  readonly weights: Float64Array;
}

/** A touch of the brush. `size` is the standard deviation of the paint around `(x, y)`. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Paint, 1 where it is left out. */
  readonly weight?: number;
}

export function emptyDrawing(): Drawing {
  return { weights: new Float64Array(side * side) };
}

export function isEmpty({ weights }: Drawing): boolean {
  return weights.every((weight) => weight === 0);
}

/** The drawing with more paint. */
export function painted(drawing: Drawing, dabs: readonly Dab[]): Drawing {
  const weights = drawing.weights.slice();
  for (const dab of dabs) {
    const shares = footprint(dab);
    const total = shares.reduce((sum, [, share]) => sum + share, 0);
    for (const [node, share] of shares) weights[node] += ((dab.weight ?? 1) * share) / total;
  }
  return { weights };
}

/** The drawing with less paint: at the brush's centre next to nothing is left. */
export function erased(drawing: Drawing, { x, y, size }: Dab): Drawing {
  const weights = drawing.weights.slice();
  for (const [node, share] of footprint({ x, y, size: 1.5 * size })) {
    weights[node] *= 1 - share;
    if (weights[node] < 1e-3) weights[node] = 0; // a trace of paint is a particle or two, far from all others
  }
  return { weights };
}

/** Nodes near a dab with `exp(−r²/2s²)`, with a brush no finer than the lattice can show. */
function footprint({ x, y, size }: Dab): (readonly [node: number, share: number])[] {
  const s = Math.max(size, spacing / 2);
  const reach = Math.ceil((3 * s) / spacing);
  const [column, row] = [x, y].map((z) => Math.round((z + halfWidth) / spacing));
  const shares: [number, number][] = [];
  for (let j = Math.max(0, row - reach); j <= Math.min(side - 1, row + reach); j++) {
    for (let i = Math.max(0, column - reach); i <= Math.min(side - 1, column + reach); i++) {
      const squared = (i * spacing - halfWidth - x) ** 2 + (j * spacing - halfWidth - y) ** 2;
      shares.push([j * side + i, Math.exp((-0.5 * squared) / s ** 2)]);
    }
  }
  return shares;
}

/** Nodes with less than this share of the heaviest one's paint are left out: thousands of them would hold nothing. */
const negligible = 1e-3;

/**
 * The density of a drawing: a Gaussian at every painted node, as wide as nodes are apart, so that a stroke is smooth (its ripple is
 * below 10⁻⁸) and nothing is thinner than what operators are trained on.
 *
 * @throws InputError where nothing is drawn.
 */
export function densityOf({ weights }: Drawing): InitialDensity {
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  check(heaviest > 0, () => "There is nothing to evolve yet: draw a density, or take one of the examples.");
  const nodes = Array.from(weights.keys()).filter((k) => weights[k] >= negligible * heaviest);
  const total = nodes.reduce((sum, k) => sum + weights[k], 0);
  return {
    weights: nodes.map((k) => weights[k] / total),
    means: nodes.map((k) => [(k % side) * spacing - halfWidth, Math.floor(k / side) * spacing - halfWidth]),
    deviations: nodes.map(() => spacing),
  };
}

/** Dabs from one point to another, close enough to look like a stroke. */
export function stroke(from: Dab, to: Dab): Dab[] {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const count = Math.max(1, Math.ceil(length / Math.max(0.05, to.size / 2)));
  return Array.from({ length: count }, (_, k) => {
    const share = (k + 1) / count;
    return { ...to, x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
  });
}
