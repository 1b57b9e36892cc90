/** @file The tiny pipeline on a bad day: the shard of generation with index 1 dies as often as the file in `FAILURES` is short of two lines. */

import { appendFileSync, readFileSync } from "node:fs";
import tiny from "../fixtures/tiny.ts";

const { FAILURES, SLURM_JOB_NAME, SLURM_ARRAY_TASK_ID } = process.env;
if (FAILURES !== undefined && SLURM_JOB_NAME === "l2e-generate" && SLURM_ARRAY_TASK_ID === "1") {
  const failures = readFileSync(FAILURES, "utf8").split("\n").length - 1;
  if (failures < 2) {
    appendFileSync(FAILURES, "died\n");
    process.exit(7);
  }
}

// biome-ignore lint/style/noDefaultExport: a pipeline is what its file exports
export default tiny;
