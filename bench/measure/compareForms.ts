/** @file Trains several architectures on several energies alike, and rolls each out on the same held-out densities. */

import type { Engine } from "../../src/engine/engine.ts";
import { operatorParameters } from "../../src/operator/map.ts";
import type { Problem } from "../../src/pipeline/definition.ts";
import { spreadOf } from "../../src/pipeline/evaluations/law.ts";
import { architectureOf } from "../../src/pipeline/model.ts";
import type { Settings } from "../../src/pipeline/settings.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import type { Energy } from "../architectures/problems.ts";
import type { Variant } from "../architectures/variants.ts";
import { extrapolationErrors, type TimeErrors } from "./extrapolation.ts";
import { rollOutErrors } from "./rollOutErrors.ts";
import { type Training, trainOnce } from "./trainOnce.ts";

/** What one architecture came to on held-out densities of one kind with one seed. */
export interface FormTrial {
  readonly test: string;
  readonly variant: string;
  readonly seed: number;
  /** Numbers that are learned. */
  readonly parameters: number;
  /** Median and largest error over held-out densities after 1, 2, … steps, in %. */
  readonly median: readonly number[];
  readonly max: readonly number[];
  /** Particles whose map folded, and steps that were refused, over all roll-outs. */
  readonly folded: number;
  readonly refused: number;
  /** Longest roll-out that was trained on, in steps. */
  readonly horizon: number;
  /** Errors in time of the default operator, where the equation is solved. */
  readonly time?: TimeErrors;
}

/** One trial after the other, all with the same settings. */
export async function compareForms(
  engine: Engine,
  experiment: {
    readonly energies: readonly Energy[];
    readonly variants: readonly Variant[];
    readonly settings: Settings;
    readonly steps: number;
    readonly seeds: number;
    readonly note: (line: string) => void;
  },
): Promise<readonly FormTrial[]> {
  const { energies, variants, settings, steps, seeds, note } = experiment;
  const trials: FormTrial[] = [];
  for (const energy of energies) {
    const held = { settings: { ...settings, tau: energy.problem.flow.tau }, steps, key: keyFrom(1234) };
    const tests = energy.tests.map((test) => ({ ...test, densities: test.cases(held) }));
    for (const variant of seeded(variants, seeds)) {
      const { model, horizon } = await modelOf(engine, energy.problem, variant, held.settings);
      const start = { context: settings.evaluation.context, key: foldIn(keyFrom(variant.seed), "context") };
      for (const { name, label, densities, solved } of tests) {
        const rolled = await rollOutErrors(engine, model, { ...start, cases: densities, steps });
        const spreads = rolled.errors.map(spreadOf);
        const cases = variant.name === variants[0].name ? solved?.(held) : undefined;
        trials.push({
          ...{ test: name, variant: variant.name, seed: variant.seed, horizon },
          parameters: model.parameters.length,
          median: spreads.map(({ median }) => median),
          max: spreads.map(({ max }) => max),
          ...{ folded: rolled.folded, refused: rolled.refused },
          ...(cases && { time: await extrapolationErrors(engine, model, { ...start, cases }) }),
        });
        note(`${label}, seed ${variant.seed}, ${variant.label}: ${summary(trials[trials.length - 1])}`);
      }
    }
  }
  return trials;
}

function seeded(variants: readonly Variant[], seeds: number) {
  return Array.from({ length: seeds }, (_, seed) => variants.map((variant) => ({ ...variant, seed }))).flat();
}

function summary({ median, folded, refused, horizon }: FormTrial): string {
  const errors = [1, 10, 50].filter((k) => k <= median.length).map((k) => median[k - 1].toPrecision(2));
  return `${errors.join(", ")} %, folds ${folded}, refused ${refused}, horizon ${horizon}`;
}

/** A trained operator; as it is where nothing can be learned. */
async function modelOf(
  engine: Engine,
  problem: Problem,
  { own, seed }: Variant & { readonly seed: number },
  settings: Settings,
): Promise<Pick<Training, "model" | "horizon">> {
  const architecture = { ...architectureOf(problem, settings), ...own };
  if (Object.keys(operatorParameters(architecture)).length > 0)
    return trainOnce(engine, problem, { ...settings, seed, own });
  return { model: { flow: problem.flow, architecture, parameters: new Float32Array(0) }, horizon: 0 };
}
