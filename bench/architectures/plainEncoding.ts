/** @file What forms without slopes keep of a density: its place, and the modulation of a network by its code. */

import type * as tf from "@tensorflow/tfjs";
import type { GradientFlow } from "../../src/jko/flow.ts";
import { describeDensity } from "../../src/operator/encoding.ts";
import type { Architecture, DensityInputs } from "../../src/operator/form.ts";
import { densityCode, meanPooling, modulationOf } from "../../src/operator/network.ts";
import type { Located } from "../../src/operator/slopes.ts";

/** A density of which a network at every point knows the code alone. */
export type PlainEncoding = Located & { readonly modulation: tf.Tensor4D };

/** The same code as that of the default form, and what is kept with it. */
export function plainEncoding(
  flow: GradientFlow,
  architecture: Architecture,
  { parameters, ...inputs }: DensityInputs,
): { readonly encoding: PlainEncoding; readonly code: tf.Tensor2D } {
  const description = describeDensity(flow, inputs);
  const { centre, radius, tau, conditions, moments } = description;
  const code = densityCode(parameters, description, { pooling: meanPooling, architecture });
  const located = { centre, radius, tau, conditions, ...(moments === undefined ? {} : { moments }) };
  return { code, encoding: { ...located, modulation: modulationOf(parameters, code) } };
}
