/** @file Does an operator that learns from its own trajectories predict unseen ones better, at equal numbers of gradient steps? */

import { doubleWellPotential } from "../src/energies/doubleWellPotential.ts";
import { openEngine } from "../src/engine/engine.ts";
import { gaussianMixtureFamily } from "../src/measures/families/gaussianMixtureFamily.ts";
import { mixedFamily } from "../src/measures/families/mixedFamily.ts";
import { quantileCases } from "../src/pipeline/evaluations/line.ts";
import { settingsSchema } from "../src/pipeline/settings.ts";
import { keyFrom } from "../src/random/key.ts";
import { lineChart } from "../src/report/lineChart.ts";
import { fokkerPlanck } from "../src/systems/fokkerPlanck/flow.ts";
import { ablate, type Regime, type Trial } from "./measure/ablate.ts";
import { type Estimate, meanOver, ratioOver } from "./measure/bootstrap.ts";
import type { Outcome, Study } from "./measure/study.ts";

const dimension = 2;
const tau = 0.1;
const steps = 50;
const potential = doubleWellPotential({ dimension, height: 0.25, halfWidth: 1 });
const flow = fokkerPlanck({ dimension, potential, diffusion: 0.25, tau });

/** That of `double-well-2d`. */
const initial = gaussianMixtureFamily({
  dimension,
  components: [1, 4],
  reach: 1.8,
  deviations: [0.25, 0.7],
});
/** As wide and as many-humped as what the flow makes of them, at random scales, and not made by it. */
const broad = mixedFamily(
  [
    initial,
    gaussianMixtureFamily({ dimension, components: [1, 6], reach: 1.5, deviations: [0.15, 1.2] }),
    gaussianMixtureFamily({ dimension, components: [4, 8], reach: 1.3, deviations: [0.2, 0.6] }),
  ],
  [1 / 3, 1 / 3, 1 / 3],
);

const settings = settingsSchema.parse({
  tau,
  training: {
    rounds: 8,
    iterations: 100,
    densities: 16,
    particles: 2048,
    horizon: steps,
    snapshots: 10,
    batch: 8,
    context: 512,
    queries: 128,
    averaging: 0.99,
  },
  evaluation: { densities: 16, particles: 768, context: 512 },
});

const regimes: readonly Regime[] = [
  { name: "A", label: "initial densities only", family: initial, training: { horizon: 0 } },
  { name: "B", label: "broad random densities, no evolution", family: broad, training: { horizon: 0 } },
  { name: "C", label: "Learn-to-Evolve", family: initial, training: {} },
  {
    name: "D",
    label: "as C, the whole horizon at once",
    family: initial,
    training: { firstHorizon: steps },
  },
  {
    name: "E",
    label: "as A, gradients through two steps",
    family: initial,
    training: { horizon: 0, unroll: 2 },
  },
];
const rows = [{ name: "untrained", label: "before training" }, ...regimes];

export const study: Study = {
  question: "Does an operator that learns from its own trajectories predict unseen ones better?",
  seeds: 5,
  async run({ seeds, note }) {
    const { densities, particles } = settings.evaluation;
    const cases = quantileCases(flow, { potential, densities, particles, last: steps, key: keyFrom(1234) });
    const engine = await openEngine("onnx", { threads: 1 });
    try {
      return outcome(await ablate(engine, { flow, regimes, settings, cases, steps, seeds, note }));
    } finally {
      await engine.dispose();
    }
  },
};

/** Table, ratios and figure of the trials of each regime. */
export function outcome(trials: Readonly<Record<string, readonly Trial[]>>): Outcome {
  const after = (name: string, k: number) => trials[name].map(({ median }) => median[k - 1]);
  const error = (name: string, k: number) => meanOver(after(name, k));
  const ratio = (name: string) => ratioOver(after(name, steps), after("C", steps));
  const seconds = (name: string) => meanOver(trials[name].map((trial) => trial.seconds)).value;
  const shown = [1, 10, steps];
  const title = (name: string, label: string) => (name === "untrained" ? label : `${name} ${label}`);
  const figure = lineChart({
    title: "Roll-outs on held-out densities, by what was trained on",
    x: { label: "JKO steps" },
    y: { label: "L²-UVP against the exact JKO chain (%)", type: "log" },
    width: 860,
    height: 420,
    series: rows.map(({ name, label }) => ({
      name: title(name, label),
      ...(name === "untrained" ? { dash: "dotted" as const, colour: "#1c2024" } : {}),
      points: trials[name][0].median.map((_, k) => [k + 1, error(name, k + 1).value] as const),
      band: trials[name][0].median.map((_, k) => {
        const { low, high } = error(name, k + 1);
        return [k + 1, low, high] as const;
      }),
    })),
  });
  return {
    markdown: [
      `| % UVP after | ${shown.map((k) => (k === 1 ? "1 step" : k)).join(" | ")} | ratio to C after ${steps} | seconds |`,
      `|---|${shown.map(() => "---").join("|")}|---|---:|`,
      ...rows.map(({ name, label }) => {
        const cells = shown.map((k) => written(error(name, k)));
        const compared = name === "C" ? "1" : written(ratio(name));
        const time = name === "untrained" ? "" : seconds(name).toFixed(0);
        return `| ${title(name, label)} | ${cells.join(" | ")} | ${compared} | ${time} |`;
      }),
    ],
    data: {
      unit: "%",
      trials,
      errors: Object.fromEntries(
        rows.map(({ name }) => [name, Object.fromEntries(shown.map((k) => [k, error(name, k)]))]),
      ),
      ratios: Object.fromEntries(rows.map(({ name }) => [`${name}/C`, ratio(name)])),
    },
    figures: { ablation: figure },
  };
}

function written({ value, low, high }: Estimate): string {
  const [v, l, h] = [value, low, high].map((x) => Number(x.toPrecision(2)));
  return `${v} (${l}–${h})`;
}
