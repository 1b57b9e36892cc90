/** @file Families on the line or the circle whose samples are more even than chance. */

import { check } from "../../check/check.ts";
import { uniforms } from "../../random/draw.ts";
import type { Family } from "../family.ts";
import type { LineMeasure } from "../measure.ts";
import { shifted } from "../quietStart.ts";

/** `(√5 − 1)/2`: its multiples modulo 1 are spread most evenly, however many there are of them. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * The same densities, but the samples of each are quantiles at `(s + i (√5 − 1)/2) mod 1` with a random shift `s`: any run of
 * consecutive ones is spread evenly over the mass, with means that are off by `O(log n/n)` instead of `O(n^{-1/2})`. A training batch takes
 * such runs. Where particles act on each other by means over all of them, an operator that learns from independent samples takes the chance in
 * those means for its own doubt, and learns to act on them too little.
 *
 * @param family measures with quantiles: on the line, or on a circle.
 * @see Niederreiter (1992), doi:10.1137/1.9781611970081, theorem 3.3 with chapter 3 on Kronecker sequences.
 */
export function quietFamily(family: Family): Family {
  check(
    family.dimension === 1,
    () => `quietFamily: the family must have dimension 1, got ${family.dimension}`,
  );
  return {
    ...family,
    name: `${family.name}, evenly sampled`,
    draw(key) {
      const measure = family.draw(key) as LineMeasure;
      check(
        typeof measure.quantile === "function",
        () => `quietFamily: measures of the family "${family.name}" must have quantiles`,
      );
      return {
        ...measure,
        sample(own, count) {
          const [shift] = uniforms(own, 1);
          return Float64Array.from({ length: count }, (_, i) =>
            measure.quantile(shifted(i * goldenRatio, shift)),
          );
        },
      };
    },
  };
}
