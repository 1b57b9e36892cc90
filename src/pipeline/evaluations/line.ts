/** @file The law of the line: any density and any energy there, and products of lines, exact by quantile solvers. */

import type { SeparablePotential } from "../../domains/potentialFunction.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import { internalTerm, lineEnergy } from "../../jko/lineEnergy.ts";
import { quantileChain } from "../../jko/quantileChain.ts";
import type { QuantileEnergy } from "../../jko/quantileEnergy.ts";
import type { QuantileLabels } from "../../jko/quantileLabels.ts";
import { identity, trace } from "../../linalg/matrix.ts";
import { sampleCloud } from "../../measures/cloud.ts";
import type { LineMeasure } from "../../measures/measure.ts";
import { columns, interleaved, rotatedProduct } from "../../measures/rotatedProduct.ts";
import { moments } from "../../metrics/statistics.ts";
import { foldIn, type Key } from "../../random/key.ts";
import type { Evaluation } from "../definition.ts";
import { memo } from "./gaussians.ts";
import { type LawCase, measureLaw } from "./law.ts";
import { heldOutFactor } from "./products.ts";

export interface QuantileLawOptions {
  /** Held-out densities on the line; `heldOutFactor` of law (b) where it is left out. */
  readonly density?: (key: Key) => LineMeasure;
  /** In more than one dimension: the potential of the flow, whose densities are products along the axes. */
  readonly potential?: SeparablePotential;
  /** Labels and number of label intervals of the quantile chains; see `quantileChain`. */
  readonly labels?: (intervals: number) => QuantileLabels;
  readonly intervals?: number;
}

/** What the chains of one density need. */
interface Axes {
  readonly factors: readonly LineMeasure[];
  readonly energies: readonly QuantileEnergy[];
  readonly options: QuantileLawOptions;
}

/** The operator on held-out densities against the exact JKO chain by Newton's method on quantiles, axis by axis. */
export function quantileLaw(options: QuantileLawOptions = {}): Evaluation {
  return {
    suite: "line",
    run(context) {
      const { flow } = context.problem;
      const { densities, particles, steps: allSteps } = context.settings.evaluation;
      const steps = allSteps.filter((k) => k <= 50);
      const key = foldIn(context.key, "line");
      const cases = quantileCases(flow, { ...options, densities, particles, last: Math.max(...steps), key });
      return measureLaw(
        context,
        {
          suite: "line",
          title: `${densities} densities ${flow.dimension === 1 ? "on the line" : "that are products along the axes"}`,
          explanation:
            "Held-out densities against the exact JKO chain by Newton's method on quantiles. The distance to the equation is " +
            "4/3 of that to the chain of a quarter of the time step. Each entry is the median over densities, then the largest.",
          steps,
        },
        cases,
      );
    },
  };
}

/** Held-out densities, on the line or products along the axes, each with its exact JKO chain of `last` steps. */
export function quantileCases(
  flow: GradientFlow,
  options: QuantileLawOptions & {
    readonly densities: number;
    readonly particles: number;
    readonly last: number;
    readonly key: Key;
  },
): LawCase[] {
  const { last, particles } = options;
  const energies = energiesOf(flow, options.potential);
  const draw = options.density ?? heldOutFactor;
  return Array.from({ length: options.densities }, (_, i) => {
    const key = foldIn(options.key, i);
    const factors = energies.map((_, a) => draw(foldIn(foldIn(key, "factor"), a)));
    return quantileCase({ factors, energies, options }, { tau: flow.tau, last, particles, key });
  });
}

function energiesOf(flow: GradientFlow, potential: SeparablePotential | undefined): QuantileEnergy[] {
  if (potential === undefined) return [lineEnergy(flow)];
  return potential.axes.map((axis) => ({ ...internalTerm(flow.energy), potential: axis }));
}

function quantileCase(
  { factors, energies, options }: Axes,
  course: { readonly tau: number; readonly last: number; readonly particles: number; readonly key: Key },
): LawCase {
  const { tau, last } = course;
  const { labels, intervals } = options;
  const d = factors.length;
  const rho = rotatedProduct({ factors, rotation: identity(d) });
  const cloud = sampleCloud(rho, foldIn(course.key, "particles"), course.particles);
  const along = columns(Float64Array.from(cloud.positions), d);
  const chains = memo((parts) =>
    factors.map((measure, a) =>
      quantileChain({
        measure,
        energy: energies[a],
        tau: tau / parts,
        steps: last * parts,
        ...(labels && { labels }),
        ...(intervals && { intervals }),
      }),
    ),
  );
  const images = (parts: number, steps: number) =>
    interleaved(chains(parts).map((chain, a) => chain.at(along[a], steps * parts).positions));
  const exact = memo((steps) => images(1, steps));
  return {
    cloud,
    exact,
    variance: (steps) => trace(moments(exact(steps), d).covariance),
    rivals: {},
    timeError(steps) {
      // The chain is of first order in τ: three quarters of its error are gone with a quarter of the step.
      const finer = images(4, steps);
      const square = exact(steps).reduce((sum, x, i) => sum + (x - finer[i]) ** 2, 0);
      return ((16 / 9) * square) / cloud.count;
    },
  };
}
