/**
 * Systems: flows, exact solutions, explicit baselines.
 *
 * @packageDocumentation
 */

export { newtonianEllipses, type SemiAxes } from "../systems/aggregation/ellipses.ts";
export { aggregation } from "../systems/aggregation/flow.ts";
export {
  type QuarticMoments,
  quarticFlow,
  quarticMoments,
  quarticMove,
  quarticRadius,
  quarticStep,
  quarticVelocity,
} from "../systems/aggregation/quartic.ts";
export {
  type AggregationDiffusionVolumes,
  aggregationDiffusionVolumes,
  type VolumesFrame,
} from "../systems/aggregationDiffusion/finiteVolumes.ts";
export { eulerMaruyama, eulerMaruyamaSolver } from "../systems/fokkerPlanck/eulerMaruyama.ts";
export {
  type DensityFrame,
  type FiniteVolumes,
  finiteVolumes,
} from "../systems/fokkerPlanck/finiteVolumes.ts";
export { fokkerPlanck } from "../systems/fokkerPlanck/flow.ts";
export {
  type GaussianStep,
  type OrnsteinUhlenbeck,
  ornsteinUhlenbeck,
} from "../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
export { probabilityFlow } from "../systems/fokkerPlanck/probabilityFlow.ts";
export {
  type GaussianProblem,
  type GaussianState,
  gaussianEulerSolver,
  gaussianJkoSolver,
} from "../systems/fokkerPlanck/solvers.ts";
export { kellerSegel } from "../systems/kellerSegel/flow.ts";
export { type Branch, equilibriumBranches } from "../systems/kuramoto/branches.ts";
export {
  type DaidoModel,
  type Equilibrium,
  type OrderParameters,
  reducedFreeEnergy,
  settledState,
  uniformState,
} from "../systems/kuramoto/equilibria.ts";
export { kuramotoFlow } from "../systems/kuramoto/flow.ts";
export { type OscillatorScheme, oscillatorSolver } from "../systems/kuramoto/oscillators.ts";
export {
  densityAt,
  type FourierDensity,
  orderOf,
  type SpectralEquation,
  spectralEquation,
  spectralFreeEnergy,
} from "../systems/kuramoto/spectral.ts";
export { type RelaxationRates, relaxationRates } from "../systems/kuramoto/spectrum.ts";
export {
  criticalCoupling,
  lastDiscontinuousHarmonic,
  linearThreshold,
  tricriticalHarmonic,
} from "../systems/kuramoto/thresholds.ts";
export { landauAffineJkoSolver, landauAffineScoreSolver } from "../systems/landau/affine.ts";
export { landauAffineJkoField, landauAffineScoreField } from "../systems/landau/affineFields.ts";
export { type BkwSolution, bkwSolution } from "../systems/landau/bkw.ts";
export type { BkwDensity } from "../systems/landau/bkwDensity.ts";
export { type LandauBlobState, landauBlobSolver, landauBlobWidth } from "../systems/landau/blob.ts";
export { exactScoreSolver, type ScoredMeasure } from "../systems/landau/exactScore.ts";
export { landau } from "../systems/landau/flow.ts";
export { maxwellFourthMoment } from "../systems/landau/fourthMoment.ts";
export { maxwellCovariance, maxwellCovarianceRate, maxwellian } from "../systems/landau/moments.ts";
export {
  anisotropicProblem,
  biMaxwellianProblem,
  type LandauProblem,
  rosenbluthProblem,
} from "../systems/landau/problems.ts";
export {
  type BarenblattConstants,
  type BarenblattSystem,
  barenblattSystem,
} from "../systems/porousMedium/barenblatt.ts";
export { porousMedium } from "../systems/porousMedium/flow.ts";
export { type BandwidthRule, medianBandwidth } from "../systems/svgd/bandwidth.ts";
export { steinFlow } from "../systems/svgd/flow.ts";
export { type SteinJkoOptions, steinJkoSolver } from "../systems/svgd/jkoSolver.ts";
export type { Fluxes, LineCells, SteinEquation, SteinFrame, SteinLine } from "../systems/svgd/lineGrid.ts";
export { steinLocalLimit } from "../systems/svgd/localLimit.ts";
export { steinMeanField } from "../systems/svgd/meanField.ts";
export { svgdSolver } from "../systems/svgd/solver.ts";
export { steinLocalSpectrum, steinSpectrum } from "../systems/svgd/spectrum.ts";
export { type ScaledVelocity, svgdVelocity } from "../systems/svgd/velocity.ts";
