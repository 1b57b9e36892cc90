/** @file Many particles: SVGD without an array of pairs, and what memory it takes. */

import { inverseMultiquadricKernel } from "../../../domains/radialKernel.ts";
import type { GradientFlow } from "../../../jko/flow.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { type Cloud, sampleCloud } from "../../../measures/cloud.ts";
import type { Measure } from "../../../measures/measure.ts";
import { steinDiscrepancy } from "../../../metrics/kernelDiscrepancy.ts";
import { foldIn } from "../../../random/key.ts";
import type { Evaluation } from "../../definition.ts";

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
  const { flow, target, initial, solver, particles, steps } = options;
  return {
    suite: "many",
    async run(context) {
      const key = foldIn(context.key, "many");
      const cloud = sampleCloud(initial, key, particles);
      const discrepancy = ({ positions, dimension }: Cloud) => {
        const points = Float64Array.from(
          positions.subarray(0, dimension * Math.min(particles, mostCompared)),
        );
        return steinDiscrepancy(points, target.score(points), {
          kernel: inverseMultiquadricKernel({ bandwidth: 1 }),
          dimension,
        });
      };
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
      const gib = 2 ** 30;
      const metrics: Record<string, number> = {
        "many.particles": particles,
        "many.ksdLeft": discrepancy(last) / discrepancy(cloud),
        "many.rises": rises,
        "many.folded": folded,
        "many.secondsPerStep": seconds,
        "many.pairArrayGiB": (8 * particles ** 2) / gib,
        ...(context.peakMemory === undefined ? {} : { "many.peakGiB": context.peakMemory() / gib }),
      };
      const shown: Readonly<Record<string, string>> = {
        "many.particles": "particles",
        "many.ksdLeft": "Stein discrepancy over its initial value",
        "many.rises": "steps in which the energy rose",
        "many.secondsPerStep": "seconds a step",
        "many.pairArrayGiB": "an array of one number a pair would take (GiB)",
        "many.peakGiB": "largest resident set of the process (GiB)",
      };
      const rows = Object.entries(shown)
        .filter(([name]) => name in metrics)
        .map(([name, label]) => ({ label, cells: [metrics[name]] }));
      return {
        metrics,
        sections: [
          {
            title: "Many particles",
            explanation: `${steps} steps of SVGD with a Gaussian kernel on the mixture. Pairs are summed one after the other and never kept; the memory is that of the whole process, with all that ran before.`,
            tables: [
              {
                title: "Cost of many particles",
                rowHeading: "Quantity",
                columns: [{ label: "value", align: "right" }],
                rows,
              },
            ],
          },
        ],
      };
    },
  };
}
