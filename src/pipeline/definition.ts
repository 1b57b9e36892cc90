/** @file What a pipeline is: one experiment, read from top to bottom. */

import type { Engine } from "../engine/engine.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Family } from "../measures/family.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { Key } from "../random/key.ts";
import type { ReportSection } from "../report/report.ts";
import type { Settings, SettingsOverrides } from "./settings.ts";

export type PresetName = "smoke" | "quick" | "full" | "paper";

/** What is evolved, and what an operator for it learns from. */
export interface Problem {
  readonly flow: GradientFlow;
  readonly family: Family;
}

/** What an evaluation may use. */
export interface EvaluationContext {
  readonly problem: Problem;
  readonly settings: Settings;
  readonly engine: Engine;
  /** The trained operator; undefined in a pipeline that trains none. */
  readonly model: OperatorModel | undefined;
  /** Seconds that training took, for the break-even count; undefined where it is not known. */
  readonly trainingSeconds: number | undefined;
  readonly key: Key;
  /** Wall clock, in seconds; only differences mean anything. */
  readonly clock: () => number;
  /** Bytes of the largest memory that the process has taken so far; undefined where nobody knows. */
  readonly peakMemory?: (() => number) | undefined;
  /** Says what is being done, and how far it has come (0 to 1). */
  readonly progress: (message: string, fraction?: number) => void;
  readonly signal: AbortSignal;
}

/** What an evaluation found: numbers by name, and the sections of the report that show them. */
export interface Findings {
  readonly metrics: Readonly<Record<string, number>>;
  readonly sections: readonly ReportSection[];
}

/** A part of the test law. `suite` is the name by which `l2e evaluate --suite` picks it. */
export interface Evaluation {
  readonly suite: string;
  run(context: EvaluationContext): Promise<Findings>;
}

/** A bound on a metric, and why it is where it is. `--check` fails on the first metric outside its bounds. */
export interface Expectation {
  readonly max?: number;
  readonly min?: number;
  readonly reason: string;
}

export interface PipelineDefinition {
  /** The name by which `l2e run` finds it; that of its file. */
  readonly name: string;
  readonly title: string;
  /** One paragraph in plain words; the head of the report. */
  readonly summary: string;
  /** Whether an operator is trained; `false` for pipelines that only solve step by step. */
  readonly trains: boolean;
  /** What differs from the defaults of the settings schema. */
  readonly settings: SettingsOverrides;
  /** What each preset changes further. */
  readonly presets: Readonly<Partial<Record<PresetName, SettingsOverrides>>>;
  problem(settings: Settings): Problem;
  evaluations(settings: Settings): readonly Evaluation[];
  /** Bounds by preset and metric name. */
  readonly expected: Readonly<Partial<Record<PresetName, Readonly<Record<string, Expectation>>>>>;
}

/** Types a pipeline; the identity function. */
export function definePipeline(definition: PipelineDefinition): PipelineDefinition {
  return definition;
}
