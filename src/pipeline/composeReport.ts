/** @file What a report says beside the findings of the evaluations: facts, bounds, the course of the training. */

import type { ReportData, ReportSection } from "../report/report.ts";
import type { TableSpec } from "../report/tables.ts";
import type { PipelineDefinition } from "./definition.ts";
import type { TrainingHistory } from "./history.ts";
import type { Result } from "./result.ts";
import type { Settings } from "./settings.ts";

/** Puts a report together. */
export function composeReport(parts: {
  readonly definition: PipelineDefinition;
  readonly result: Result;
  readonly settings: Settings;
  readonly engineDetail: string;
  readonly sections: readonly ReportSection[];
  readonly history?: TrainingHistory;
  readonly command?: string;
}): ReportData {
  const { definition, result, settings, history, command } = parts;
  const training = history === undefined || history.rounds.length === 0 ? [] : [trainingSection(history)];
  return {
    title: definition.title,
    subtitle: `${definition.name}, preset ${result.preset}`,
    summary: definition.summary,
    facts: [
      { label: "pipeline", value: definition.name },
      { label: "preset", value: result.preset },
      { label: "seed", value: String(result.seed) },
      { label: "engine", value: result.engine, note: parts.engineDetail },
      { label: "step size τ", value: String(settings.tau) },
    ],
    seconds: result.seconds,
    sections: [...metricsSection(result), ...parts.sections, ...training],
    configuration: settings,
    ...(command === undefined ? {} : { reproduce: [command] }),
  };
}

/** The metrics that have bounds, beside them; the others stand in the result and in the sections' own tables. */
export function metricsTable(result: Result): TableSpec {
  return {
    title: "Metrics with bounds",
    rowHeading: "Metric",
    columns: [
      { label: "value", align: "right" },
      { label: "at least", align: "right" },
      { label: "at most", align: "right" },
      { label: "verdict", align: "left" },
      { label: "why", align: "left" },
    ],
    rows: boundedMetrics(result).map(([label, { value, min, max, passed, reason }]) => ({
      label,
      cells: [
        value,
        min ?? null,
        max ?? null,
        passed === undefined
          ? null
          : passed
            ? { value: "✓ passed", status: "pass" }
            : { value: "✗ failed", status: "fail" },
        reason ?? "",
      ],
    })),
  };
}

function boundedMetrics(result: Result) {
  return Object.entries(result.metrics).filter(([, { passed }]) => passed !== undefined);
}

function metricsSection(result: Result): ReportSection[] {
  if (boundedMetrics(result).length === 0) return [];
  return [
    {
      title: "Metrics",
      explanation:
        "A metric with bounds passes when it is inside them. Metrics without bounds are reported only.",
      tables: [metricsTable(result)],
    },
  ];
}

function trainingSection(history: TrainingHistory): ReportSection {
  return {
    title: "Training",
    explanation:
      "The loss is the JKO objective minus its value for no motion, so it is negative where the operator dissipates, and it jumps where a new round brings densities from later times.",
    charts: [
      {
        title: "Loss of every iteration",
        x: { label: "iteration" },
        y: { label: "objective minus its value at rest" },
        series: [{ name: "loss", points: thinned(history.losses) }],
      },
    ],
    tables: [roundsTable(history)],
  };
}

function roundsTable(history: TrainingHistory): TableSpec {
  return {
    title: "Rounds",
    rowHeading: "Round",
    explanation:
      "Trajectories are refused from the step on at which they are not finite, nearly fold, or gain energy. The horizon grows while the residual at the end of the roll-outs is small.",
    columns: ["horizon", "densities", "snapshots", "refused", "residual", "mean loss", "seconds"].map(
      (label) => ({
        label,
        align: "right" as const,
      }),
    ),
    rows: history.rounds.map((round) => ({
      label: String(round.round),
      cells: [
        round.horizon,
        round.trajectories,
        round.snapshots,
        round.refused,
        round.residual,
        round.loss,
        round.seconds,
      ],
    })),
  };
}

/** At most two thousand points, the last one among them; a figure has no room for more. */
function thinned(losses: TrainingHistory["losses"]): (readonly [number, number])[] {
  const stride = Math.ceil(losses.length / 2000);
  return losses
    .filter((_, i) => i % stride === 0 || i === losses.length - 1)
    .filter((entry): entry is [number, number] => entry[1] !== null && Number.isFinite(entry[1]));
}
