/** @file The well-balanced form: a conditioned network gates slopes of the chemical potential. */

import * as tf from "@tensorflow/tfjs";
import { concatDuals, scaleDual } from "../networks/dual.ts";
import { dense, denseDual, denseSpecs } from "../networks/layers.ts";
import { type Description, describeDensity } from "./encoding.ts";
import type { OperatorForm } from "./form.ts";
import { gatedField } from "./gates.ts";
import {
  codeParameters,
  decode,
  decoderParameters,
  densityCode,
  meanPooling,
  modulationOf,
  type Pooling,
} from "./network.ts";
import { regressedSlopes, type Slopes, surroundings } from "./slopes.ts";

/** A density as the gates see it. */
export type BalancedEncoding = Omit<Description, "mean" | "stepSize" | "chemicalPotential" | "trust"> & {
  /** Scale and shift of each layer of the gates, `[2·layers, hidden, B, 1]`. */
  readonly modulation: tf.Tensor4D;
  /** How much of each slope enters before gating, `[S, B, 1]`. */
  readonly blend: tf.Tensor3D;
};

/**
 * The field `w(x)` with `(R + τ𝓑∇²V) w = −(D/s) Σ_h G_h(x; ρ) β_h(x) + (R − I) w̄`.
 *
 * `β_h` are slopes of `μ/D = log ρ + V/D` in the frame whitened by the context's mean and RMS radius `s` a
 * coordinate: that of a global fit, and on top of it that of a local regression of what the fit leaves. The `d × d`
 * gates `G_h` come from a network of local features, modulated by a permutation-invariant code of the context. At a
 * steady state `μ` is constant, every slope vanishes, and the step is the identity whatever the network says: the
 * operator is well balanced. The matrix makes the step linearly implicit in the potential, and by the {@link Resistance} `R` in the internal energy. The gates start at `I/S`: training starts from a linearly implicit step.
 */
export const wellBalanced = wellBalancedForm({
  name: "well-balanced",
  pooling: meanPooling,
  slopes: regressedSlopes,
});

/** The form with other slopes, or another code of the density. */
export function wellBalancedForm(parts: {
  readonly name: string;
  readonly pooling: Pooling;
  readonly slopes: Slopes;
}): OperatorForm<BalancedEncoding> {
  const { name, pooling, slopes } = parts;
  return {
    name,
    parameters(architecture) {
      const { dimension: d, chart: e = d, hidden } = architecture;
      const s = slopes.count(architecture);
      const inputs = e + d + s * d + slopes.features(architecture);
      return {
        ...codeParameters(architecture, pooling),
        ...denseSpecs("blend", { inputs: 2 * hidden, outputs: s, gain: 0.01 }),
        ...decoderParameters({ inputs, hidden }),
        ...denseSpecs("gate", { inputs: hidden, outputs: s * d * d, gain: 0.01 }),
      };
    },
    encode(flow, architecture, { parameters, ...inputs }) {
      const description = describeDensity(flow, inputs, architecture);
      const { mean, stepSize, chemicalPotential, trust, ...kept } = description;
      const code = densityCode(parameters, description, { pooling, architecture });
      const blend = tf.mul(tf.expandDims(dense(parameters, "blend", code), 2), kept.learned);
      return {
        ...kept,
        modulation: modulationOf(parameters, code),
        blend: tf.add(blend, 1 / blend.shape[0]) as tf.Tensor3D,
      };
    },
    field(flow, architecture, { parameters, encoding, queries }) {
      const around = surroundings(flow, encoding, queries);
      const { slope, features } = slopes.at(architecture, around, encoding);
      const seen = concatDuals([around.view.points, around.pull, slope, ...features]);
      const hidden = decode(parameters, seen, encoding.modulation);
      const gate = scaleDual(denseDual(parameters, "gate", hidden), encoding.learned);
      const { blend } = encoding;
      return gatedField(flow, encoding, { gate, blend, slope, potential: around.potential, queries });
    },
  };
}
