/** @file The study of architectures in Markdown: `bench/architectures.md`. */

import type { Estimate } from "../measure/bootstrap.ts";
import { timedSteps } from "../measure/extrapolation.ts";
import { type Findings, sentenceCase, shownSteps } from "./findings.ts";
import type { Test } from "./problems.ts";
import type { Variant } from "./variants.ts";

/** The whole document. */
export function documentOf(findings: Findings): string[] {
  const { variants, tests, seeds } = findings;
  return [
    "# Architectures of the operator",
    "",
    `Made by \`npm run bench -- architectures${seeds === 1 ? "" : ` --repeats ${seeds}`}\`. Every form has exact Jacobians and log-determinants; the code of each is in \`bench/architectures/\`, that of`,
    "the default in `src/operator/`.",
    "",
    "## What is compared",
    "",
    ...variants.map(({ label, summary }) => `* **${label}**: ${summary}`),
    "",
    "## What is held fixed",
    "",
    ...heldFixed(findings),
    "",
    "## Who wins where",
    "",
    ...verdict(findings),
    "",
    "## Errors",
    "",
    "Unexplained variance against the exact JKO chain in %: the median over densities, in brackets the largest. The least median of a column is bold. Folds count particles and steps whose",
    "map had no positive determinant; refused are steps that would not have lowered the objective, of which the particles stay where they are. At a steady state this is all that keeps forms in",
    "place that are not well balanced.",
    "",
    ...tests.flatMap((test) => [
      `### ${sentenceCase(test.label)}`,
      "",
      test.summary,
      "",
      ...table(findings, test),
      "",
    ]),
    "![Errors against the number of steps, a panel a kind of densities](figures/architectures.png)",
    "",
    "## A step of second order",
    "",
    ...secondOrder(findings),
  ];
}

/** The verdict and the tables, for the terminal. */
export function tables(findings: Findings): string[] {
  return [
    ...verdict(findings),
    ...findings.tests.flatMap((test) => ["", `${sentenceCase(test.label)}:`, "", ...table(findings, test)]),
  ];
}

function heldFixed({ settings, steps, seeds }: Findings): string[] {
  const { training: t, evaluation: e, architecture: a } = settings;
  return [
    `* ${t.rounds} rounds of ${t.iterations} gradient steps, each round on trajectories of ${t.horizon} steps that the form has rolled out itself, from ${t.densities} new densities of ${t.particles} particles.`,
    `* Batches of ${t.batch} densities with ${t.context} particles of context and ${t.queries} queries; Adam, peak rate ${t.learningRate}, cosine schedule; ${a.hidden} neurons a layer, a code of ${a.code} numbers.`,
    `* The objective, the frame of mean and radius, the step limiter, and what refuses steps that do not lower the objective. Nothing was tuned for any form but the default, whose settings all share.`,
    `* ${e.densities} held-out densities of each kind, ${e.particles} particles each, followed for ${steps} steps. ${seeds === 1 ? "One seed: differences of a few tenths mean nothing." : `${seeds} seeds; intervals are 95 % bootstrap intervals over seeds.`}`,
  ];
}

/** Ratios of errors closer to 1 than this mean nothing with so few seeds. */
const tenth = 1.1;

function verdict(findings: Findings): string[] {
  const { tests, variants } = findings;
  const [standard, ...others] = variants;
  const columns = tests.flatMap((test) => shownSteps.map((k) => findings.winner(test, k)));
  const won = columns.filter((variant) => variant === standard).length;
  const between = (least: number, most: number) =>
    others
      .filter((variant) => {
        const ratio = findings.ratio(variant, shownSteps);
        return ratio >= least && ratio < most;
      })
      .map(({ label }) => label)
      .join(", ");
  const [better, level] = [between(0, 1 / tenth), between(1 / tenth, tenth)];
  const ratios = (after: readonly number[]) =>
    variants.map((variant) => number(findings.ratio(variant, after))).join(" | ");
  return [
    ...tests.map((test) => {
      const places = shownSteps.map((k) => {
        const winner = findings.winner(test, k);
        return `after ${k === 1 ? "1 step" : k} ${winner.label} (${number(findings.error(test, winner, k))} %)`;
      });
      return `* ${sentenceCase(test.label)}: ${places.join(", ")}.`;
    }),
    "",
    `The default has the least error in ${won} of these ${columns.length}. Errors over those of the default, geometric means over the kinds of densities:`,
    "",
    `| after | ${variants.map(({ label }) => label).join(" | ")} |`,
    `|---|${variants.map(() => "---:").join("|")}|`,
    ...shownSteps.map((k) => `| ${k === 1 ? "1 step" : k} | ${ratios([k])} |`),
    `| all | ${ratios(shownSteps)} |`,
    "",
    better === ""
      ? `No other form is better by a tenth in all, and the default stays.`
      : `Better by a tenth or more in all: ${better}. By this measure the default does not win.`,
    ...(level === "" ? [] : [`Level with the default, within a tenth: ${level}.`]),
    "Nothing is learned without gates: where that row wins, learning has not paid.",
  ];
}

function table(findings: Findings, test: Test): string[] {
  const { variants } = findings;
  return [
    `| form | parameters | ${shownSteps.map((k) => (k === 1 ? "1 step" : k)).join(" | ")} | folds | refused |`,
    `|---|---:|${shownSteps.map(() => "---").join("|")}|---:|---:|`,
    ...variants.map((variant) => {
      const trials = findings.trials(test, variant);
      const total = (pick: "folded" | "refused") => trials.reduce((sum, trial) => sum + trial[pick], 0);
      const cells = shownSteps.map((k) => cell(findings, { test, variant, k }));
      const counts = [total("folded"), total("refused")].join(" | ");
      return `| ${variant.label} | ${trials[0].parameters} | ${cells.join(" | ")} | ${counts} |`;
    }),
  ];
}

function cell(findings: Findings, at: { test: Test; variant: Variant; k: number }): string {
  const { test, variant, k } = at;
  const median =
    findings.seeds === 1
      ? number(findings.error(test, variant, k))
      : interval(findings.estimate(test, variant, k));
  const isLeast = findings.winner(test, k) === variant;
  return `${isLeast ? `**${median}**` : median} (${number(findings.largest(test, variant, k))})`;
}

function secondOrder(findings: Findings): string[] {
  const { tests, variants } = findings;
  const rows = tests.flatMap((test) => {
    const times = findings
      .trials(test, variants[0])
      .flatMap(({ time }) => (time === undefined ? [] : [time]));
    if (times.length === 0) return [];
    const mean = (pick: (time: (typeof times)[number]) => readonly number[]) =>
      timedSteps
        .map((_, k) => number(times.reduce((sum, time) => sum + pick(time)[k], 0) / times.length))
        .join(", ");
    const cells = [
      mean(({ exact }) => exact),
      mean(({ operator }) => operator),
      mean(({ extrapolated }) => extrapolated),
    ];
    return [`| ${test.label} | ${cells.join(" | ")} |`];
  });
  return [
    "The same default operator by `2 T_{τ/2}∘T_{τ/2} − T_τ` in every step (`localExtrapolation`), against the solution of the equation at the same time instead of the JKO chain: median errors in %,",
    `after ${timedSteps.join(" and ")} steps. The operator was trained at τ alone, and half of it is new to it.`,
    "",
    "| | exact JKO steps | default | default, extrapolated |",
    "|---|---|---|---|",
    ...rows,
  ];
}

function interval({ value, low, high }: Estimate): string {
  return `${number(value)} [${number(low)}–${number(high)}]`;
}

function number(x: number): string {
  return String(Number(x.toPrecision(2)));
}
