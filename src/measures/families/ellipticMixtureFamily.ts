/** @file Random mixtures of Gaussians with axes of any direction. */

import { diagonal, matmul, symmetrize, transpose } from "../../linalg/matrix.ts";
import { dirichlet, uniforms } from "../../random/draw.ts";
import { foldIn } from "../../random/key.ts";
import { randomRotation } from "../../random/rotation.ts";
import type { Family } from "../family.ts";
import { gaussianMixture } from "../mixture.ts";
import { checkComponents, checkPositiveRange, drawCount, drawPoints } from "./ranges.ts";

/**
 * Mixtures of Gaussians of random shapes: the number of components uniform in `components`, weights Dirichlet(2), means uniform in a
 * cube, axes by a random rotation, and the deviation along each of them uniform in `deviations`.
 *
 * @param options.reach means lie in `[−reach, reach]^d`.
 */
export function ellipticMixtureFamily(options: {
  readonly dimension: number;
  readonly components: readonly [least: number, greatest: number];
  readonly reach: number;
  readonly deviations: readonly [least: number, greatest: number];
}): Family {
  const { dimension, components, reach, deviations } = options;
  checkComponents("ellipticMixtureFamily", components);
  checkPositiveRange("ellipticMixtureFamily: deviations", deviations);
  const [least, greatest] = deviations;
  return {
    name: `mixtures of ${components[0]}–${components[1]} elliptic Gaussians`,
    dimension,
    draw(key) {
      const count = drawCount(foldIn(key, "components"), components);
      const covariances = Array.from({ length: count }, (_, k) => {
        const own = foldIn(foldIn(key, "shape"), k);
        const axes = randomRotation(foldIn(own, "axes"), dimension);
        const u = uniforms(foldIn(own, "deviations"), dimension);
        const variances = diagonal(Array.from(u, (part) => (least + (greatest - least) * part) ** 2));
        return symmetrize(matmul(matmul(axes, variances), transpose(axes)));
      });
      return gaussianMixture({
        weights: dirichlet(foldIn(key, "weights"), new Array<number>(count).fill(2)),
        means: drawPoints(foldIn(key, "means"), reach, [count, dimension]),
        covariances,
      });
    },
  };
}
