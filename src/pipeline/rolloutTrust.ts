/** @file How far the steps of a roll-out can be trusted, each by itself, as its result reports it. */

import type { ErrorBar, NoErrorBar } from "../jko/errorBar.ts";
import type { HeldStep, RolloutMethod } from "./rolloutSolver.ts";

/** The part of a roll-out's result that speaks of single steps. */
export interface StepTrust {
  /** Bound of each step's distance from the exact JKO step, in % of the density's width `√Var`; null where there is none. */
  readonly errorBars: readonly number[] | null;
  /** Why there are no error bars. */
  readonly noErrorBars?: string;
  /** What came of a tolerance. */
  readonly tolerance?: {
    /** What was asked for, in % of the width, for the map and for the time step each. */
    readonly asked: number;
    /** Steps that met it. */
    readonly met: number;
    /** Parts that the steps were divided into, how many were refined, how many the per-step solver made. */
    readonly parts: number;
    readonly refined: number;
    readonly replaced: number;
    /** Of each step, the difference from steps of half the length, in % of the width. */
    readonly timeDifferences: readonly number[];
  };
}

/** Every step's bar: that of the operator's own steps, or the sum of those of a held step's parts. */
export function trustIn(
  { tolerance, secondOrder }: RolloutMethod,
  course: { readonly bars: readonly (ErrorBar | NoErrorBar)[]; readonly widths: readonly number[] },
  held: readonly HeldStep[],
): { readonly report: StepTrust; readonly bars: readonly number[] | undefined } {
  if (secondOrder !== undefined) {
    const noErrorBars = "the steps are extrapolated, and an error bar is that of a JKO step";
    return { report: { errorBars: null, noErrorBars }, bars: undefined };
  }
  if (tolerance !== undefined) {
    const sum = (pick: (step: HeldStep) => number) => held.reduce((total, step) => total + pick(step), 0);
    return {
      report: {
        errorBars: held.map(({ bar }) => 100 * bar),
        tolerance: {
          asked: tolerance,
          met: held.filter(({ met }) => met).length,
          parts: sum(({ parts }) => parts),
          refined: sum(({ refined }) => refined),
          replaced: sum(({ replaced }) => replaced),
          timeDifferences: held.map(({ difference }) => 100 * difference),
        },
      },
      bars: held.map(({ bar }, k) => bar * course.widths[k]),
    };
  }
  const none = course.bars.find((bar) => bar.bar === undefined);
  if (none !== undefined)
    return { report: { errorBars: null, noErrorBars: none.reason as string }, bars: undefined };
  const bars = course.bars.filter((bar) => bar.bar !== undefined);
  return {
    report: { errorBars: bars.map(({ relative }) => 100 * relative) },
    bars: bars.map(({ bar }) => bar),
  };
}
