/** @file Pipelines in their smallest preset, and what must hold there. */

/** Bounds that even ten iterations of a small network keep: structure does not depend on training. */
const structure = {
  "dissipation.folded": 0,
  "dissipation.steadyMotion": 1e-5,
};

/** Every pipeline that is run by `smoke.test.ts`, with bounds of some of its metrics. */
export const smokeRuns = [
  { name: "fokker-planck-1d", bounds: { ...structure, "gaussians.operator.uvp.1.median": 0.5 } },
  { name: "fokker-planck-2d", bounds: { ...structure, "gaussians.operator.uvp.1.median": 0.5 } },
  { name: "double-well-1d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.02 } },
  { name: "four-wells-2d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.02 } },
  { name: "double-well-2d", bounds: { ...structure, "equilibrium.freeEnergyTimeError.max": 0.05 } },
  { name: "porous-medium-1d", bounds: { "dissipation.folded": 0 } },
  { name: "aggregation-1d", bounds: { "dissipation.folded": 0, "line.drift": 1e-6 } },
  { name: "fokker-planck-nd", bounds: { ...structure, "gaussians.operator.uvp.1.median": 0.5 } },
  {
    name: "any-exponent-2d",
    bounds: { "dissipation.folded": 0, "exponent2.5.barenblatt.operator.uvp.1.median": 0.1 },
  },
  { name: "any-tau-2d", bounds: { ...structure, "tau0.05.gaussians.operator.uvp.1.median": 0.1 } },
  { name: "porous-medium-2d", bounds: { "barenblatt.folded": 0, "barenblatt.operator.uvp.1.median": 0.5 } },
  {
    name: "aggregation-2d",
    bounds: { "ellipses.folded": 0, "ellipses.drift": 1e-6, "ellipses.operator.uvp.1.median": 0.05 },
  },
  {
    name: "aggregation-quartic-2d",
    bounds: { "quartic.folded": 0, "quartic.drift": 1e-6, "quartic.operator.uvp.1.median": 1 },
  },
  { name: "keller-segel-2d", bounds: { "secondMoment.folded": 0, "secondMoment.step.1": 10 } },
  {
    name: "compare-fokker-planck-2d",
    bounds: { "rivals.exactChain.flow.max": 0.5, "rivals.perStepWarm.chain.max": 5 },
  },
  {
    name: "compare-porous-medium-2d",
    bounds: { "rivals.operator.chain.max": 1, "rivals.blob.flow.max": 20 },
  },
  {
    name: "compare-aggregation-2d",
    bounds: { "rivals.operator.chain.max": 1, "rivals.particles.flow.max": 1 },
  },
  { name: "kinetic-gaussian-1d", bounds: { "time.closed.rises": 0, "order.closed.rms.0.2": 0.15 } },
  { name: "kinetic-gaussian-3d", bounds: { "time.closed.rises": 0, "order.closed.rms.0.2": 0.3 } },
  { name: "kinetic-equilibrium", bounds: { "relaxation.rises": 0, "relaxation.jko.klEnd": 2.3 } },
  { name: "kinetic-periodic", bounds: { "relaxation.rises": 0, "relaxation.jko.klEnd": 0.74 } },
  { name: "kinetic-3d", bounds: { "relaxation.rises": 0, "relaxation.jko.klEnd": 1.45 } },
  {
    name: "vlasov-poisson-weak",
    bounds: { "growth.error": 0.1, "weak.tuned.folded": 0, "moderate.tuned.fieldError": 0.02 },
  },
  { name: "vlasov-poisson-strong", bounds: { "strong.tuned.folded": 0, "strong.tuned.largestRise": 1e-3 } },
  { name: "vlasov-poisson-1d3v", bounds: { "strong.tuned.folded": 0, "strong.tuned.acrossError": 0.1 } },
  { name: "vlasov-ampere", bounds: { "ampere.gauss": 1e-12, "ampere.violating.largestRise": 1e-3 } },
  {
    name: "kinetic-operator",
    bounds: { "kineticOperator.folded": 0, "kineticOperator.operator.mean.max": 2 },
  },
  {
    name: "kinetic-rivals",
    bounds: { "kineticRivals.langevin.distance": 1, "kineticRivals.jkoExact.kl": 0.05 },
  },
  {
    name: "landau-operator",
    bounds: { "landauOperator.operator.momentum.max": 1e-14, "landauOperator.operator.energy.max": 1e-14 },
  },
  { name: "landau-bkw-2d", bounds: { "bkw.oracle.rises": 0, "bkw.linear.heatMismatch": 1e-12 } },
  {
    name: "landau-anisotropic-10d",
    bounds: { "covariance.jko.ownEnd.200": 0.02, "covariance.jkoOverScore.200": 0.6 },
  },
  { name: "landau-large-steps", bounds: { "large.exact.growth.4.160": 1, "large.exact.folds.4.160": 0 } },
  { name: "landau-bkw-3d", bounds: { "bkw3d.exact.rises": 0, "bkw3d.exact.heatMismatch": 1e-12 } },
  {
    name: "landau-bimaxwellian-2d",
    bounds: { "biMaxwellian.exact.rises": 0, "biMaxwellian.exact.besideBlob.0.6": 0.05 },
  },
  {
    name: "landau-rosenbluth-3d",
    bounds: { "rosenbluth.exact.rises": 0, "rosenbluth.exact.momentum": 1e-12 },
  },
  {
    name: "kuramoto-operator",
    bounds: { "kuramotoOperator.folded": 0, "kuramotoOperator.operator.final.max": 0.05 },
  },
  { name: "kuramoto", bounds: { "relaxation.network.rises": 0, "hysteresis.fold": 0.95 } },
  { name: "svgd-1d", bounds: { "line.identity": 5e-3, "line.particles.gradients": 0 } },
  { name: "svgd-2d", bounds: { "targets.mixture.jko.rises": 0, "many.rises": 0 } },
  {
    name: "polchinski-phi4",
    bounds: { "scalar.network.varianceError.0.2": 0.05, "ring.network.folded": 0 },
  },
  { name: "per-step-fokker-planck-2d", bounds: { "comparison.perStep.uvp.1.median": 0.5 } },
] as const;
