/** @file Particles of SVGD on the line, and what they ask of the potential. */

import type { Potential } from "../../../energies/energy.ts";
import { rollout } from "../../../jko/solver.ts";
import { quantileCloud } from "../../../measures/cloud.ts";
import { klWithControl } from "../../../metrics/divergence.ts";
import { foldIn } from "../../../random/key.ts";
import { steinFlow } from "../../../systems/svgd/flow.ts";
import { svgdSolver } from "../../../systems/svgd/solver.ts";
import type { EvaluationContext } from "../../definition.ts";
import type { SteinLineOptions } from "./line.ts";
import { unitLaplace } from "./unitKernels.ts";

export interface ParticleCourse {
  readonly points: readonly { readonly time: number; readonly kl: number }[];
  /** Evaluations of `∇V`, `∇²V` or `V` on tensors. */
  readonly gradients: number;
  readonly folded: number;
}

/** Particles at the quantiles of the initial density, moved by the special kernel with `k = ½e^{−|z|}`. */
export async function followParticles(
  context: EvaluationContext,
  { potential, target, initial, finalTime, particles }: SteinLineOptions,
): Promise<ParticleCourse> {
  const { tau } = context.settings;
  const { watched, asked } = countingDerivatives(potential);
  const flow = steinFlow({
    dimension: 1,
    potential: watched,
    kernel: unitLaplace(1),
    reference: potential,
    tau,
  });
  const points: { readonly time: number; readonly kl: number }[] = [];
  let folded = 0;
  const problem = { flow, cloud: quantileCloud(initial, particles) };
  const run = { steps: Math.round(finalTime / tau), key: foldIn(context.key, "line") };
  for await (const { time, cloud, info } of rollout(svgdSolver({ largestMove: 0.1 }), problem, run)) {
    context.signal.throwIfAborted();
    folded += info?.folded ?? 0;
    const logs = target.logDensity(Float64Array.from(cloud.positions));
    points.push({ time, kl: klWithControl(cloud.logDensity, logs).mean });
  }
  return { points, gradients: asked(), folded };
}

/** The potential, which counts how often it is asked for more than values. */
function countingDerivatives(potential: Potential) {
  let count = 0;
  const counted =
    <Arguments extends unknown[], Result>(f: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      count++;
      return f(...given);
    };
  const watched: Potential = {
    ...potential,
    gradient: counted(potential.gradient),
    hessian: counted(potential.hessian),
    tensor: counted(potential.tensor),
  };
  return { watched, asked: () => count };
}
