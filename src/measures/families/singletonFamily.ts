/** @file The family of one density, for problems that start from nothing else. */

import type { Family } from "../family.ts";
import type { Measure } from "../measure.ts";

/** Every key draws the same measure. */
export function singletonFamily(options: { readonly name: string; readonly measure: Measure }): Family {
  const { name, measure } = options;
  return { name, dimension: measure.dimension, draw: () => measure };
}
