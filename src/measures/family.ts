/** @file Families of initial densities: what an operator is trained on. */

import { check } from "../check/check.ts";
import { dirichlet, integers, uniforms } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { Measure } from "./measure.ts";
import { gaussianMixture } from "./mixture.ts";

/** A random density: one key, one member of the family. */
export interface Family {
  readonly name: string;
  readonly dimension: number;
  draw(key: Key): Measure;
}

/**
 * Mixtures of isotropic Gaussians: the number of components uniform in `components`, weights Dirichlet(2), means
 * uniform in a cube, standard deviations uniform in `deviations`.
 *
 * @param options.components least and greatest number of components.
 * @param options.reach means lie in `[−reach, reach]^d`.
 */
export function gaussianMixtureFamily(options: {
  readonly dimension: number;
  readonly components: readonly [least: number, greatest: number];
  readonly reach: number;
  readonly deviations: readonly [least: number, greatest: number];
}): Family {
  const { dimension, components, reach, deviations } = options;
  check(
    components[0] >= 1 && components[1] >= components[0],
    () =>
      `gaussianMixtureFamily: components must be [least, greatest] with 1 ≤ least ≤ greatest, got [${components}]`,
  );
  check(
    deviations[0] > 0 && deviations[1] >= deviations[0],
    () =>
      `gaussianMixtureFamily: deviations must be [least, greatest] with 0 < least ≤ greatest, got [${deviations}]`,
  );
  return {
    name: `mixtures of ${components[0]}–${components[1]} isotropic Gaussians`,
    dimension,
    draw(key) {
      const count =
        components[0] + integers(foldIn(key, "components"), components[1] - components[0] + 1, 1)[0];
      const means = uniforms(foldIn(key, "means"), count * dimension).map((u) => reach * (2 * u - 1));
      const spread = deviations[1] - deviations[0];
      return gaussianMixture({
        weights: dirichlet(foldIn(key, "weights"), new Array<number>(count).fill(2)),
        means: Array.from({ length: count }, (_, k) => [
          ...means.subarray(k * dimension, (k + 1) * dimension),
        ]),
        deviations: Array.from(uniforms(foldIn(key, "deviations"), count), (u) => deviations[0] + spread * u),
      });
    },
  };
}
