/** @file The section of a report on a learned collision step. */

import type { ReportSection } from "../../../report/report.ts";
import type { Conduct } from "../conduct.ts";
import type { KineticMethod, KineticOperatorOptions } from "./operatorLaw.ts";

/** Errors and seconds of the operator beside its rivals, and what it does at rest. */
export function operatorLawReport(found: {
  readonly methods: Readonly<Record<string, KineticMethod>>;
  readonly rest: { readonly kl: number; readonly secondMoment: number };
  readonly tally: Conduct;
  readonly densities: number;
  readonly particles: number;
  readonly steps: number;
  readonly options: KineticOperatorOptions;
}): readonly ReportSection[] {
  const { methods, rest, tally, densities, particles, steps, options } = found;
  const right = { align: "right" } as const;
  const pair = (group: string) => [
    { label: "median", group, ...right },
    { label: "max", group, ...right },
  ];
  return [
    {
      title: "The learned collision step",
      explanation:
        `${densities} held-out mixtures of Gaussians of random shapes, ${particles} particles each. The first step is compared with the exact ` +
        `one, which is solved by quantiles at each position, at ${options.points} particles a density; moments after ${steps} steps with ` +
        "those of the equation, to which the errors of the time step and of finitely many particles belong. Per-step networks are trained on the same particles.",
      tables: [
        {
          title: "Errors in %, and seconds a step",
          rowHeading: "Method",
          columns: [
            ...pair("first step, relative displacement"),
            ...pair("mean at the end"),
            ...pair("covariance at the end"),
            { label: "seconds a step", ...right },
          ],
          rows: Object.entries(methods).map(([name, { label, step, mean, covariance, seconds }]) => ({
            label,
            ...(name === "operator" ? { role: "subject" as const } : {}),
            cells: [
              ...[step, mean, covariance].flatMap((error) => [error?.median ?? null, error?.max ?? null]),
              seconds ?? null,
            ],
          })),
        },
        {
          title: `The equilibrium after ${options.restingSteps} steps`,
          columns: [{ label: "value", ...right }],
          rows: [
            { label: "relative entropy to the equilibrium", cells: [rest.kl] },
            { label: "change of E|z|², %", cells: [rest.secondMoment] },
          ],
        },
        tally.table(),
      ],
    },
  ];
}
