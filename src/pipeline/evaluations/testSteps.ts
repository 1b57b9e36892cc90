/** @file Single steps whose exact result is known, along exact JKO chains: large steps at first, small ones later. */

import { identity, scale } from "../../linalg/matrix.ts";
import { applyAffine } from "../../measures/affineMap.ts";
import { type Cloud, sampleCloud } from "../../measures/cloud.ts";
import { foldIn, type Key } from "../../random/key.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import type { Problem } from "../definition.ts";
import { heldOutGaussian } from "./gaussians.ts";
import { heldOutProduct, productChain } from "./products.ts";

/** The potential `½k|x|²` and the diffusion of the flow. */
export interface TestFlow {
  readonly stiffness: number;
  readonly diffusion: number;
}

/** One step from a density of an exact JKO chain, and where the exact step takes its particles. */
export interface TestStep {
  readonly before: Cloud;
  readonly exact: Cloud;
}

interface TestDraw {
  readonly problem: Problem;
  readonly particles: number;
  readonly key: Key;
}

/** Steps are taken after so many exact ones. */
export const depths = [0, 1, 3, 6, 10];

/** A density of each law, and one step at each depth of its chain. */
export const testLaws = { gaussians: gaussianSteps, products: productSteps };

/** Steps along the exact chain of a Gaussian of law (a). */
function gaussianSteps(options: TestFlow, { problem, particles, key }: TestDraw): TestStep[] {
  const { dimension, tau } = problem.flow;
  const stiffness = scale(identity(dimension), options.stiffness);
  const system = ornsteinUhlenbeck({ stiffness, diffusion: options.diffusion });
  const initial = heldOutGaussian(key, dimension);
  return depths.map((depth) => {
    const rho = depth === 0 ? initial : system.jkoChain(initial, tau, depth)[depth - 1].gaussian;
    const before = sampleCloud(rho, foldIn(key, "particles"), particles);
    const { gaussian, map } = system.jkoStep(rho, tau);
    const positions = applyAffine(map, Float64Array.from(before.positions));
    return { before, exact: { ...before, positions, logDensity: gaussian.logDensity(positions) } };
  });
}

/** Steps along the exact chain of a rotated product of law (b). */
function productSteps(options: TestFlow, { problem, particles, key }: TestDraw): TestStep[] {
  const { dimension, tau } = problem.flow;
  const { rho } = heldOutProduct(key, dimension);
  const chain = productChain(rho, { ...options, tau, steps: Math.max(...depths) + 1 });
  const start = sampleCloud(rho, foldIn(key, "particles"), particles);
  const points = Float64Array.from(start.positions);
  const after = (steps: number): Cloud => (steps === 0 ? start : { ...start, ...chain.at(points, steps) });
  return depths.map((depth) => ({ before: after(depth), exact: after(depth + 1) }));
}
