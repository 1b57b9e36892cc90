/** @file Vlasov–Ampère beside Vlasov–Poisson: the same fields to the order of the grid, the law of Gauss, and free energy from any field. */

import { perStepSolver } from "../../../jko/perStep.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { observedOrder } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { type TwoStreamOptions, twoStream } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { type AmpereRun, ampereSection, gaussMotion, largestRise } from "./ampereSection.ts";
import { coast, followPlasma } from "./course.ts";
import { quietCloud } from "./growth.ts";
import type { PlasmaMoment } from "./moment.ts";
import type { StreamOptions } from "./streams.ts";

export interface AmpereOptions {
  /** Both equations on a grid of so many cells. */
  readonly flows: (cells: number) => { readonly poisson: PlasmaFlow; readonly ampere: PlasmaFlow };
  /** The second equation from a field that violates the law of Gauss. */
  readonly violating: PlasmaFlow;
  readonly streams: TwoStreamOptions;
  /** Of the runs with collisions; those without take grids of half and of twice as many too. */
  readonly cells: number;
  readonly steps: number;
  /** Particles of the runs without collisions. */
  readonly quietParticles: number;
  readonly network: StreamOptions["networks"][number];
}

export function ampereSuite(options: AmpereOptions): Evaluation {
  const { flows, violating, streams, cells, network } = options;
  return {
    suite: "ampere",
    async run(context) {
      const grids = [cells / 2, cells, 2 * cells];
      const gaps = grids.map((count) => waveGap(context, options, count));
      const order = observedOrder(
        grids.map((count) => 1 / count),
        gaps,
      );
      const { particles } = context.settings.evaluation;
      const cloud = sampleCloud(twoStream(streams), foldIn(context.key, "particles"), particles);
      const ways = [
        { name: "poisson", label: "Poisson", flow: flows(cells).poisson },
        { name: "ampere", label: "Ampère", flow: flows(cells).ampere },
        { name: "violating", label: "Ampère, violating Gauss's law", flow: violating },
      ];
      const runs: AmpereRun[] = [];
      for (const { name, label, flow } of ways) {
        const voyage = { flow, cloud, steps: options.steps, snapshots: [], key: context.key };
        const course = await followPlasma(context, perStepSolver(context.engine, network.options), voyage);
        runs.push({ name, label, course });
      }
      return {
        metrics: { "ampere.order": order, "ampere.gap": gaps[1], ...metricsOf(runs) },
        sections: [ampereSection({ runs, grids, gaps, order, particles, network: network.label })],
      };
    },
  };
}

/** `max |A_A − A_P| / max A_P` of the amplitude of the longest wave over time, without collisions, from a quiet start. */
function waveGap(context: EvaluationContext, options: AmpereOptions, cells: number): number {
  const { flows, streams, steps, quietParticles } = options;
  const cloud = quietCloud(streams, foldIn(context.key, "quiet"), quietParticles);
  const { poisson, ampere } = flows(cells);
  const [first, second] = [poisson, ampere].map((flow) =>
    coast(context, { flow, cloud, steps, snapshots: [] }).moments.map(({ wave }) => wave),
  );
  return Math.max(...first.map((wave, k) => Math.abs(wave - second[k]))) / Math.max(...first);
}

function metricsOf(runs: readonly AmpereRun[]): Record<string, number> {
  const [poisson, ampere, violating] = runs.map(({ course }) => course);
  const top = Math.max(...poisson.moments.map(({ field }) => field));
  return {
    "ampere.gauss": Math.max(...ampere.moments.map(({ gauss }) => gauss)),
    "ampere.gaussMotion": gaussMotion(violating),
    "ampere.fieldDifference": Math.max(
      ...poisson.moments.map(({ field }, k) => Math.abs(field - ampere.moments[k].field) / top),
    ),
    ...Object.fromEntries(
      runs.flatMap(({ name, course }) => {
        const end = course.moments.at(-1) as PlasmaMoment;
        return [
          [`ampere.${name}.free`, end.free],
          [`ampere.${name}.freeFall`, course.moments[0].free - end.free],
          [`ampere.${name}.largestRise`, largestRise(course)],
        ];
      }),
    ),
  };
}
