/** @file Experiments of the MLflow file store: a folder each, found by the name in its meta.yaml. */

import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isCode, writeAtomically } from "../files/atomic.ts";
import { sha256 } from "../files/hash.ts";
import { readTextIfAny } from "../files/text.ts";
import { fileUri } from "../files/uri.ts";
import { fromYaml, toYaml, type YamlScalar } from "./yaml.ts";

/** An experiment on the disk. */
export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
}

/** The fields of a meta.yaml, or undefined when there is none. */
export async function readMeta(folder: string): Promise<Record<string, YamlScalar> | undefined> {
  const text = await readTextIfAny(join(folder, "meta.yaml"));
  return text === undefined ? undefined : fromYaml(text);
}

/** The experiments in a store, by id. MLflow's own `.trash` and anything that is no number is skipped. */
export async function listExperiments(root: string): Promise<Experiment[]> {
  const experiments: Experiment[] = [];
  for (const id of (await namesIn(root)).filter((name) => /^\d+$/.test(name))) {
    const folder = join(root, id);
    const meta = await readMeta(folder);
    if (meta !== undefined) experiments.push({ id, name: String(meta["name"]), folder });
  }
  return experiments;
}

/** Names in a folder, sorted; none when it does not exist. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return [];
    throw error;
  }
}

/** Finds an experiment by name or makes it. MLflow wants experiment 0, "Default", to exist as well. */
export async function openExperiment(root: string, name: string, now: number): Promise<Experiment> {
  const known = await listExperiments(root);
  if (!known.some((experiment) => experiment.id === "0"))
    await writeExperiment(root, { id: "0", name: "Default", now });
  const found = known.find((experiment) => experiment.name === name);
  if (found !== undefined) return found;
  if (name === "Default") return { id: "0", name, folder: join(root, "0") };
  const taken = new Set(known.map((experiment) => experiment.id));
  // The id follows from the name, so two processes that start together make one experiment and not two.
  for (let salt = 0; ; salt++) {
    const id = idOf(`${name}#${salt}`);
    if (!taken.has(id)) return await writeExperiment(root, { id, name, now });
  }
}

function idOf(text: string): string {
  const number = BigInt(`0x${sha256(text).slice(0, 16)}`);
  return String(10n ** 17n + (number % (9n * 10n ** 17n)));
}

async function writeExperiment(
  root: string,
  { id, name, now }: { readonly id: string; readonly name: string; readonly now: number },
): Promise<Experiment> {
  const folder = join(root, id);
  await mkdir(folder, { recursive: true });
  const meta = {
    artifact_location: fileUri(folder),
    creation_time: now,
    experiment_id: id,
    last_update_time: now,
    lifecycle_stage: "active",
    name,
  };
  await writeAtomically(join(folder, "meta.yaml"), toYaml(meta));
  return { id, name, folder };
}
