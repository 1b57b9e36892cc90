/** @file Saves checkpoints into one folder until it is killed, and reports every finished one. */

import { loadCheckpoint, saveCheckpoint } from "../../src/checkpoints/checkpoint.ts";
import { contentsWith } from "./contents.ts";

const folder = process.argv[2];
const start = await loadCheckpoint(folder).then(
  ({ manifest }) => manifest.progress.iteration,
  () => 0,
);
for (let value = start + 1; ; value++) {
  await saveCheckpoint(folder, contentsWith(value));
  process.send?.(value);
}
