/** @file What the study of architectures concludes, from trials whose conclusion is known. */

import { describe, expect, it } from "vitest";
import { documentOf } from "../../bench/architectures/document.ts";
import { findingsOf, shownSteps } from "../../bench/architectures/findings.ts";
import { energies } from "../../bench/architectures/problems.ts";
import { variants } from "../../bench/architectures/variants.ts";
import { settingsSchema } from "../../src/pipeline/settings.ts";

const tests = energies.flatMap((energy) => energy.tests);
const steps = 50;

/** Trials in which every form errs by its own factor times the step. */
function conclude(factor: (variant: string) => number) {
  const trials = tests.flatMap((test) =>
    [0, 1].flatMap((seed) =>
      variants.map(({ name }) => {
        const errors = Array.from({ length: steps }, (_, k) => factor(name) * (k + 1));
        const counts = { parameters: 7, folded: 0, refused: 0, horizon: 1 };
        return { test: test.name, variant: name, seed, median: errors, max: errors, ...counts };
      }),
    ),
  );
  const settings = settingsSchema.parse({ tau: 0.1 });
  return findingsOf({ tests, variants, settings, steps, seeds: 2 }, trials);
}

describe("the findings", () => {
  it("name the form with the least error, and its ratio to the default", () => {
    const findings = conclude((name) => (name === "attention" ? 0.25 : 0.5));
    for (const test of tests) expect(findings.winner(test, 10).name).toBe("attention");
    const [standard, , , attention] = variants;
    expect(findings.ratio(standard, shownSteps)).toBe(1);
    expect(findings.ratio(attention, shownSteps)).toBeCloseTo(0.5, 12);
    expect(findings.error(tests[0], attention, 10)).toBeCloseTo(2.5, 12);
  });

  it("keep the default where it wins, and say so where it does not", () => {
    const text = (better: string) => documentOf(conclude((name) => (name === better ? 0.1 : 0.2))).join("\n");
    expect(text("default")).toContain("the default stays");
    expect(text("attention")).toContain("the default does not win");
    expect(text("attention")).toContain("Better by a tenth or more in all: attention tokens");
  });
});
