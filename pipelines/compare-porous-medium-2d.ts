import { barenblattSteps, definePipeline, porousMediumRivals, speedSuite } from "learn-to-evolve";
import base from "./porous-medium-2d.ts";

export default definePipeline({
  ...base,
  name: "compare-porous-medium-2d",
  title: "The porous medium equation in the plane, and its rivals",
  summary:
    "The learned operator, the operator refined, networks trained anew in every step, particles, and exact solutions in one table: error against the equation, seconds, and after how many trajectories training has paid for itself. " +
    "`l2e evaluate <checkpoint> --pipeline compare-porous-medium-2d` holds an operator that is trained already against the same rivals.",
  settings: {
    ...base.settings,
    evaluation: {
      ...base.settings.evaluation,
      particles: 4096,
      context: 2048,
      perStepDensities: 4,
      perStepSteps: 10,
    },
  },
  presets: {
    smoke: {
      ...base.presets.smoke,
      evaluation: { particles: 256, context: 128, perStepDensities: 1, perStepSteps: 1 },
    },
    quick: { ...base.presets.quick, evaluation: {} },
    full: { ...base.presets.full, evaluation: {} },
  },
  evaluations: ({ parameters: { exponent } }) => [
    porousMediumRivals({ exponent }),
    speedSuite([barenblattSteps({ exponent })]),
  ],
  expected: {},
});
