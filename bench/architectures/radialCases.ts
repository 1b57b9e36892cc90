/** @file Held-out radial densities in the plane: two bumps about one centre, and their exact JKO chains. */

import { sampleCloud } from "../../src/measures/cloud.ts";
import { ellipsoid } from "../../src/measures/ellipsoid.ts";
import type { Measure } from "../../src/measures/measure.ts";
import { superposition } from "../../src/measures/superposition.ts";
import { memo } from "../../src/pipeline/evaluations/gaussians.ts";
import type { LawCase } from "../../src/pipeline/evaluations/law.ts";
import { uniforms } from "../../src/random/draw.ts";
import { foldIn, type Key } from "../../src/random/key.ts";
import type { RadialStep, Shells } from "./radialSteps.ts";

/** A held-out density: where its particles are, and where they have to go. */
export type HeldOut = Pick<LawCase, "cloud" | "exact">;

/** Bumps `∝ (1 − |x − c|²/R²)₊^p` about one centre. */
export interface Bumps {
  readonly centre: readonly number[];
  readonly weights: readonly number[];
  readonly radii: readonly number[];
  readonly powers: readonly number[];
}

/** Two bumps: radii log-uniform in `radii`, powers log-uniform in [0.3, 3], the weight of one in [0.2, 0.8], the centre in [−2, 2]². */
export function heldOutBumps(key: Key, radii: readonly [least: number, greatest: number]): Bumps {
  const [w, x, y, ...shape] = uniforms(key, 7);
  const between = (u: number, [least, greatest]: readonly [number, number]) =>
    least * (greatest / least) ** u;
  return {
    centre: [4 * x - 2, 4 * y - 2],
    weights: [0.2 + 0.6 * w, 0.8 - 0.6 * w],
    radii: shape.slice(0, 2).map((u) => between(u, radii)),
    powers: shape.slice(2).map((u) => between(u, [0.3, 3])),
  };
}

function measureOf({ centre, weights, radii, powers }: Bumps): Measure {
  const components = radii.map((radius, k) => {
    const axes = [
      [radius, 0],
      [0, radius],
    ];
    return ellipsoid({ centre, axes, power: powers[k] });
  });
  return superposition({ weights, components });
}

/** As many shells, each as wide as the others in the square of the radius. */
const count = 2000;

function shellsOf({ weights, radii, powers }: Bumps): Shells {
  const outside = Math.max(...radii) ** 2;
  const squares = Float64Array.from({ length: count + 1 }, (_, j) => (outside * j) / count);
  const masses = squares.map((s) =>
    weights.reduce(
      (sum, weight, k) => sum + weight * (1 - Math.max(0, 1 - s / radii[k] ** 2) ** (powers[k] + 1)),
      0,
    ),
  );
  return { squares, masses };
}

/** The density with its particles and their exact JKO chain: maps of the square of the radius, linear between the nodes of the shells. */
export function radialCase(
  bumps: Bumps,
  options: { readonly step: RadialStep; readonly tau: number; readonly particles: number; readonly key: Key },
): HeldOut {
  const { step, tau, particles, key } = options;
  const { centre } = bumps;
  const cloud = sampleCloud(measureOf(bumps), foldIn(key, "particles"), particles);
  const start = shellsOf(bumps);
  const width = start.squares[1];
  const chain = memo((steps): Float64Array => {
    const { masses } = start;
    return steps === 0 ? start.squares : step({ squares: chain(steps - 1), masses }, tau);
  });
  const exact = memo((steps) => {
    const squares = chain(steps);
    const moved = Float64Array.from(cloud.positions);
    for (let i = 0; i < moved.length; i += 2) {
      const [x, y] = [moved[i] - centre[0], moved[i + 1] - centre[1]];
      const before = x * x + y * y;
      const j = Math.min(count - 1, Math.floor(before / width));
      const after = squares[j] + (before / width - j) * (squares[j + 1] - squares[j]);
      const factor = Math.sqrt(after / before);
      moved[i] = centre[0] + factor * x;
      moved[i + 1] = centre[1] + factor * y;
    }
    return moved;
  });
  return { cloud, exact };
}
