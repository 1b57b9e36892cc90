/** @file Parameters of an energy that may differ from density to density. */

import type * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";

/** A parameter of an energy: a number or, inside a traced function that takes many flows at once, one for each cloud, `[B, 1]`. */
export type Coefficient = number | tf.Tensor2D;

/** The number that a coefficient is wherever particles are stepped in Float64. */
export function numberOf(coefficient: Coefficient): number {
  check(typeof coefficient === "number", () => "an energy with a tensor for a parameter has no Float64 side");
  return coefficient as number;
}
