/** @file Nothing learned: the linearly implicit step that the default form starts from. */

import * as tf from "@tensorflow/tfjs";
import { type Description, describeDensity } from "../../src/operator/encoding.ts";
import type { OperatorForm } from "../../src/operator/form.ts";
import { gatedField } from "../../src/operator/gates.ts";
import { regressedSlopes, surroundings } from "../../src/operator/slopes.ts";

/** The mean over the widths of the slopes of the default form: its gates are the identity over the number of widths. */
export const linearlyImplicit: OperatorForm<Description> = {
  name: "linearly implicit",
  parameters: () => ({}),
  encode: (flow, architecture, inputs) => describeDensity(flow, inputs, architecture),
  field(flow, architecture, { encoding, queries }) {
    const [batch, n, d] = queries.shape;
    const around = surroundings(flow, encoding, queries);
    const { slope } = regressedSlopes.at(architecture, around, encoding);
    const s = regressedSlopes.count(architecture);
    const gate = {
      value: tf.zeros<tf.Rank.R3>([s * d * d, batch, n]),
      tangent: tf.zeros<tf.Rank.R4>([s * d * d, d, batch, n]),
    };
    const blend = tf.fill([s, batch, 1], 1 / s);
    return gatedField(flow, encoding, { gate, blend, slope, potential: around.potential, queries });
  },
};
