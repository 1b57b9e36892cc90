/** @file From slopes to the field of a step: gates, and the implicit step. */

import * as tf from "@tensorflow/tfjs";
import type { ScalarField } from "../energies/derivatives.ts";
import { type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { type Dual, restrictDual } from "../networks/dual.ts";
import type { Description } from "./encoding.ts";
import { implicitVelocity } from "./implicitStep.ts";

/** What a field is made of at every query. */
interface Gated {
  /** `G_h`, `S·d·d` components. */
  readonly gate: Dual;
  /** `b_h`, `[S, B, 1]`. */
  readonly blend: tf.Tensor;
  /** `β_h`, `S·d` components. */
  readonly slope: Dual;
}

/** The field of the implicit step whose explicit one is `−(u/s) Σ_h (G_h + b_h I) β_h`, along the coordinates that the mobility moves. */
export function gatedField(
  flow: GradientFlow,
  encoding: Pick<Description, "radius" | "tau" | "unit" | "resistance">,
  at: Gated & { readonly potential: ScalarField | undefined; readonly queries: tf.Tensor3D },
): Dual {
  const { radius, tau, unit, resistance } = encoding;
  const everywhere = gatedSlopes(at, {
    d: flow.dimension,
    amplitude: tf.neg(tf.div(unit, radius)) as tf.Tensor3D,
  });
  const field = restrictDual(everywhere, movedCoordinates(flow));
  return implicitVelocity(flow, at.potential, { queries: at.queries, field, tau, resistance });
}

/** `Σ_h (G_h + blend_h I) β_h`, scaled by `amplitude` (`[1, B, 1]`), with the product rule for its Jacobian. */
function gatedSlopes(inputs: Gated, options: { readonly d: number; readonly amplitude: tf.Tensor3D }): Dual {
  const { gate, blend, slope } = inputs;
  const { d, amplitude } = options;
  const [sd, batch, n] = slope.value.shape;
  const s = sd / d;
  // The gates [s·d·d, ..] as rows [d, s·d, ..] that multiply all slopes.
  const rows = (x: tf.Tensor, rest: readonly number[]) =>
    tf.reshape(
      tf.transpose(tf.reshape(x, [s, d, d, ...rest]), [1, 0, 2, ...rest.map((_, axis) => axis + 3)]),
      [d, sd, ...rest],
    );
  const identity = tf.reshape(tf.eye(d), [d, 1, d, 1, 1]);
  const base = tf.reshape(tf.mul(identity, tf.reshape(blend, [1, s, 1, batch, 1])), [d, sd, batch, 1]);
  const matrix = tf.add(rows(gate.value, [batch, n]), base);
  const value = tf.sum(tf.mul(matrix, tf.expandDims(slope.value, 0)), 1);
  const tangent = tf.sum(
    tf.add(
      tf.mul(tf.expandDims(matrix, 2), tf.expandDims(slope.tangent, 0)),
      tf.mul(rows(gate.tangent, [d, batch, n]), tf.reshape(slope.value, [1, sd, 1, batch, n])),
    ),
    1,
  );
  return {
    value: tf.mul(value, amplitude) as tf.Tensor3D,
    tangent: tf.mul(tangent, tf.expandDims(amplitude, 1)) as tf.Tensor4D,
  };
}
