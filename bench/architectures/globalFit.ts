/** @file No kernels: the gates have the slope of the global fit alone. */

import { meanPooling } from "../../src/operator/network.ts";
import { globalSlope, type Slopes } from "../../src/operator/slopes.ts";
import { wellBalancedForm } from "../../src/operator/wellBalanced.ts";

/** The slope of `b·x̂ + ½ x̂ᵀHx̂ + γV`, which knows a density by its moments; there are no local features. */
const fittedSlope: Slopes = {
  count: () => 1,
  features: () => 0,
  at: (_architecture, around, encoding) => ({ slope: globalSlope(encoding, around), features: [] }),
};

/** The default form without local regression. It is well balanced, and blind to what its few functions do not explain. */
export const globalFit = wellBalancedForm({
  name: "well-balanced, global fit",
  pooling: meanPooling,
  slopes: fittedSlope,
});
