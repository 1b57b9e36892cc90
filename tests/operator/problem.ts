import { quadraticPotential } from "../../src/energies/quadraticPotential.ts";
import { identity } from "../../src/linalg/matrix.ts";
import { gaussianMixtureFamily } from "../../src/measures/families/gaussianMixtureFamily.ts";
import { fokkerPlanck } from "../../src/systems/fokkerPlanck/flow.ts";

/** A small Ornstein–Uhlenbeck problem: seconds to train on. */
export function smallProblem(dimension: number) {
  return {
    flow: fokkerPlanck({
      dimension,
      potential: quadraticPotential({ matrix: identity(dimension) }),
      diffusion: 1,
      tau: 0.1,
    }),
    family: gaussianMixtureFamily({ dimension, components: [1, 2], reach: 2, deviations: [0.3, 0.8] }),
    architecture: { dimension, widths: [0.25, 0.5, 1], ridge: 0.02, hidden: 12, code: 8 },
  };
}
