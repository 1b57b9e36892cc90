/** @file The section of a report on a learned Landau step. */

import type { ReportSection } from "../../../report/report.ts";
import type { Conduct } from "../conduct.ts";
import type { LandauOperatorOptions, LandauStanding } from "./operatorLaw.ts";

/** Errors against the laws of Maxwell's molecules, what is kept, the exact solution, and seconds. */
export function landauOperatorReport(found: {
  readonly standings: Readonly<Record<string, LandauStanding>>;
  readonly bkw: {
    readonly covariance: number;
    readonly fourth: number;
    readonly entropy: number;
    readonly density: number;
  };
  readonly still: number;
  readonly seconds: { readonly operator: number; readonly perStep: number };
  readonly tally: Conduct;
  readonly options: LandauOperatorOptions;
  readonly setting: { readonly densities: number; readonly particles: number; readonly tau: number };
}): readonly ReportSection[] {
  const { standings, bkw, still, seconds, tally, options, setting } = found;
  const right = { align: "right" } as const;
  const pair = (group: string) => [
    { label: "median", group, ...right },
    { label: "max", group, ...right },
  ];
  return [
    {
      title: "The learned Landau step",
      explanation:
        `${setting.densities} held-out densities, ${setting.particles} particles each, until t = ${options.finalTime} in steps of ` +
        `${setting.tau}. Covariance and fourth moment of every solution for Maxwell's molecules are known at all times; momentum is kept to ` +
        "rounding, and energy up to what each step is known to add, τ² times the mean square of the velocity of its particles.",
      tables: [
        {
          title: "Errors at the end",
          rowHeading: "Method",
          columns: [
            ...pair("covariance, %"),
            ...pair("fourth moment, %"),
            ...pair("momentum"),
            ...pair("energy"),
            ...pair("known gain of energy, %"),
          ],
          rows: Object.entries(standings).map(([label, standing], i) => ({
            label,
            ...(i === 0 ? { role: "subject" as const } : {}),
            cells: [
              standing.covariance,
              standing.fourth,
              standing.momentum,
              standing.energy,
              standing.heating,
            ].flatMap(({ median, max }) => [median, max]),
          })),
        },
        {
          title: `The solution of Bobylev, Krook and Wu from t = ${options.bkwStart}, and the Maxwellian`,
          columns: [{ label: "value", ...right }],
          rows: [
            { label: "error of the covariance, %", cells: [bkw.covariance] },
            { label: "error of the fourth moment, %", cells: [bkw.fourth] },
            { label: "error of the entropy E log f", cells: [bkw.entropy] },
            { label: "relative error of the carried density", cells: [bkw.density] },
            { label: "largest motion of a particle of the Maxwellian in a step", cells: [still] },
          ],
        },
        {
          title: "Seconds a step",
          columns: [{ label: "seconds", ...right }],
          rows: [
            { label: "learned operator", cells: [seconds.operator], role: "subject" },
            { label: "network trained anew in every step", cells: [seconds.perStep] },
          ],
        },
        tally.table(),
      ],
    },
  ];
}
