/** @file A pipeline that trains and evaluates nothing, for commands that must end at once whatever its settings are. */

import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { gaussianMixtureFamily } from "../../src/measures/families/gaussianMixtureFamily.ts";
import { definePipeline } from "../../src/pipeline/definition.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";

// biome-ignore lint/style/noDefaultExport: a pipeline is what its file exports
export default definePipeline({
  name: "nothing",
  title: "Nothing",
  summary: "Does nothing, quickly.",
  trains: false,
  settings: { tau: 0.1, parameters: { a: 1 } },
  presets: {},
  problem: ({ tau }) => ({
    flow: fokkerPlanck({ dimension: 1, potential: quadraticPotential({ matrix: [[1]] }), diffusion: 1, tau }),
    family: gaussianMixtureFamily({ dimension: 1, components: [1, 2], reach: 1, deviations: [0.5, 1] }),
  }),
  evaluations: () => [{ suite: "nothing", run: async () => ({ metrics: { one: 1 }, sections: [] }) }],
  expected: {},
});
