/** @file Random densities of angles. */

import { check } from "../../check/check.ts";
import { dirichlet, uniforms } from "../../random/draw.ts";
import { foldIn } from "../../random/key.ts";
import type { Family } from "../family.ts";
import { trigonometricMixture } from "../trigonometricMixture.ts";
import { checkComponents, checkPositiveRange, drawCount, logUniforms } from "./ranges.ts";

/**
 * Mixtures of exponentials of random trigonometric polynomials: the number of components uniform in `components`, weights Dirichlet(2),
 * centres of every harmonic uniform around the circle, and concentrations `κ_n = κ/n²` with `κ` log-uniform in `concentrations`, so that
 * the peaks of every harmonic are equally sharp.
 *
 * @param options.components least and greatest number of components.
 * @param options.harmonics the highest order `n ≥ 1`.
 * @param options.concentrations from 0.1, hardly a wave, to about 10, a peak of deviation 0.3.
 */
export function trigonometricMixtureFamily(options: {
  readonly components: readonly [least: number, greatest: number];
  readonly harmonics: number;
  readonly concentrations: readonly [least: number, greatest: number];
}): Family {
  const { components, harmonics, concentrations } = options;
  checkComponents("trigonometricMixtureFamily", components);
  check(
    Number.isInteger(harmonics) && harmonics > 0,
    () => `trigonometricMixtureFamily: harmonics must be a positive integer, got ${harmonics}`,
  );
  checkPositiveRange("trigonometricMixtureFamily: concentrations", concentrations);
  return {
    name: `mixtures of ${components[0]}–${components[1]} exponentials of ${harmonics} harmonics`,
    dimension: 1,
    draw(key) {
      const count = drawCount(foldIn(key, "components"), components);
      return trigonometricMixture({
        weights: dirichlet(foldIn(key, "weights"), new Array<number>(count).fill(2)),
        components: Array.from({ length: count }, (_, j) => {
          const own = foldIn(foldIn(key, "component"), j);
          const strengths = logUniforms(foldIn(own, "concentrations"), concentrations, harmonics);
          const turns = uniforms(foldIn(own, "centres"), harmonics);
          return {
            concentrations: Array.from(strengths, (kappa, n) => kappa / (n + 1) ** 2),
            centres: Array.from(turns, (turn) => 2 * Math.PI * turn),
          };
        }),
      });
    },
  };
}
