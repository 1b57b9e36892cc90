/** @file Many particles: SVGD without an array of pairs, and what memory it takes. */

import { inverseMultiquadricKernel } from "../../../domains/radialKernel.ts";
import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import type { Measure } from "../../../measures/measure.ts";
import { steinDiscrepancy } from "../../../metrics/kernelDiscrepancy.ts";
import { foldIn } from "../../../random/key.ts";
import type { ReportSection } from "../../../report/report.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";

export interface ManyParticlesOptions {
  readonly flow: GradientFlow;
  readonly target: Measure;
  readonly initial: Measure;
  readonly solver: Solver<unknown>;
  readonly particles: number;
  readonly steps: number;
}

/** The discrepancy is taken over as many of the particles. */
const mostCompared = 2000;

/**
 * A few steps of many particles. Metrics: the Stein discrepancy after them over that before, steps in which the energy rose, seconds a step, the
 * memory that an array of one number a pair would take, and the largest resident set of the process so far, both in GiB.
 */
export function manyParticlesSuite(options: ManyParticlesOptions): Evaluation {
  return {
    suite: "many",
    async run(context) {
      const metrics = await measure(context, options);
      return { metrics, sections: [section(options, metrics)] };
    },
  };
}

async function measure(
  context: EvaluationContext,
  { flow, target, initial, solver, particles, steps }: ManyParticlesOptions,
): Promise<Record<string, number>> {
  const key = foldIn(context.key, "many");
  const cloud = sampleCloud(initial, key, particles);
  let [rises, folded, last] = [0, 0, cloud];
  const began = context.clock();
  for await (const frame of rollout(solver, { flow, cloud }, { steps, key })) {
    context.signal.throwIfAborted();
    context.progress(`${particles} particles, step ${frame.step}`, frame.step / steps);
    rises += (frame.info?.energyChange ?? 0) > 0 ? 1 : 0;
    folded += frame.info?.folded ?? 0;
    last = frame.cloud;
  }
  const seconds = (context.clock() - began) / steps;
  return {
    "many.particles": particles,
    "many.ksdLeft": discrepancy(target, last) / discrepancy(target, cloud),
    "many.rises": rises,
    "many.folded": folded,
    "many.secondsPerStep": seconds,
    "many.pairArrayGiB": (8 * particles ** 2) / gib,
    ...(context.peakMemory === undefined ? {} : { "many.peakGiB": context.peakMemory() / gib }),
  };
}

const gib = 2 ** 30;

/** Of the first particles, which are as good as any: the sum over pairs of all of them would take as long as a step. */
function discrepancy(target: Measure, { positions, dimension, count }: Cloud): number {
  const points = Float64Array.from(positions.subarray(0, dimension * Math.min(count, mostCompared)));
  const kernel = inverseMultiquadricKernel({ bandwidth: 1 });
  return steinDiscrepancy(points, target.score(points), { kernel, dimension });
}

const labels: Readonly<Record<string, string>> = {
  "many.particles": "particles",
  "many.ksdLeft": "Stein discrepancy over its initial value",
  "many.rises": "steps in which the energy rose",
  "many.secondsPerStep": "seconds a step",
  "many.pairArrayGiB": "an array of one number a pair would take (GiB)",
  "many.peakGiB": "largest resident set of the process (GiB)",
};

function section({ steps }: ManyParticlesOptions, metrics: Readonly<Record<string, number>>): ReportSection {
  const shown = Object.entries(labels).filter(([name]) => name in metrics);
  return {
    title: "Many particles",
    explanation: `${steps} steps of SVGD with a Gaussian kernel on the mixture. Pairs are summed one after the other and never kept; the memory is that of the whole process, with all that ran before.`,
    tables: [
      {
        title: "Cost of many particles",
        rowHeading: "Quantity",
        columns: [{ label: "value", align: "right" }],
        rows: shown.map(([name, label]) => ({ label, cells: [metrics[name]] })),
      },
    ],
  };
}
