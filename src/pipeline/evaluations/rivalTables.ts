/** @file How rivals are shown: the table, errors against seconds, and where a rival wins. */

import { convexityOf } from "../../energies/convexity.ts";
import { methodColours } from "../../report/colours.ts";
import type { LineChartSpec } from "../../report/lineChart.ts";
import type { ReportSection } from "../../report/report.ts";
import type { TableSpec } from "../../report/tables.ts";
import type { EvaluationContext } from "../definition.ts";
import type { RivalLaw, Spread, Standing } from "./rivals.ts";

interface Found {
  readonly standings: readonly Standing[];
  /** Error of the distribution of as many samples of the solution itself. */
  readonly floor: number;
}

/** The section of the report; the first standing is the operator's. */
export function rivalsSection(context: EvaluationContext, law: RivalLaw, found: Found): ReportSection {
  const { problem, settings, trainingSeconds } = context;
  const { perStepDensities, perStepSteps: steps, particles } = settings.evaluation;
  const { flow } = problem;
  const time = Number((steps * flow.tau).toPrecision(3));
  const reason = convexityOf(flow.energy).reason;
  return {
    title: `Rivals on ${perStepDensities} ${law.densities}`,
    explanation:
      `${particles} particles, ${steps} steps of ${flow.tau}, to t = ${time}. Unexplained variances against the equation's exact solution: of the ` +
      "distribution, 100 d SW₂²/Var (sliced), where independent samples of the solution itself have the error of the last row; and, where " +
      "particles are moved by a map, particle by particle, 100 E|T − T*|²/Var, without any sampling error. The error against the exact JKO " +
      "chain is the operator's or the minimiser's own; that of the exact chain against the equation is the error of the time step.",
    tables: [standingsTable(found, context)],
    charts: [
      errorChart(found, {
        title: "Error of the distribution against seconds",
        pick: ({ density }) => density,
        floor: found.floor,
      }),
      errorChart(found, { title: "Error of the map against seconds", pick: ({ flow: error }) => error }),
    ],
    notes: [
      ...(trainingSeconds === undefined
        ? ["How long training took is not known, so there is no break-even."]
        : [
            `Training took ${Math.round(trainingSeconds)} s, which every break-even includes. Compilation is in none of the times.`,
          ]),
      ...(reason === undefined
        ? []
        : [`There is no refined operator: there is no error bar, since ${reason}.`]),
      ...verdicts(found.standings),
    ],
  };
}

function standingsTable(
  { standings, floor }: Found,
  { settings, trainingSeconds }: EvaluationContext,
): TableSpec {
  const right = { align: "right" as const };
  const pair = (group: string) => [
    { label: "median", group, ...right },
    { label: "max", group, ...right },
  ];
  const cells = (spread: Spread) => [spread?.median ?? null, spread?.max ?? null];
  return {
    title: "Everything that evolves a density",
    rowHeading: "Method",
    columns: [
      ...pair("distribution against the equation (%)"),
      ...pair("particles against the equation (%)"),
      ...pair("particles against the exact JKO chain (%)"),
      { label: "a step", group: "seconds", ...right },
      { label: "a trajectory", group: "seconds", ...right },
      { label: "training", group: "seconds", ...right },
      { label: "break-even", group: "trajectories", ...right },
    ],
    rows: [
      ...standings.map(
        ({ method, density, flow, chain, secondsPerStep, secondsPerTrajectory, breakEven }) => ({
          label: method.label,
          ...(method.name === "operator" ? { role: "subject" as const } : {}),
          ...(method.kind === "reference" ? { role: "reference" as const } : {}),
          cells: [
            ...cells(density),
            ...cells(flow),
            ...(method.kind === "reference" ? [null, null] : cells(chain)),
            secondsPerStep,
            secondsPerTrajectory,
            method.kind === "learned" ? (trainingSeconds ?? null) : 0,
            method.kind !== "rival" || trainingSeconds === undefined ? null : (breakEven ?? "never"),
          ],
        }),
      ),
      {
        label: `${settings.evaluation.particles} samples of the solution`,
        role: "reference" as const,
        cells: [floor, ...new Array(9).fill(null)],
      },
    ],
  };
}

function errorChart(
  { standings }: Found,
  options: { readonly title: string; readonly pick: (standing: Standing) => Spread; readonly floor?: number },
): LineChartSpec {
  const shown = standings.filter((standing) => options.pick(standing) !== null);
  const seconds = shown.map(({ secondsPerTrajectory }) => secondsPerTrajectory);
  const { floor } = options;
  return {
    title: options.title,
    x: {
      label: "seconds a trajectory",
      type: "log",
      domain: [Math.min(...seconds) / 2, Math.max(...seconds) * 2],
    },
    y: { label: "unexplained variance, median (%)", type: "log" },
    series: shown.map((standing) => ({
      name: standing.method.label,
      points: [[standing.secondsPerTrajectory, options.pick(standing)?.median as number] as const],
      dots: true,
      ...(standing.method.name === "operator" ? { colour: methodColours.operator } : {}),
      ...(standing.method.kind === "reference" ? { colour: methodColours.exact } : {}),
    })),
    ...(floor === undefined
      ? {}
      : { references: [{ axis: "y" as const, value: floor, label: "samples of the solution" }] }),
    width: 860,
    height: 420,
  };
}

/** Where a rival wins, and where the operator does, as the numbers say. */
export function verdicts(standings: readonly Standing[]): string[] {
  const [operator, ...others] = standings;
  const rivals = others.filter(({ method }) => method.kind === "rival");
  const error = ({ density }: Standing) => density?.median ?? Number.NaN;
  const ratio = (a: number, b: number) => Number((a / b).toPrecision(2));
  const sentences = rivals.map((rival) => {
    const faster = rival.secondsPerTrajectory < operator.secondsPerTrajectory;
    const closer = error(rival) <= error(operator);
    const pace = faster
      ? `${ratio(operator.secondsPerTrajectory, rival.secondsPerTrajectory)} times as fast`
      : `${ratio(rival.secondsPerTrajectory, operator.secondsPerTrajectory)} times as slow`;
    const aim = `${ratio(error(rival), error(operator))} times the error of the distribution`;
    const verdict = faster === closer ? (faster ? "it wins" : "the operator wins") : "neither wins";
    return {
      wins: faster && closer,
      text: `${rival.method.label}: ${pace} as the operator, with ${aim}: ${verdict}.`,
    };
  });
  const winners = sentences.filter(({ wins }) => wins).length;
  const summary =
    winners === 0
      ? "No rival is both faster than the operator and at least as accurate."
      : `${winners} of ${rivals.length} rivals are faster than the operator and at least as accurate, without any training: on this flow take one of those.`;
  return [summary, ...sentences.map(({ text }) => text)];
}
