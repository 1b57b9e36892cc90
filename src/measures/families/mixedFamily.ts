/** @file Families made of families. */

import { check } from "../../check/check.ts";
import type { Vector } from "../../linalg/matrix.ts";
import { categorical } from "../../random/draw.ts";
import { foldIn } from "../../random/key.ts";
import type { Family } from "../family.ts";
import { checkCount, checkWeights } from "../weights.ts";

/**
 * A density of the family `families[k]` with probability `weights[k]`.
 *
 * @param families at least one, all of one dimension.
 * @param weights not negative, sum 1.
 */
export function mixedFamily(families: readonly Family[], weights: Vector): Family {
  checkWeights("mixedFamily", weights);
  checkCount("mixedFamily: families", families.length, weights.length);
  const { dimension } = families[0];
  families.forEach((family, k) => {
    check(
      family.dimension === dimension,
      () =>
        `mixedFamily: families must all have dimension ${dimension}, got ${family.dimension} at index ${k}`,
    );
  });
  return {
    name: families.map((family) => family.name).join(" or "),
    dimension,
    draw(key) {
      const [k] = categorical(foldIn(key, "family"), weights, 1);
      return families[k].draw(foldIn(key, "member"));
    },
  };
}
