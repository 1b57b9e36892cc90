/** @file Parameters of an energy that may differ from density to density. */

import * as tf from "@tensorflow/tfjs";
import { check } from "../check/check.ts";

/** A parameter of an energy: a number or, inside a traced function that takes many flows at once, one for each cloud, `[B, 1]`. */
export type Coefficient = number | tf.Tensor2D;

/** The number that a coefficient is wherever particles are stepped in Float64. */
export function numberOf(coefficient: Coefficient): number {
  check(typeof coefficient === "number", () => "an energy with a tensor for a parameter has no Float64 side");
  return coefficient as number;
}

/** A coefficient as plain data. */
export function specOf(coefficient: Coefficient): number | "varied" {
  return typeof coefficient === "number" ? coefficient : "varied";
}

/** The product of two coefficients: a number where both are. */
export function productOf(a: Coefficient, b: Coefficient): Coefficient {
  return typeof a === "number" && typeof b === "number" ? a * b : tf.mul<tf.Tensor2D>(a, b);
}
