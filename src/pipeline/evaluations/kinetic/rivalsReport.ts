/** @file The section of a report on the solvers of a kinetic equation. */

import type { ReportSection } from "../../../report/report.ts";
import type { EvaluationContext } from "../../definition.ts";
import type { KineticRivalsOptions, KineticStanding } from "./rivals.ts";

/** One table, one figure, and who is best in what. */
export function kineticRivalsReport(
  { settings }: EvaluationContext,
  { steps, training, network }: KineticRivalsOptions,
  found: { readonly standings: readonly KineticStanding[]; readonly floor: number },
): readonly ReportSection[] {
  const { standings, floor } = found;
  const right = { align: "right" } as const;
  const best = (pick: (standing: KineticStanding) => number) =>
    standings.reduce((a, b) => (pick(b) < pick(a) || Number.isNaN(pick(a)) ? b : a));
  const carrying = standings.filter(({ kl }) => !Number.isNaN(kl));
  const seconds = standings.map((standing) => standing.seconds);
  const trained = carrying.reduce((a, b) => (b.kl < a.kl ? b : a));
  return [
    {
      title: "Solvers of the kinetic equation",
      explanation:
        `A mixture of Gaussians, ${settings.evaluation.particles} particles, ${steps} steps of ${settings.tau}; ` +
        `${settings.parameters.seeds} samples. Networks of JKO and score matching are trained anew in every step (tanh, ` +
        `${network.hidden.join(" × ")}, ${network.iterations} iterations); those of the two end-to-end methods once, in ${training.passes} ` +
        `passes of ${training.iterations} iterations, which their seconds contain. Distances of distributions have a floor: what as many ` +
        `samples of the exact solution are away from it, ${floor.toPrecision(2)} %.`,
      notes: [
        `Closest in distribution: ${best(({ distance }) => distance).label}. Closest density: ${trained.label}. Fastest: ` +
          `${best(({ seconds }) => seconds).label}.`,
      ],
      tables: [
        {
          title: "Error at the end, and seconds for the trajectory",
          rowHeading: "Method",
          columns: [
            { label: "distance, %", ...right },
            { label: "relative entropy", ...right },
            { label: "covariance, %", ...right },
            { label: "seconds", ...right },
          ],
          rows: standings.map(({ label, distance, kl, covariance, seconds }) => ({
            label,
            cells: [distance, Number.isNaN(kl) ? null : kl, covariance, seconds],
          })),
        },
      ],
      charts: [
        {
          title: "Error against seconds",
          x: {
            label: "seconds for the trajectory",
            type: "log",
            domain: [0.5 * Math.min(...seconds), 2 * Math.max(...seconds)],
          },
          y: { label: "distance from the exact solution (%)", type: "log" },
          series: standings.map((standing) => ({
            name: standing.label,
            points: [[standing.seconds, standing.distance] as const],
            dots: true,
          })),
          references: [{ axis: "y", value: floor, label: "samples of the solution" }],
          width: 860,
          height: 420,
        },
      ],
    },
  ];
}
