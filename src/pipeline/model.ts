/** @file From the problem and the settings of a run to its operator, and from a checkpoint back to both. */

import { check } from "../check/check.ts";
import { type Checkpoint, loadCheckpoint } from "../checkpoints/checkpoint.ts";
import type { JsonValue } from "../checkpoints/manifest.ts";
import type { GradientFlow } from "../jko/flow.ts";
import { type Architecture, operatorParameters } from "../operator/map.ts";
import type { OperatorModel } from "../operator/solver.ts";
import type { PipelineDefinition, Problem } from "./definition.ts";
import { loadPipeline, pipelineNames } from "./loadPipeline.ts";
import { type Override, resolveSettings, validSettings } from "./resolveSettings.ts";
import type { Settings } from "./settings.ts";
import { flatParameters, weightShapes } from "./trainingState.ts";

/** A trained operator with everything that it was trained for. */
export interface LoadedOperator {
  readonly checkpoint: Checkpoint;
  readonly definition: PipelineDefinition;
  readonly settings: Settings;
  readonly problem: Problem;
  readonly model: OperatorModel;
}

/** The architecture that the settings ask for. */
export function architectureOf(problem: Problem, settings: Settings): Architecture {
  return { dimension: problem.flow.dimension, ...settings.architecture };
}

/** A flow as plain data, for manifests. */
export function flowRecord(flow: GradientFlow): JsonValue {
  const { name, dimension, energy, mobility, tau } = flow;
  const terms = ["internal", "potential", "interaction"] as const;
  const specs = terms.flatMap((term) => (energy[term] === undefined ? [] : [[term, energy[term].spec]]));
  return { name, dimension, tau, mobility: mobility.name, energy: Object.fromEntries(specs) };
}

/**
 * Loads an operator: the checkpoint, the pipeline that it names (or the file given), and the problem that this
 * pipeline poses with the checkpoint's settings.
 *
 * @throws InputError when the pipeline is unknown, or poses another flow than the one that was learnt.
 */
export async function loadOperator(
  folder: string,
  options: { readonly pipeline?: string } = {},
): Promise<LoadedOperator> {
  const checkpoint = await loadCheckpoint(folder, { kind: "jko-operator" });
  const { manifest } = checkpoint;
  const known = await pipelineNames();
  check(
    options.pipeline !== undefined || known.includes(manifest.pipeline),
    () =>
      `checkpoint ${folder}: it was trained with the pipeline "${manifest.pipeline}", which is not one of ${known.join(", ") || "those that come along"}. Name its file: --pipeline <file>.`,
  );
  const definition = await loadPipeline(options.pipeline ?? manifest.pipeline);
  const settings = validSettings(manifest.settings);
  const problem = definition.problem(settings);
  const [now, then] = [flowRecord(problem.flow), manifest.flow].map((flow) => JSON.stringify(flow));
  check(
    now === then,
    () =>
      `checkpoint ${folder}: it learnt the flow ${then}, and the pipeline "${definition.name}" poses ${now}. Name the file of the pipeline that it was trained with: --pipeline <file>.`,
  );
  const architecture = architectureOf(problem, settings);
  const shapes = weightShapes(architecture);
  for (const [name, shape] of Object.entries(shapes)) {
    check(
      String(checkpoint.weights[name]?.shape) === String(shape),
      () => `checkpoint ${folder}: the tensor "${name}" of shape [${shape}] is missing or has another shape.`,
    );
  }
  const parameters = flatParameters(operatorParameters(architecture), checkpoint.weights);
  return {
    checkpoint,
    definition,
    settings,
    problem,
    model: { flow: problem.flow, architecture, parameters },
  };
}

/** How far beyond the steps that it has learnt an operator may be asked to go. */
const tauMargin = 1.5;

/**
 * The same operator at another JKO step.
 *
 * @throws InputError when the step is more than half as long again, or as short, as those that it has learnt.
 */
export function atStep(loaded: LoadedOperator, tau: number): LoadedOperator {
  const { problem, model, settings, checkpoint } = loaded;
  const [low, high] = settings.training.tauRange ?? [problem.flow.tau, problem.flow.tau];
  check(
    tau === problem.flow.tau || (low < high && tau >= low / tauMargin && tau <= high * tauMargin),
    () =>
      `--tau ${tau}: the operator ${checkpoint.folder} has learnt ${low < high ? `steps from ${low} to ${high}` : `the step ${low} alone`}. Take a step ${low < high ? `between ${Number((low / tauMargin).toPrecision(3))} and ${Number((high * tauMargin).toPrecision(3))}` : `of ${low}`}, or train one for others with --set training.tauRange=[low,high].`,
  );
  const flow = { ...problem.flow, tau };
  return { ...loaded, problem: { ...problem, flow }, model: { ...model, flow } };
}

/** The settings of a checkpoint with changes to its evaluation; what was trained cannot be changed any more. */
export function evaluationSettings(loaded: LoadedOperator, overrides: readonly Override[]): Settings {
  for (const { path } of overrides) {
    check(
      path.startsWith("evaluation."),
      () =>
        `--set ${path}: the operator is trained, so only settings that begin with "evaluation." can be changed.`,
    );
  }
  const stored = { ...loaded.definition, settings: loaded.settings, presets: {} };
  return resolveSettings(stored, "full", overrides);
}
