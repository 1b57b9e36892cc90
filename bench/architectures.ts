/** @file Which architecture of the operator wins where, trained alike? */

import { openEngine } from "../src/engine/engine.ts";
import { settingsSchema } from "../src/pipeline/settings.ts";
import { documentOf, tables } from "./architectures/document.ts";
import { figureOf } from "./architectures/figure.ts";
import { findingsOf } from "./architectures/findings.ts";
import { energies } from "./architectures/problems.ts";
import { variants } from "./architectures/variants.ts";
import { compareForms } from "./measure/compareForms.ts";
import type { Study } from "./measure/study.ts";

/** The same for all; each flow has its own time step. */
const settings = settingsSchema.parse({
  tau: 0.1,
  training: {
    rounds: 10,
    iterations: 60,
    densities: 10,
    particles: 768,
    horizon: 16,
    firstHorizon: 16,
    snapshots: 8,
    batch: 8,
    context: 256,
    queries: 128,
    averaging: 0.99,
  },
  evaluation: { densities: 12, particles: 512, context: 384 },
});
const steps = 50;
const tests = energies.flatMap((energy) => energy.tests);

export const study: Study = {
  question: "Which architecture of the operator wins where, trained alike?",
  seeds: 1,
  async run({ seeds, note }) {
    const engine = await openEngine("onnx", { threads: 1 });
    try {
      const trials = await compareForms(engine, { energies, variants, settings, steps, seeds, note });
      const findings = findingsOf({ tests, variants, settings, steps, seeds }, trials);
      return {
        markdown: tables(findings),
        data: { unit: "%", trials },
        figures: { architectures: figureOf(findings) },
        documents: { architectures: documentOf(findings) },
      };
    } finally {
      await engine.dispose();
    }
  },
};
