/** @file A pipeline that trains steadily for a while, and ends when a file says so. */

import { access } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { definePipeline } from "../../src/pipeline/definition.ts";
import tiny from "../fixtures/tiny.ts";

const { L2E_TEST_GO_ON: goOn = "" } = process.env;

// biome-ignore lint/style/noDefaultExport: a pipeline is what its file exports
export default definePipeline({
  ...tiny,
  name: "steady",
  presets: { smoke: { training: { rounds: 6 } } },
  expected: {},
  evaluations: (settings) => [
    ...tiny.evaluations(settings),
    {
      suite: "patience",
      async run() {
        while (
          !(await access(goOn).then(
            () => true,
            () => false,
          ))
        )
          await wait(100);
        return { metrics: {}, sections: [] };
      },
    },
  ],
});
