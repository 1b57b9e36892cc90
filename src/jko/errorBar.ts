/** @file The error bar of a step: how far it is from the exact one at most, without knowing the exact one. */

import { convexityOf } from "../energies/convexity.ts";
import type { Cloud } from "../measures/cloud.ts";
import { leastForSlopes } from "../metrics/localSlope.ts";
import { estimate, moments } from "../metrics/statistics.ts";
import { permutation } from "../random/draw.ts";
import { keyFrom } from "../random/key.ts";
import { type GradientFlow, movesOnTorus } from "./flow.ts";
import { strongResidual } from "./residual.ts";

export interface ErrorBar {
  /** Bound of `‖T − T*‖_{L²(ρ₀)} ≥ W₂(T#ρ₀, ρ₁*)`, in units of length. */
  readonly bar: number;
  /** The same as a part of the density's width, `bar/√Var ρ₁`; `100 relative²` is a bound of the unexplained variance in %. */
  readonly relative: number;
  /** `‖∇Ψ(T)‖_{L²(ρ₀)}`, in units of length/time. */
  readonly residual: number;
  /** The `λ` of the energy's `λ`-convexity, in units of 1/time. */
  readonly lambda: number;
}

/** Why a step has no error bar. */
export interface NoErrorBar {
  readonly bar: undefined;
  readonly reason: string;
}

/** Particles at which the residual is evaluated. */
const probes = 768;

/**
 * The a-posteriori error bar of a JKO step,
 *
 *     ‖T − T*‖_{L²(ρ₀)} ≤ τ/(1 + λτ) ‖∇Ψ(T)‖_{L²(ρ₀)},
 *
 * since `Ψ` is `(1/τ + λ)`-convex among gradients of convex functions for a `λ`-convex energy. The norm is a mean over particles, to
 * which twice its standard error is added. It is about as large as the error where the error is smooth, larger where it is rough.
 *
 * @returns the reason in place of a bar where the energy is not `λ`-convex, or `λ` is not known, or `1 + λτ ≤ 0`, or particles move on a
 *   circle.
 */
export function errorBar(flow: GradientFlow, before: Cloud, after: Cloud): ErrorBar | NoErrorBar {
  const reason = obstacle(flow, after);
  if (reason !== undefined) return { bar: undefined, reason };
  const { dimension: d, count, positions } = after;
  const lambda = convexityOf(flow.energy).lambda as number;
  const at = permutation(keyFrom(0), count).subarray(0, probes);
  const { residual } = strongResidual(flow, { before, after }, at);
  const squares = Float64Array.from(at, (_, k) =>
    residual.subarray(k * d, (k + 1) * d).reduce((sum, r) => sum + r * r, 0),
  );
  const { mean, standardError } = estimate(squares);
  const bar = (flow.tau / (1 + lambda * flow.tau)) * Math.sqrt(mean + 2 * standardError);
  const variance = moments(positions, d).covariance.reduce((sum, row, a) => sum + row[a], 0);
  return { bar, relative: bar / Math.sqrt(variance), residual: Math.sqrt(mean), lambda };
}

function obstacle(flow: GradientFlow, { count, dimension }: Cloud): string | undefined {
  const { energy, mobility, tau } = flow;
  if (mobility.name !== "wasserstein") return `the mobility is ${mobility.name}, not that of Wasserstein`;
  if (movesOnTorus(flow)) return "particles move on a circle, where there is no width to compare with";
  const { lambda, reason } = convexityOf(energy);
  if (reason !== undefined) return reason;
  if (1 + lambda * tau <= 0) {
    return `the energy is only ${Number(lambda.toPrecision(3))}-convex, too little for a step of ${tau}: that must be shorter than ${Number((-1 / lambda).toPrecision(3))}`;
  }
  const least = leastForSlopes(dimension);
  return count < least ? `it takes ${least} particles, and there are ${count}` : undefined;
}
