/** @file What the trials of the study say: errors, who has the least, and ratios to the default. */

import type { Settings } from "../../src/pipeline/settings.ts";
import { type Estimate, meanOver } from "../measure/bootstrap.ts";
import type { FormTrial } from "../measure/compareForms.ts";
import type { Test } from "./problems.ts";
import type { Variant } from "./variants.ts";

/** Steps that the tables show. */
export const shownSteps: readonly number[] = [1, 10, 50];

/** How the trials were made. */
export interface Setting {
  readonly tests: readonly Test[];
  /** The default first. */
  readonly variants: readonly Variant[];
  readonly settings: Settings;
  readonly steps: number;
  readonly seeds: number;
}

/** The trials, and what can be asked of them. */
export interface Findings extends Setting {
  trials(test: Test, variant: Variant): readonly FormTrial[];
  /** Error after so many steps in %: the median over densities, its mean over seeds. */
  error(test: Test, variant: Variant, steps: number): number;
  /** The same with its interval over seeds. */
  estimate(test: Test, variant: Variant, steps: number): Estimate;
  /** The largest error of any density and seed. */
  largest(test: Test, variant: Variant, steps: number): number;
  /** Whose error is the least. */
  winner(test: Test, steps: number): Variant;
  /** The geometric mean, over tests and some numbers of steps, of the errors over those of the default. */
  ratio(variant: Variant, after: readonly number[]): number;
}

/** Findings of trials. */
export function findingsOf(setting: Setting, all: readonly FormTrial[]): Findings {
  const { tests, variants } = setting;
  const trials = (test: Test, variant: Variant) =>
    all.filter((trial) => trial.test === test.name && trial.variant === variant.name);
  const medians = (test: Test, variant: Variant, steps: number) =>
    trials(test, variant).map(({ median }) => median[steps - 1]);
  const error = (test: Test, variant: Variant, steps: number) => mean(medians(test, variant, steps));
  return {
    ...setting,
    trials,
    error,
    estimate: (test, variant, steps) => meanOver(medians(test, variant, steps)),
    largest: (test, variant, steps) => Math.max(...trials(test, variant).map(({ max }) => max[steps - 1])),
    winner: (test, steps) =>
      variants.reduce((best, variant) =>
        error(test, variant, steps) < error(test, best, steps) ? variant : best,
      ),
    ratio(variant, after) {
      const logs = tests.flatMap((test) =>
        after.map((k) => Math.log(error(test, variant, k) / error(test, variants[0], k))),
      );
      return Math.exp(mean(logs));
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** Text as a title. */
export function sentenceCase(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
