/** @file Vlasov–Ampère beside Vlasov–Poisson: the same fields to the order of the grid, the law of Gauss, and free energy from any field. */

import { perStepSolver } from "../../../jko/perStep.ts";
import { sampleCloud } from "../../../measures/cloud.ts";
import { observedOrder } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { methodColours } from "../../../report/colours.ts";
import { type TwoStreamOptions, twoStream } from "../../../systems/kinetic/twoStream.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { coast, followPlasma, type PlasmaCourse } from "./course.ts";
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
  const { flows, violating, streams, cells, steps, network } = options;
  return {
    suite: "ampere",
    async run(context) {
      const grids = [cells / 2, cells, 2 * cells];
      const gaps = grids.map((count) => fieldGap(context, options, count));
      const order = observedOrder(
        grids.map((count) => 1 / count),
        gaps,
      );
      const cloud = sampleCloud(
        twoStream(streams),
        foldIn(context.key, "particles"),
        context.settings.evaluation.particles,
      );
      const { poisson, ampere } = flows(cells);
      const runs = [
        { name: "poisson", label: "Poisson", flow: poisson },
        { name: "ampere", label: "Ampère", flow: ampere },
        { name: "violating", label: "Ampère, violating Gauss's law", flow: violating },
      ];
      const courses: PlasmaCourse[] = [];
      for (const { flow } of runs) {
        const solver = perStepSolver(context.engine, network.options);
        courses.push(
          await followPlasma(context, solver, { flow, cloud, steps, snapshots: [], key: context.key }),
        );
      }
      const [first, second, third] = courses;
      const top = Math.max(...first.moments.map(({ field }) => field));
      const metrics = {
        "ampere.order": order,
        "ampere.gap": gaps[1],
        "ampere.gauss": Math.max(...second.moments.map(({ gauss }) => gauss)),
        // What is violated at first stays violated by as much.
        "ampere.gaussMotion": Math.max(
          ...third.moments.map(({ gauss }) => Math.abs(gauss - third.moments[0].gauss)),
        ),
        "ampere.fieldDifference": Math.max(
          ...first.moments.map(({ field }, k) => Math.abs(field - second.moments[k].field) / top),
        ),
        ...Object.fromEntries(
          runs.flatMap(({ name }, r) => [
            [`ampere.${name}.free`, end(courses[r]).free],
            [`ampere.${name}.freeFall`, courses[r].moments[0].free - end(courses[r]).free],
            [`ampere.${name}.largestRise`, largestRise(courses[r])],
          ]),
        ),
      };
      const lines = (pick: (moment: PlasmaMoment) => number) =>
        runs.map(({ label }, r) => ({
          name: label,
          points: courses[r].moments.map((moment) => [moment.time, pick(moment)] as const),
          colour: [methodColours.exact, methodColours.perStep, methodColours.euler][r],
          ...(r === 0 ? { dash: "dashed" as const } : {}),
        }));
      return {
        metrics,
        sections: [
          {
            title: "Ampère beside Poisson",
            explanation:
              `Steps of both equations by the same network (${network.label}), ${cloud.count} particles from one sample. The charge-conserving ` +
              "current keeps the law of Gauss to rounding. The free energy falls from any field, also from one that no charge belongs to.",
            tables: [
              {
                title: "Largest difference of the two fields without collisions, over the largest field",
                columns: [...grids.map((count) => `${count} cells`), "order"].map((label) => ({
                  label,
                  align: "right" as const,
                })),
                rows: [{ label: "Ampère against Poisson in Fourier space", cells: [...gaps, order] }],
              },
              {
                title: "Runs with collisions",
                columns: [
                  "free energy at first",
                  "at the end",
                  "largest rise in a step",
                  "defect of Gauss's law at first",
                  "largest change of it",
                ].map((label) => ({ label, align: "right" as const })),
                rows: runs.map(({ label }, r) => ({
                  label,
                  cells: [
                    courses[r].moments[0].free,
                    end(courses[r]).free,
                    largestRise(courses[r]),
                    r === 0 ? null : courses[r].moments[0].gauss,
                    r === 0
                      ? null
                      : Math.max(
                          ...courses[r].moments.map(({ gauss }) =>
                            Math.abs(gauss - courses[r].moments[0].gauss),
                          ),
                        ),
                  ],
                })),
              },
            ],
            charts: [
              {
                title: "Field energy by Ampère and by Poisson",
                x: { label: "time" },
                y: { label: "½∫E² dx", type: "log" },
                series: lines(({ field }) => field),
              },
              {
                title: "Free energy by Ampère and by Poisson",
                x: { label: "time" },
                y: { label: "free energy a unit of mass" },
                series: lines(({ free }) => free),
              },
            ],
          },
        ],
      };
    },
  };
}

/** `max |E_A − E_P| / max |E_P|` over cells and steps, without collisions, from a quiet start. */
function fieldGap(context: EvaluationContext, options: AmpereOptions, cells: number): number {
  const { flows, streams, steps, quietParticles } = options;
  const cloud = quietCloud(streams, foldIn(context.key, "quiet"), quietParticles);
  const kept = Array.from({ length: steps + 1 }, (_, k) => k).filter((k) => k % 10 === 0);
  const [poisson, ampere] = Object.values(flows(cells)).map((flow) =>
    coast(context, { flow, cloud, steps, snapshots: kept }).snapshots.map(({ fields }) => fields.electric),
  );
  let [gap, top] = [0, 0];
  poisson.forEach((field, k) => {
    field.forEach((value, j) => {
      gap = Math.max(gap, Math.abs(value - ampere[k][j]));
      top = Math.max(top, Math.abs(value));
    });
  });
  return gap / top;
}

function largestRise({ moments }: PlasmaCourse): number {
  return Math.max(0, ...moments.slice(1).map(({ free }, k) => free - moments[k].free));
}

function end({ moments }: PlasmaCourse): PlasmaMoment {
  return moments.at(-1) as PlasmaMoment;
}
