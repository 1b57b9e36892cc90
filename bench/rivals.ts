/** @file What does a learned operator win over networks trained anew, particles and grids, in error and in seconds, and where do they win? */

import aggregation from "../pipelines/compare-aggregation-2d.ts";
import fokkerPlanck from "../pipelines/compare-fokker-planck-2d.ts";
import porousMedium from "../pipelines/compare-porous-medium-2d.ts";
import { openEngine } from "../src/engine/engine.ts";
import type { Findings } from "../src/pipeline/definition.ts";
import { evaluationKey, runEvaluations } from "../src/pipeline/evaluateStage.ts";
import { silentProgress } from "../src/pipeline/progress.ts";
import { resolveSettings } from "../src/pipeline/resolveSettings.ts";
import { markdownTable } from "./measure/markdownTable.ts";
import type { Study } from "./measure/study.ts";
import { trainOnce } from "./measure/trainOnce.ts";

const comparisons = [fokkerPlanck, porousMedium, aggregation];

/** What was found on one equation with one seed. */
interface Comparison {
  readonly title: string;
  readonly seed: number;
  readonly findings: Findings;
}

/** The pipelines `compare-…` of the package, trained and evaluated as their preset `quick` says. */
export const study: Study = {
  question: "What does a learned operator win in error and in seconds, and where do others win?",
  seeds: 1,
  async run({ seeds, note }) {
    const engine = await openEngine("onnx");
    const clock = () => performance.now() / 1000;
    const found: Comparison[] = [];
    try {
      for (const definition of comparisons) {
        for (let seed = 0; seed < seeds; seed++) {
          const settings = resolveSettings(definition, "quick", [{ path: "seed", value: seed }]);
          const problem = definition.problem(settings);
          note(`${definition.name}, seed ${seed}: training`);
          const { model, seconds } = await trainOnce(engine, problem, settings);
          note(`${definition.name}, seed ${seed}: ${seconds.toFixed(0)} s; rivals`);
          const findings = await runEvaluations(
            definition.evaluations(settings),
            {
              ...{ problem, settings, engine, model, clock },
              trainingSeconds: seconds,
              key: evaluationKey(seed),
              signal: new AbortController().signal,
            },
            { ...silentProgress, note },
          );
          found.push({ title: definition.title, seed, findings });
        }
      }
    } finally {
      await engine.dispose();
    }
    return {
      markdown: found.flatMap((comparison) => markdownOf(comparison, seeds)),
      data: { comparisons: found.map(({ title, seed, findings }) => ({ title, seed, ...findings.metrics })) },
      figures: {},
    };
  },
};

function markdownOf({ title, seed, findings }: Comparison, seeds: number): string[] {
  return [
    `### ${title}${seeds === 1 ? "" : `, seed ${seed}`}`,
    "",
    ...findings.sections.flatMap(({ title: section, explanation, tables = [], notes = [] }) => [
      `**${section}.** ${explanation ?? ""}`,
      "",
      ...tables.flatMap((table) => [...markdownTable(table), ""]),
      ...notes.map((note) => `* ${note}`),
      "",
    ]),
  ];
}
