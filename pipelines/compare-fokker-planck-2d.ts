import { definePipeline, fokkerPlanckRivals, productSteps, speedSuite } from "learn-to-evolve";
import base from "./fokker-planck-2d.ts";

export default definePipeline({
  ...base,
  name: "compare-fokker-planck-2d",
  title: "Ornstein–Uhlenbeck in the plane, and its rivals",
  summary:
    "The learned operator, the operator refined, networks trained anew in every step, particles, finite volumes and exact solutions in one table: error against the equation, seconds, and after how many trajectories training has paid for itself. " +
    "`l2e evaluate <checkpoint> --pipeline compare-fokker-planck-2d` holds an operator that is trained already against the same rivals.",
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
  evaluations: () => [
    fokkerPlanckRivals({ stiffness: 1, diffusion: 1 }),
    speedSuite([productSteps({ stiffness: 1, diffusion: 1 })]),
  ],
  expected: {},
});
