/** @file Slopes of the chemical potential around a point, and what else the network sees there. */

import * as tf from "@tensorflow/tfjs";
import { force, type ScalarField } from "../energies/derivatives.ts";
import type { Energy } from "../energies/energy.ts";
import { conditioned, type GradientFlow } from "../jko/flow.ts";
import { addDuals, concatDuals, type Dual, scaleDual } from "../networks/dual.ts";
import { chartOf, type View } from "./chart.ts";
import { effectivePotential } from "./effectivePotential.ts";
import type { Description } from "./encoding.ts";
import type { Architecture } from "./form.ts";
import { polynomialSlope } from "./globalFit.ts";
import { localRegression } from "./localRegression.ts";

/** Where a density is, and what drives it that is known in closed form. */
export type Located = Pick<Description, "centre" | "radius" | "tau" | "conditions" | "moments">;

/** Points around a density, without anything that is estimated. */
export interface Surroundings {
  /** The flow's energy at the density's conditions. */
  readonly energy: Energy;
  /** `V` and the smooth part of the interaction; undefined where there is neither. */
  readonly potential: ScalarField | undefined;
  readonly view: View;
  /** The step `−τ∇V/s` that the potential would make alone, in radii of the cloud. */
  readonly pull: Dual;
}

/** How a density's points look at `queries`, and what pulls them. */
export function surroundings(flow: GradientFlow, encoding: Located, queries: tf.Tensor3D): Surroundings {
  const { tau, radius } = encoding;
  const { energy } = conditioned(flow, encoding.conditions);
  const potential = effectivePotential(energy, encoding.moments);
  const view = chartOf(flow).view(queries, encoding);
  return { energy, potential, view, pull: external(potential, queries, tf.div(tau, radius) as tf.Tensor3D) };
}

/** The slope of the global fit along positions. */
export function globalSlope(
  encoding: Pick<Description, "fit" | "radius" | "tau" | "unit">,
  { view, pull }: Surroundings,
): Dual {
  const { fit, radius, tau, unit } = encoding;
  // From the step −τ∇V/s to ∇V/unit with respect to x̂.
  const perUnit = tf.div(tf.square(radius), tf.neg(tf.mul(unit, tau))) as tf.Tensor3D;
  return addDuals(
    view.alongPositions(polynomialSlope(fit, view.points)),
    scaleDual(scaleDual(pull, perUnit), fit.potential),
  );
}

/** Which slopes there are to be gated. All must vanish where the chemical potential is constant. */
export interface Slopes {
  /** How many of `d` components each. */
  count(architecture: Architecture): number;
  /** Components of the features that come with them. */
  features(architecture: Architecture): number;
  /** The slopes, `count·d` components, and the features. */
  at(
    architecture: Architecture,
    around: Surroundings,
    encoding: Pick<Description, "fit" | "radius" | "tau" | "unit" | "points" | "monomials">,
  ): { readonly slope: Dual; readonly features: readonly Dual[] };
}

/** For every kernel width the slope of a local regression of what the global fit leaves, on top of the slope of that fit. */
export const regressedSlopes: Slopes = {
  count: ({ widths }) => widths.length,
  features: ({ widths, dimension }) => widths.length * (dimension + 1),
  at({ widths, ridge }, around, encoding) {
    const { view } = around;
    const local = localRegression(view.points.value, encoding, { widths, ridge });
    const byWidth = (dual: Dual) => view.overPositions(widthsAsComponents(dual, widths.length));
    const alongByWidth = (dual: Dual) => view.alongPositions(byWidth(dual));
    const whole = globalSlope(encoding, around);
    return {
      slope: addDuals(alongByWidth(local.slope), concatDuals(widths.map(() => whole))),
      features: [alongByWidth(local.shift), byWidth(local.level)],
    };
  },
};

/** The force of the potential times a factor `[1, B, 1]`: with `τ/s` the step that it would make alone, in radii of the cloud. */
function external(potential: ScalarField | undefined, queries: tf.Tensor3D, factor: tf.Tensor3D): Dual {
  const [batch, n, d] = queries.shape;
  if (potential === undefined) return { value: tf.zeros([d, batch, n]), tangent: tf.zeros([d, d, batch, n]) };
  return scaleDual(force(potential, queries), factor);
}

/** From a batch of `S·B` to components of each width, `[S·F, B, Q]`. */
function widthsAsComponents(dual: Dual, widths: number): Dual {
  const [f, d, repeated, n] = dual.tangent.shape;
  const batch = repeated / widths;
  const value = tf.transpose(tf.reshape(dual.value, [f, widths, batch, n]), [1, 0, 2, 3]);
  const tangent = tf.transpose(tf.reshape(dual.tangent, [f, d, widths, batch, n]), [2, 0, 1, 3, 4]);
  return {
    value: tf.reshape(value, [widths * f, batch, n]),
    tangent: tf.reshape(tangent, [widths * f, d, batch, n]),
  };
}
