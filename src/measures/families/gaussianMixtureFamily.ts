/** @file Random mixtures of isotropic Gaussians. */

import { dirichlet, uniforms } from "../../random/draw.ts";
import { foldIn } from "../../random/key.ts";
import type { Family } from "../family.ts";
import { gaussianMixture } from "../mixture.ts";
import { checkComponents, checkPositiveRange, drawCount, drawPoints } from "./ranges.ts";

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
  checkComponents("gaussianMixtureFamily", components);
  checkPositiveRange("gaussianMixtureFamily: deviations", deviations);
  return {
    name: `mixtures of ${components[0]}–${components[1]} isotropic Gaussians`,
    dimension,
    draw(key) {
      const count = drawCount(foldIn(key, "components"), components);
      const spread = deviations[1] - deviations[0];
      return gaussianMixture({
        weights: dirichlet(foldIn(key, "weights"), new Array<number>(count).fill(2)),
        means: drawPoints(foldIn(key, "means"), reach, [count, dimension]),
        deviations: Array.from(uniforms(foldIn(key, "deviations"), count), (u) => deviations[0] + spread * u),
      });
    },
  };
}
