/** @file The learned JKO operator of any form; without one it is the well-balanced one. */

import type * as tf from "@tensorflow/tfjs";
import type { GradientFlow } from "../jko/flow.ts";
import type { Dual } from "../networks/dual.ts";
import type { ParameterSpecs, Parameters } from "../networks/parameters.ts";
import type { Architecture, DensityEncoding, DensityInputs, OperatorForm } from "./form.ts";
import { wellBalanced } from "./wellBalanced.ts";

function formOf({ form = wellBalanced }: Architecture): OperatorForm {
  return form;
}

/** Names, shapes and initial values of the parameters. */
export function operatorParameters(architecture: Architecture): ParameterSpecs {
  return formOf(architecture).parameters(architecture);
}

/** Encodes a density that is described by a context of particles. */
export function encodeDensity(
  flow: GradientFlow,
  architecture: Architecture,
  inputs: DensityInputs,
): DensityEncoding {
  return formOf(architecture).encode(flow, architecture, inputs);
}

/** The field of {@link operatorField} for a density that is encoded already: what is done for every query. */
export function encodedField(
  flow: GradientFlow,
  architecture: Architecture,
  inputs: {
    readonly parameters: Parameters;
    readonly encoding: DensityEncoding;
    readonly queries: tf.Tensor3D;
  },
): Dual {
  return formOf(architecture).field(flow, architecture, inputs);
}

/**
 * The field `w` whose push `T = id + τ 𝓑[w]` is the learned JKO step, by default that of `wellBalanced`.
 *
 * @param inputs.context particles that describe the density. They are never the queries of the same objective:
 *   a network that sees the very points it moves learns to spread them, not to move their density.
 * @param inputs.queries where the field is wanted, `[B, Q, d]`.
 * @param inputs.tau one JKO step a density, `[B, 1]`; that of the flow where it is left out.
 * @param inputs.conditions the flow's parameters for each density, `[B, 1]` each, by the names in the architecture.
 */
export function operatorField(
  flow: GradientFlow,
  architecture: Architecture,
  inputs: DensityInputs & { readonly queries: tf.Tensor3D },
): Dual {
  const { parameters, queries } = inputs;
  const encoding = encodeDensity(flow, architecture, inputs);
  return encodedField(flow, architecture, { parameters, encoding, queries });
}
