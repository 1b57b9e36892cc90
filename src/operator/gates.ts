/** @file From slopes to the field of a step: gates, and the linearly implicit solve. */

import * as tf from "@tensorflow/tfjs";
import { hessian, type ScalarField } from "../energies/derivatives.ts";
import { type GradientFlow, movedCoordinates } from "../jko/flow.ts";
import { concatDuals, type Dual, restrictDual, sliceDual, solveDuals } from "../networks/dual.ts";
import type { Description } from "./encoding.ts";

/** What a field is made of at every query. */
interface Gated {
  /** `G_h`, `S·d·d` components. */
  readonly gate: Dual;
  /** `b_h`, `[S, B, 1]`. */
  readonly blend: tf.Tensor;
  /** `β_h`, `S·d` components. */
  readonly slope: Dual;
}

/** The field `−(αu/s) (I + τ𝓑∇²V)⁻¹ Σ_h (G_h + b_h I) β_h`, along the coordinates that the mobility moves. */
export function gatedField(
  flow: GradientFlow,
  encoding: Pick<Description, "radius" | "tau" | "unit" | "damping">,
  at: Gated & { readonly potential: ScalarField | undefined; readonly queries: tf.Tensor3D },
): Dual {
  const { radius, tau, unit, damping } = encoding;
  const inverse = tf.div(1, radius) as tf.Tensor3D;
  const everywhere = gatedSlopes(at, {
    d: flow.dimension,
    amplitude: tf.mul(tf.mul(inverse, unit), tf.neg(damping)) as tf.Tensor3D,
  });
  const field = restrictDual(everywhere, movedCoordinates(flow));
  return semiImplicit(flow, at.potential, { queries: at.queries, field, tau });
}

/**
 * `(I + τ𝓑∇²V)⁻¹ w` among the coordinates that move: what the step of a linearly implicit scheme makes of the explicit one. The gates then have to learn
 * the effect of the rest alone, and stiff tails of the potential need no particles to be known. The JKO step itself
 * asks for `τ` so small that the matrix is positive.
 */
function semiImplicit(
  flow: GradientFlow,
  potential: ScalarField | undefined,
  at: { readonly queries: tf.Tensor3D; readonly field: Dual; readonly tau: tf.Tensor3D },
): Dual {
  const { queries, field, tau } = at;
  const { scale } = flow.mobility;
  if (potential === undefined || scale === undefined) return field;
  const { start, count } = movedCoordinates(flow);
  const step = tf.mul(tau, scale);
  const lower = hessian(potential, queries)
    .slice(start, start + count)
    .map((row, i) =>
      row.slice(start).map(({ value, tangent }, j) => ({
        value: tf.add(tf.mul(value, step), i === j ? 1 : 0) as tf.Tensor3D,
        tangent: tf.mul(tf.slice(tangent, [0, start, 0, 0], [-1, count, -1, -1]), step) as tf.Tensor4D,
      })),
    );
  return concatDuals(
    solveDuals(
      lower,
      lower.map((_, i) => sliceDual(field, i, 1)),
    ),
  );
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
