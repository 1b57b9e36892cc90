/** @file Densities along a spiral arm in the plane. */

import { check } from "../check/check.ts";
import type { Vector } from "../linalg/matrix.ts";
import { type GaussianMixture, gaussianMixture } from "./mixture.ts";
import { checkCount } from "./weights.ts";

export interface SpiralOptions {
  /** Two numbers. */
  readonly centre: Vector;
  /** Distances from the centre at which the arm starts and ends. */
  readonly radii: readonly [inner: number, outer: number];
  /** How often the arm goes around, counter-clockwise from the direction of the first axis. */
  readonly turns: number;
  /** The standard deviation of every component, in units of length. */
  readonly deviation: number;
  /** How many components lie along the arm. */
  readonly components: number;
}

/**
 * Equal isotropic Gaussians along the arm `r = r₀ + k φ`, `0 ≤ φ ≤ 2π turns`, of a spiral of Archimedes, at the middles of
 * pieces of equal length. Smooth along the arm where that length is below about twice the deviation.
 */
export function spiral(options: SpiralOptions): GaussianMixture {
  const { centre, radii, turns, deviation, components } = options;
  const [inner, outer] = radii;
  checkCount("spiral: centre", centre.length, 2);
  check(
    inner >= 0 && outer > inner && outer < Infinity,
    () => `spiral: radii must be [inner, outer] with 0 ≤ inner < outer, got [${radii}]`,
  );
  check(turns > 0 && turns < Infinity, () => `spiral: turns must be positive, got ${turns}`);
  check(
    Number.isInteger(components) && components > 0,
    () => `spiral: components must be a positive integer, got ${components}`,
  );
  const slope = (outer - inner) / (2 * Math.PI * turns);
  const [start, end] = [inner / slope, outer / slope];
  const [before, length] = [arcLength(start), arcLength(end) - arcLength(start)];
  return gaussianMixture({
    weights: new Array<number>(components).fill(1 / components),
    means: Array.from({ length: components }, (_, i) => {
      const angle = angleAt(before + ((i + 0.5) / components) * length, end);
      const [distance, direction] = [slope * angle, angle - start];
      return [centre[0] + distance * Math.cos(direction), centre[1] + distance * Math.sin(direction)];
    }),
    deviations: new Array<number>(components).fill(deviation),
  });
}

/** The length of the spiral `r = φ` from its pole: `½ (φ √(1 + φ²) + asinh φ)`. */
function arcLength(angle: number): number {
  return 0.5 * (angle * Math.sqrt(1 + angle * angle) + Math.asinh(angle));
}

/** The inverse of {@link arcLength} by Newton's iteration from above: the length is convex, so it falls to the root. */
function angleAt(length: number, above: number): number {
  let angle = above;
  for (let iteration = 0; iteration < 100; iteration++) {
    const next = angle - (arcLength(angle) - length) / Math.sqrt(1 + angle * angle);
    if (!(next < angle)) break; // round-off: this is the root
    angle = next;
  }
  return angle;
}
