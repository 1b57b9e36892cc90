/** @file Random densities of compact support. */

import { check } from "../../check/check.ts";
import { diagonal, matmul } from "../../linalg/matrix.ts";
import { dirichlet, uniforms } from "../../random/draw.ts";
import { foldIn, type Key, split } from "../../random/key.ts";
import { randomRotation } from "../../random/rotation.ts";
import { type Ellipsoid, ellipsoid } from "../ellipsoid.ts";
import type { Family } from "../family.ts";
import { superposition } from "../superposition.ts";
import {
  checkComponents,
  checkPositiveRange,
  drawCount,
  drawPoints,
  logUniforms,
  type Range,
} from "./ranges.ts";

/** How the powers of random ellipsoids are drawn. */
export interface BumpPowers {
  /** Taken with probability ½, e.g. `1/(m−1)` of the profile of Barenblatt; not negative. */
  readonly favourite: number;
  /** Otherwise log-uniform here, e.g. `[0.3, 3]`. */
  readonly range: readonly [least: number, greatest: number];
}

/**
 * Superpositions of ellipsoids `∝ (1 − |A⁻¹(x − c)|²)₊^p`: the number of components uniform in `components`, weights
 * Dirichlet(2), centres uniform in a cube, `A = Q diag(r)` with a Haar rotation `Q` and independent semi-axes `r`,
 * log-uniform in `radii`.
 *
 * @param options.components least and greatest number of ellipsoids.
 * @param options.reach centres lie in `[−reach, reach]^d`.
 */
export function bumpFamily(options: {
  readonly dimension: number;
  readonly components: readonly [least: number, greatest: number];
  readonly reach: number;
  readonly radii: readonly [least: number, greatest: number];
  readonly powers: BumpPowers;
}): Family {
  const { dimension, components, reach, radii, powers } = options;
  checkComponents("bumpFamily", components);
  check(reach >= 0 && reach < Infinity, () => `bumpFamily: reach must not be negative, got ${reach}`);
  checkPositiveRange("bumpFamily: radii", radii);
  check(
    powers.favourite >= 0,
    () => `bumpFamily: powers.favourite must not be negative, got ${powers.favourite}`,
  );
  checkPositiveRange("bumpFamily: powers.range", powers.range);
  return {
    name: `superpositions of ${components[0]}–${components[1]} ellipsoids`,
    dimension,
    draw(key) {
      const count = drawCount(foldIn(key, "components"), components);
      const centres = drawPoints(foldIn(key, "centres"), reach, [count, dimension]);
      const keys = split(foldIn(key, "ellipsoids"), count);
      return superposition({
        weights: dirichlet(foldIn(key, "weights"), new Array<number>(count).fill(2)),
        components: centres.map((centre, k) => randomEllipsoid(keys[k], centre, { radii, powers })),
      });
    },
  };
}

function randomEllipsoid(
  key: Key,
  centre: readonly number[],
  { radii, powers }: { readonly radii: Range; readonly powers: BumpPowers },
): Ellipsoid {
  const semiAxes = logUniforms(foldIn(key, "radii"), radii, centre.length);
  const rotation = randomRotation(foldIn(key, "rotation"), centre.length);
  const isFavourite = uniforms(foldIn(key, "favourite"), 1)[0] < 0.5;
  const [other] = logUniforms(foldIn(key, "power"), powers.range, 1);
  return ellipsoid({
    centre,
    axes: matmul(rotation, diagonal(Array.from(semiAxes))),
    power: isFavourite ? powers.favourite : other,
  });
}
