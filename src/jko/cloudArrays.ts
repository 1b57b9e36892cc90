/** @file Clouds on their way into compiled functions. */

import { type NdArray, ndarray } from "../engine/array.ts";
import type { Cloud } from "../measures/cloud.ts";

/** A cloud as a batch of one, the way compiled functions take it. */
export function cloudArrays(cloud: Cloud): { readonly positions: NdArray; readonly logDensity: NdArray } {
  return {
    positions: ndarray(Float32Array.from(cloud.positions), [1, cloud.count, cloud.dimension]),
    logDensity: ndarray(Float32Array.from(cloud.logDensity), [1, cloud.count]),
  };
}
