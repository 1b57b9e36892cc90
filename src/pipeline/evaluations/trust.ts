/** @file Trust: does the error bar of a step hold, and how much larger than the error is it. */

import { errorBar } from "../../jko/errorBar.ts";
import { identity } from "../../linalg/matrix.ts";
import { applyAffine } from "../../measures/affineMap.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { unexplainedVariance } from "../../metrics/mapError.ts";
import { operatorSolver } from "../../operator/solver.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Evaluation, EvaluationContext, Findings } from "../definition.ts";
import { heldOutGaussian } from "./gaussians.ts";
import { medianAndMax } from "./law.ts";
import { heldOutProduct, productChain } from "./products.ts";

/** The potential `½k|x|²` and the diffusion of the flow. */
interface TrustOptions {
  readonly stiffness: number;
  readonly diffusion: number;
}

/** One step from a density of an exact JKO chain, and where the exact step takes its particles. */
export interface TestStep {
  readonly before: Cloud;
  readonly exact: Cloud;
}

/** From so many exact steps on the bar is tested: large steps and small ones. */
const depths = [0, 1, 3, 6, 10];
/** Of each law: with the depths, 200 steps in all. */
const mostDensities = 20;

/**
 * Holds the error bar of operator steps against their true error, `‖T − T*‖`, known from closed forms (Gaussians) and quantile solvers
 * (rotated products). The bar knows nothing of either. The efficiency index is the bar over the error.
 */
export function trustSuite(options: TrustOptions): Evaluation {
  return {
    suite: "trust",
    async run(context) {
      const { model, engine, problem, settings, key, progress, signal } = context;
      if (model === undefined) throw new Error("the trust suite needs a trained operator");
      const solver = operatorSolver(engine, model, { context: settings.evaluation.context });
      const densities = Math.min(mostDensities, settings.evaluation.densities);
      const laws = { gaussians: gaussianSteps, products: productSteps };
      const found: { law: string; efficiency: number; unexplained: number; error: number }[] = [];
      for (const [law, draw] of Object.entries(laws)) {
        for (let i = 0; i < densities; i++) {
          signal.throwIfAborted();
          progress(`${law}, ${i} of ${densities}`, found.length / (2 * densities * depths.length));
          const own = foldIn(foldIn(foldIn(key, "trust"), law), i);
          for (const { before, exact } of draw(options, context, own)) {
            const state = await solver.init(problem.flow, before, foldIn(own, "context"));
            const { cloud } = await solver.step(problem.flow, before, state);
            const estimate = errorBar(problem.flow, before, cloud);
            if (estimate.bar === undefined) throw new Error(`no error bar: ${estimate.reason}`);
            const distance = rootMeanSquare(cloud, exact);
            const error = unexplainedVariance(cloud.positions, exact.positions, exact.dimension);
            const efficiency = estimate.bar / distance;
            found.push({ law, efficiency, unexplained: 100 * estimate.relative ** 2, error });
          }
        }
      }
      return summarise(found);
    },
  };
}

function summarise(
  found: readonly {
    readonly law: string;
    readonly efficiency: number;
    readonly unexplained: number;
    readonly error: number;
  }[],
): Findings {
  const rows = ["gaussians", "products"].map((law) => {
    const steps = found.filter((step) => step.law === law);
    const covered = steps.filter(({ efficiency }) => efficiency >= 1).length;
    const efficiency = medianAndMax(steps.map((step) => step.efficiency));
    return {
      law,
      cells: [
        steps.length,
        (100 * covered) / steps.length,
        Math.min(...steps.map((step) => step.efficiency)),
        efficiency?.median ?? null,
        efficiency?.max ?? null,
        medianAndMax(steps.map((step) => step.error))?.median ?? null,
        medianAndMax(steps.map((step) => step.unexplained))?.median ?? null,
      ],
    };
  });
  const all = medianAndMax(found.map(({ efficiency }) => efficiency));
  return {
    metrics: {
      "trust.steps": found.length,
      "trust.coverage": found.filter(({ efficiency }) => efficiency >= 1).length / found.length,
      "trust.efficiency.median": all?.median ?? Number.NaN,
      "trust.efficiency.max": all?.max ?? Number.NaN,
      ...Object.fromEntries(
        rows.map(({ law, cells }) => [`trust.${law}.coverage`, Number(cells[1]) / 100] as const),
      ),
    },
    sections: [
      {
        title: "Trust without labels",
        explanation:
          `The error bar τ/(1 + λτ) ‖∇Ψ(T)‖ of ${found.length} operator steps, from densities of exact JKO chains after ` +
          `${depths.join(", ")} steps, beside the true error ‖T − T*‖. The bar is made from the step alone.`,
        tables: [
          {
            title: "Does the bar hold, and how tight is it",
            columns: [
              { label: "steps" },
              { label: "bar holds (%)" },
              { label: "least", group: "bar / error" },
              { label: "median", group: "bar / error" },
              { label: "largest", group: "bar / error" },
              { label: "true", group: "unexplained variance, median (%)" },
              { label: "by the bar", group: "unexplained variance, median (%)" },
            ],
            rows: rows.map(({ law, cells }) => ({
              label: law === "gaussians" ? "Gaussians of law (a)" : "rotated products of law (b)",
              cells,
            })),
          },
        ],
      },
    ],
  };
}

/** Steps along the exact chain of a Gaussian of law (a). */
export function gaussianSteps(options: TrustOptions, context: EvaluationContext, key: Key): TestStep[] {
  const { dimension, tau } = context.problem.flow;
  const stiffness = identity(dimension).map((row) => row.map((x) => options.stiffness * x));
  const system = ornsteinUhlenbeck({ stiffness, diffusion: options.diffusion });
  const initial = heldOutGaussian(key, dimension);
  return depths.map((depth) => {
    const rho = depth === 0 ? initial : system.jkoChain(initial, tau, depth)[depth - 1].gaussian;
    const before = sampleCloud(rho, foldIn(key, "particles"), context.settings.evaluation.particles);
    const { gaussian, map } = system.jkoStep(rho, tau);
    const positions = applyAffine(map, Float64Array.from(before.positions));
    return { before, exact: { ...before, positions, logDensity: gaussian.logDensity(positions) } };
  });
}

/** Steps along the exact chain of a rotated product of law (b). */
export function productSteps(options: TrustOptions, context: EvaluationContext, key: Key): TestStep[] {
  const { dimension, tau } = context.problem.flow;
  const { rho } = heldOutProduct(key, dimension);
  const chain = productChain(rho, { ...options, tau, steps: Math.max(...depths) + 1 });
  const start = sampleCloud(rho, foldIn(key, "particles"), context.settings.evaluation.particles);
  const points = Float64Array.from(start.positions);
  const after = (steps: number): Cloud => (steps === 0 ? start : { ...start, ...chain.at(points, steps) });
  return depths.map((depth) => ({ before: after(depth), exact: after(depth + 1) }));
}

function rootMeanSquare(a: Cloud, b: Cloud): number {
  let sum = 0;
  for (let i = 0; i < a.positions.length; i++) sum += (a.positions[i] - b.positions[i]) ** 2;
  return Math.sqrt(sum / a.count);
}
