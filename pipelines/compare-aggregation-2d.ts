import { aggregationRivals, definePipeline, ellipseSteps, speedSuite } from "learn-to-evolve";
import base from "./aggregation-2d.ts";

export default definePipeline({
  ...base,
  name: "compare-aggregation-2d",
  title: "Attraction and Newtonian repulsion in the plane, and its rivals",
  summary:
    "The learned operator, networks trained anew in every step, particles, and exact solutions in one table: error against the equation, seconds, and after how many trajectories training has paid for itself. " +
    "`l2e evaluate <checkpoint> --pipeline compare-aggregation-2d` holds an operator that is trained already against the same rivals.",
  settings: {
    ...base.settings,
    evaluation: {
      ...base.settings.evaluation,
      particles: 4096,
      context: 2048,
      perStepDensities: 2,
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
  evaluations: () => [aggregationRivals(), speedSuite([ellipseSteps()])],
  expected: {},
});
