/** @file The tiny pipeline with a family that takes its time in jobs that train: longer than a minute's time limit allows. */

import { definePipeline } from "../../src/pipeline/definition.ts";
import tiny from "../fixtures/tiny.ts";

const pause = process.env["SLURM_JOB_NAME"] === "l2e-train" ? 1300 : 0;

// biome-ignore lint/style/noDefaultExport: a pipeline is what its file exports
export default definePipeline({
  ...tiny,
  presets: { smoke: { training: { rounds: 1, iterations: 22 } } },
  problem(settings) {
    const { flow, family } = tiny.problem(settings);
    const draw: typeof family.draw = (key) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      return family.draw(key);
    };
    return { flow, family: { ...family, draw } };
  },
});
