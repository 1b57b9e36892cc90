/** @file What a JKO step must and must not do, counted over the steps of a suite. */

import type { StepInfo } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { normalCdf } from "../../measures/normal.ts";
import type { TableSpec } from "../../report/tables.ts";

/** Counts over density-steps: one step of one density each. */
export interface Conduct {
  /** Counts one step that was made. */
  record(step: { readonly cloud: Cloud; readonly info: StepInfo }): void;
  /** The counts so far. */
  readonly counts: Readonly<Record<"folded" | "rises" | "refused" | "divided" | "uncertified", number>>;
  /** The counts, by the name of each under that of the suite. */
  metrics(suite: string): Record<string, number>;
  /** The counts as a table, with rows of the suite's own below. */
  table(further?: TableSpec["rows"]): TableSpec;
}

/**
 * A fresh count of
 *
 * - particles with `det ∇T ≤ 0`: a transport map does not fold;
 * - paired rises of the energy beyond three standard errors, and how many of them noise alone makes at rest, `1 − Φ(3)`;
 * - refused steps, which would not have lowered the objective and so were not made;
 * - steps made in more than one piece;
 * - steps without certificate of dissipation, `L(w) − L(0) < −3` of its standard errors.
 */
export function conduct(): Conduct {
  let steps = 0;
  let particles = 0;
  let smallestDeterminant = Number.POSITIVE_INFINITY;
  const counts = { folded: 0, rises: 0, refused: 0, divided: 0, uncertified: 0 };
  const risesByChance = () => normalCdf(-3) * steps;
  return {
    counts,
    record({ cloud, info }) {
      steps++;
      particles += cloud.count;
      counts.folded += info.folded;
      // Rounding of a step that rests is not a rise.
      if (info.energyChange > 3 * info.energyChangeError + 1e-9) counts.rises++;
      if (info.portion === 0) counts.refused++;
      if (info.pieces > 1) counts.divided++;
      if (!(info.objective < -3 * info.standardError)) counts.uncertified++;
      smallestDeterminant = Math.min(smallestDeterminant, info.smallestDeterminant);
    },
    metrics: (suite) =>
      Object.fromEntries(
        Object.entries({ ...counts, risesByChance: risesByChance(), smallestDeterminant }).map(
          ([name, value]) => [`${suite}.${name}`, value],
        ),
      ),
    table: (further = []) => ({
      title: "What a JKO step must and must not do",
      columns: [{ label: "count" }, { label: "of" }],
      rows: [
        { label: "folded particles", cells: [counts.folded, particles] },
        { label: "density-steps in which the energy rose", cells: [counts.rises, steps] },
        { label: "as many as chance alone makes at rest", cells: [risesByChance(), steps] },
        {
          label: "density-steps refused, since they would not have lowered the objective",
          cells: [counts.refused, steps],
        },
        { label: "density-steps made in pieces", cells: [counts.divided, steps] },
        { label: "density-steps without certificate of dissipation", cells: [counts.uncertified, steps] },
        { label: "smallest det ∇T", cells: [smallestDeterminant, null] },
        ...further,
      ],
    }),
  };
}
