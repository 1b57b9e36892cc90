/** @file What is asked of Slurm for the jobs of each stage. */

import { check } from "../check/check.ts";

/** An option of sbatch for the jobs of one stage, or of all. */
export interface SlurmOption {
  /** Undefined for all stages. */
  readonly stage: string | undefined;
  readonly name: string;
  /** Undefined for an option that takes no value. */
  readonly value: string | undefined;
}

export type SlurmOptions = readonly SlurmOption[];

/** Options that say what is run and how it is found again: those are not the user's. */
const own = [
  "array",
  "comment",
  "dependency",
  "job-name",
  "output",
  "parsable",
  "wrap",
  "kill-on-invalid-dep",
  "wait",
];

/** Without these a job that runs out of time could not go on. */
const defaults: SlurmOptions = [
  { stage: undefined, name: "requeue", value: undefined },
  { stage: undefined, name: "open-mode", value: "append" },
  { stage: undefined, name: "signal", value: "B:USR2@120" },
];

/**
 * Reads `name=value`, `stage.name=value`, or a name alone: long options of sbatch without their dashes.
 *
 * @throws InputError for a stage that there is not, and for options that are set already.
 */
export function parseSlurmOption(text: string, stages: readonly string[]): SlurmOption {
  const found = /^(?:([a-z]+)\.)?([a-z][a-z-]*)(?:=(.*))?$/s.exec(text);
  check(
    found !== null,
    () => `--slurm-opt takes name=value or stage.name=value, for example train.time=60, got "${text}".`,
  );
  const [, stage, name, value] = found as unknown as [string, string | undefined, string, string | undefined];
  check(
    stage === undefined || stages.includes(stage),
    () => `--slurm-opt ${text}: there is no stage "${stage}". Stages: ${stages.join(", ")}.`,
  );
  check(!own.includes(name), () => `--slurm-opt ${text}: ${name} is set by l2e itself.`);
  return { stage, name, value };
}

/** The words for sbatch: the defaults, what holds for all stages, what holds for this one; the later replaces the earlier. */
export function slurmWords(options: SlurmOptions, stage: string): string[] {
  const byName = new Map<string, string | undefined>();
  const general = options.filter((option) => option.stage === undefined);
  const special = options.filter((option) => option.stage === stage);
  for (const { name, value } of [...defaults, ...general, ...special]) byName.set(name, value);
  return [...byName].map(([name, value]) => (value === undefined ? `--${name}` : `--${name}=${value}`));
}
