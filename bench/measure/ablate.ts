/** @file Trains the operator under several regimes and seeds, and rolls each out on the same held-out densities. */

import type { Engine } from "../../src/engine/engine.ts";
import type { GradientFlow } from "../../src/jko/flow.ts";
import type { Family } from "../../src/measures/family.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import { type LawCase, spreadOf } from "../../src/pipeline/evaluations/law.ts";
import { architectureOf } from "../../src/pipeline/model.ts";
import type { Settings } from "../../src/pipeline/settings.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { rollOutErrors } from "./rollOutErrors.ts";
import { trainOnce } from "./trainOnce.ts";

/** A way to train: everything else is the same for all. */
export interface Regime {
  readonly name: string;
  /** In a few words. */
  readonly label: string;
  /** Densities that trajectories start from, and that are trained on by themselves. */
  readonly family: Family;
  readonly training: Partial<Settings["training"]>;
}

/** What one seed came to. */
export interface Trial {
  readonly seed: number;
  /** Median and largest error over held-out densities after 1, 2, … steps, in %. */
  readonly median: readonly number[];
  readonly max: readonly number[];
  readonly horizon: number;
  readonly refused: number;
  readonly seconds: number;
}

/** Trials of each regime by its name, and those of operators before training as `untrained`. */
export async function ablate(
  engine: Engine,
  experiment: {
    readonly flow: GradientFlow;
    readonly regimes: readonly Regime[];
    readonly settings: Settings;
    readonly cases: readonly LawCase[];
    readonly steps: number;
    readonly seeds: number;
    readonly note: (line: string) => void;
  },
): Promise<Readonly<Record<string, readonly Trial[]>>> {
  const { flow, regimes, settings, cases, steps, seeds, note } = experiment;
  const { context } = settings.evaluation;
  const trials: Record<string, Trial[]> = { untrained: [] };
  for (let seed = 0; seed < seeds; seed++) {
    const key = foldIn(keyFrom(seed), "context");
    const tested = async (model: Parameters<typeof rollOutErrors>[1]) => {
      const { errors } = await rollOutErrors(engine, model, { cases, steps, context, key });
      const summaries = errors.map(spreadOf);
      return { seed, median: summaries.map(({ median }) => median), max: summaries.map(({ max }) => max) };
    };
    const architecture = architectureOf({ flow, family: regimes[0].family }, settings);
    const parameters = initialParameters(
      operatorParameters(architecture),
      foldIn(keyFrom(seed), "parameters"),
    );
    const before = await tested({ flow, architecture, parameters });
    trials.untrained.push({ ...before, horizon: 0, refused: 0, seconds: 0 });
    for (const { name, family, training } of regimes) {
      const own = { ...settings, seed, training: { ...settings.training, ...training } };
      const { model, ...course } = await trainOnce(engine, { flow, family }, own);
      const trial = { ...(await tested(model)), ...course };
      trials[name] = [...(trials[name] ?? []), trial];
      const last = trial.median[steps - 1].toPrecision(3);
      note(`seed ${seed}, ${name}: ${course.seconds.toFixed(0)} s, ${last} % after ${steps} steps`);
    }
  }
  return trials;
}
