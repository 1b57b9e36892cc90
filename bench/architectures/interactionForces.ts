/** @file Forces of the interaction beside the kernels' features, for the gates to see. */

import * as tf from "@tensorflow/tfjs";
import type { Energy } from "../../src/energies/energy.ts";
import { isPolynomial, type PowerTerm } from "../../src/energies/powerInteraction.ts";
import { concatDuals, type Dual } from "../../src/networks/dual.ts";
import type { Description } from "../../src/operator/encoding.ts";
import { meanPooling } from "../../src/operator/network.ts";
import { regressedSlopes, type Slopes } from "../../src/operator/slopes.ts";
import { wellBalancedForm } from "../../src/operator/wellBalanced.ts";

/** The default slopes; among the features the step that the interaction would make alone, softened over each kernel width. */
const slopesAndForces: Slopes = {
  count: regressedSlopes.count,
  features: (architecture) =>
    regressedSlopes.features(architecture) + architecture.widths.length * architecture.dimension,
  at(architecture, around, encoding) {
    const { slope, features } = regressedSlopes.at(architecture, around, encoding);
    const { view, energy } = around;
    const terms = pairwiseTerms(energy);
    const forces = architecture.widths.map((h) => softenedStep(terms, h, view.points.value, encoding));
    return { slope, features: [...features, view.overPositions(concatDuals(forces))] };
  },
};

/** The terms of an interaction that are sums over pairs; the others are in the pull that every form sees. */
function pairwiseTerms({ interaction }: Energy): readonly PowerTerm[] {
  if (interaction?.spec.kind !== "powers") return [];
  return (interaction.spec["terms"] as readonly PowerTerm[]).filter((term) => !isPolynomial(term));
}

/**
 * `−τ E_j[a_j (x̂ − ĉ_j)]` with `a = Σ_k c_k r^{p_k − 2}` at `r² = s²(|x̂ − ĉ_j|² + h²)`, in radii of the cloud; a dual over the chart.
 */
function softenedStep(
  terms: readonly PowerTerm[],
  h: number,
  queries: tf.Tensor3D,
  encoding: Pick<Description, "points" | "radius" | "tau">,
): Dual {
  const { points, radius, tau } = encoding;
  const [d, batch, count] = queries.shape;
  if (terms.length === 0)
    return { value: tf.zeros([d, batch, count]), tangent: tf.zeros([d, d, batch, count]) };
  const pairs = Array.from({ length: d }, (_, i) => {
    const row = (x: tf.Tensor3D) => tf.squeeze(tf.slice(x, [i, 0, 0], [1, -1, -1]), [0]);
    return tf.sub(tf.expandDims(row(queries), 2), tf.expandDims(row(points), 1)); // [B, Q, C]
  });
  const square = tf.reshape(tf.square(radius), [batch, 1, 1]);
  const distance = pairs.map((x) => tf.square(x)).reduce((sum, x) => tf.add(sum, x));
  const reach = tf.mul(square, tf.add(distance, h * h));
  const sumOf = (term: (term: PowerTerm) => tf.Tensor) => terms.map(term).reduce((sum, x) => tf.add(sum, x));
  const slope = sumOf(({ coefficient: c, power: p }) => tf.mul(c, tf.pow(reach, p / 2 - 1)));
  const bend = sumOf(({ coefficient: c, power: p }) =>
    tf.mul(c * (p - 2), tf.mul(square, tf.pow(reach, p / 2 - 2))),
  );
  const factor = tf.neg(tf.reshape(tau, [batch, 1]));
  const mean = (x: tf.Tensor) => tf.mul(factor, tf.mean(x, 2));
  const isotropic = mean(slope);
  const rows = pairs.map((x, k) =>
    tf.stack(
      pairs.map((y, i) => {
        const along = mean(tf.mul(bend, tf.mul(x, y)));
        return i === k ? tf.add(along, isotropic) : along;
      }),
    ),
  );
  return {
    value: tf.stack(pairs.map((x) => mean(tf.mul(slope, x)))) as tf.Tensor3D,
    tangent: tf.stack(rows) as tf.Tensor4D,
  };
}

/** The default form whose gates also see forces of the interaction. */
export const interactionForces = wellBalancedForm({
  name: "well-balanced, interaction forces",
  pooling: meanPooling,
  slopes: slopesAndForces,
});
