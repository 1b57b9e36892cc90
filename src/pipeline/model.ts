/** @file From the problem and the settings of a run to its operator, and from a checkpoint back to both. */

import { check } from "../check/check.ts";
import { type Checkpoint, loadCheckpoint } from "../checkpoints/checkpoint.ts";
import type { JsonValue } from "../checkpoints/manifest.ts";
import { conditioned, type GradientFlow, inStepsOf } from "../jko/flow.ts";
import { chartOf } from "../operator/chart.ts";
import type { ArchitectureSizes } from "../operator/form.ts";
import { operatorParameters } from "../operator/map.ts";
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
export function architectureOf(problem: Problem, settings: Settings): ArchitectureSizes {
  const conditions = Object.keys(settings.training.ranges).filter((name) => name !== "tau");
  const { dimension } = problem.flow;
  const { size } = chartOf(problem.flow);
  return {
    dimension,
    ...(size === dimension ? {} : { chart: size }),
    ...settings.architecture,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** A flow as plain data, for manifests. */
export function flowRecord(flow: GradientFlow): JsonValue {
  const { name, dimension, energy, mobility, tau } = flow;
  const terms = ["internal", "potential", "interaction"] as const;
  const specs = terms.flatMap((term) => (energy[term] === undefined ? [] : [[term, energy[term].spec]]));
  const further = Object.entries({
    scale: mobility.scale === 1 ? undefined : mobility.scale,
    conservative: flow.conservative?.name,
    logDeterminant: flow.logDeterminant,
  }).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  return {
    ...{ name, dimension, tau, mobility: mobility.name, energy: Object.fromEntries(specs) },
    ...Object.fromEntries(further),
  };
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
  const checkpoint = await loadCheckpoint(folder, { kind: "jko-operator", weightsOnly: true });
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

/** How far beyond the ranges that it has learnt an operator may be asked to go. */
const margin = 1.5;

/**
 * The same operator at another JKO step `tau`, or at other parameters of its flow.
 *
 * @param values by name, as in `training.ranges`.
 * @throws InputError when one of them is more than half as large again, or as small, as those that it has learnt.
 */
export function atConditions(
  loaded: LoadedOperator,
  values: Readonly<Record<string, number>>,
): LoadedOperator {
  const { problem, model, settings, checkpoint } = loaded;
  const own: Readonly<Record<string, number>> = { ...problem.flow.conditions, tau: problem.flow.tau };
  for (const [name, value] of Object.entries(values)) {
    const [low, high] = settings.training.ranges[name] ?? [own[name], own[name]];
    const rounded = (x: number) => Number(x.toPrecision(3));
    const fits = value === own[name] || (low < high && value >= low / margin && value <= high * margin);
    check(own[name] !== undefined, () => {
      return `${name} = ${value}: the operator ${checkpoint.folder} has no parameter "${name}"; it has ${Object.keys(own).join(", ")}.`;
    });
    check(fits, () =>
      low < high
        ? `${name} = ${value}: the operator ${checkpoint.folder} has learnt ${name} from ${low} to ${high}. Take one between ${rounded(low / margin)} and ${rounded(high * margin)}, or train an operator for others with --set training.ranges.${name}=[low,high].`
        : `${name} = ${value}: the operator ${checkpoint.folder} has learnt ${name} = ${low} alone. Leave it out, or train an operator for others with --set training.ranges.${name}=[low,high].`,
    );
  }
  const { tau = problem.flow.tau, ...conditions } = values;
  const flow = inStepsOf(conditioned(problem.flow, conditions), tau);
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
