/** @file A displacement straight from a network: what a neural operator without the structure of a gradient flow does. */

import * as tf from "@tensorflow/tfjs";
import { activate } from "../../src/networks/activations.ts";
import { concatDuals, scaleDual } from "../../src/networks/dual.ts";
import { denseDual, denseSpecs } from "../../src/networks/layers.ts";
import type { OperatorForm } from "../../src/operator/form.ts";
import { codeParameters, decode, decoderParameters, meanPooling } from "../../src/operator/network.ts";
import { surroundings } from "../../src/operator/slopes.ts";
import { type PlainEncoding, plainEncoding } from "./plainEncoding.ts";

/**
 * `T(x) = x + s tanh(N(x̂, −τ∇V/s; ρ))`, in a frame of mean and radius `s` as the default form has it, with the same code and layers: at most
 * a radius along each axis. Nothing makes it vanish at a steady state but training.
 */
export const freeDisplacement: OperatorForm<PlainEncoding> = {
  name: "free displacement",
  parameters: (architecture) => ({
    ...codeParameters(architecture, meanPooling),
    ...decoderParameters({ inputs: 2 * architecture.dimension, hidden: architecture.hidden }),
    ...denseSpecs("displacement", {
      inputs: architecture.hidden,
      outputs: architecture.dimension,
      gain: 0.01,
    }),
  }),
  encode: (flow, architecture, inputs) => plainEncoding(flow, architecture, inputs).encoding,
  field(flow, _architecture, { parameters, encoding, queries }) {
    const { view, pull } = surroundings(flow, encoding, queries);
    const hidden = decode(parameters, concatDuals([view.points, pull]), encoding.modulation);
    const inRadii = activate("tanh", denseDual(parameters, "displacement", hidden));
    return scaleDual(inRadii, tf.div(encoding.radius, encoding.tau));
  },
};
