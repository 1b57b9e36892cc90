/**
 * By what pipelines are evaluated.
 *
 * @packageDocumentation
 */

export { atConditions } from "../pipeline/evaluations/atConditions.ts";
export { barenblattLaw } from "../pipeline/evaluations/barenblatt.ts";
export { type ComparisonOptions, comparisonSuite } from "../pipeline/evaluations/comparison.ts";
export { contextSuite } from "../pipeline/evaluations/contextSize.ts";
export { dissipationSuite } from "../pipeline/evaluations/dissipation.ts";
export { ellipseLaw } from "../pipeline/evaluations/ellipses.ts";
export { type EquilibriumOptions, equilibriumSuite } from "../pipeline/evaluations/equilibrium.ts";
export { gaussianLaw } from "../pipeline/evaluations/gaussians.ts";
export type { KineticGaussianLaw } from "../pipeline/evaluations/kinetic/course.ts";
export type { KineticNetwork } from "../pipeline/evaluations/kinetic/networks.ts";
export {
  type KineticOperatorOptions,
  kineticOperatorLaw,
} from "../pipeline/evaluations/kinetic/operatorLaw.ts";
export { type DriftOrderOptions, driftOrderSuite } from "../pipeline/evaluations/kinetic/order.ts";
export { type DriftTimeOptions, driftTimeSuite } from "../pipeline/evaluations/kinetic/overTime.ts";
export { type RelaxationOptions, relaxationSuite } from "../pipeline/evaluations/kinetic/relaxation.ts";
export { type KineticRivalsOptions, kineticRivalsSuite } from "../pipeline/evaluations/kinetic/rivals.ts";
export {
  barenblattSteps,
  ellipseSteps,
  gaussianSteps,
  type KnownStep,
  type KnownSteps,
  productSteps,
} from "../pipeline/evaluations/knownSteps.ts";
export {
  type KuramotoOperatorOptions,
  kuramotoOperatorLaw,
} from "../pipeline/evaluations/kuramoto/operatorLaw.ts";
export { kuramotoOrder, type OrderOptions } from "../pipeline/evaluations/kuramoto/order.ts";
export {
  type CircleRelaxationOptions,
  kuramotoRelaxation,
} from "../pipeline/evaluations/kuramoto/relaxation.ts";
export { kuramotoStates, type StatesOptions } from "../pipeline/evaluations/kuramoto/states.ts";
export { type CovarianceOptions, covarianceSuite } from "../pipeline/evaluations/landau/covariance.ts";
export type { DensityWindow } from "../pipeline/evaluations/landau/densities.ts";
export { type LargeStepOptions, largeStepSuite } from "../pipeline/evaluations/landau/largeSteps.ts";
export type { LandauLaw } from "../pipeline/evaluations/landau/law.ts";
export {
  type LandauMethod,
  type LandauNetwork,
  landauBlob,
  landauNetworkMethods,
  landauOracle,
} from "../pipeline/evaluations/landau/methods.ts";
export { type LandauOperatorOptions, landauOperatorLaw } from "../pipeline/evaluations/landau/operatorLaw.ts";
export { type LandauTimeOptions, landauTimeSuite } from "../pipeline/evaluations/landau/overTime.ts";
export { type QuantileLawOptions, quantileLaw } from "../pipeline/evaluations/line.ts";
export { mergingBumps } from "../pipeline/evaluations/merging.ts";
export { type AmpereOptions, ampereSuite } from "../pipeline/evaluations/plasma/ampere.ts";
export { type GrowthOptions, growthSuite } from "../pipeline/evaluations/plasma/growth.ts";
export { plasmaTuned, plasmaUsual } from "../pipeline/evaluations/plasma/networks.ts";
export { type StreamOptions, streamSuite } from "../pipeline/evaluations/plasma/streams.ts";
export {
  type PolchinskiOrderOptions,
  polchinskiOrderSuite,
} from "../pipeline/evaluations/polchinski/order.ts";
export { polchinskiRingSuite, type RingPolchinskiOptions } from "../pipeline/evaluations/polchinski/ring.ts";
export {
  polchinskiScalarSuite,
  type ScalarPolchinskiOptions,
} from "../pipeline/evaluations/polchinski/scalar.ts";
export { productLaw } from "../pipeline/evaluations/products.ts";
export { quarticLaw } from "../pipeline/evaluations/quartic.ts";
export {
  aggregationRivals,
  fokkerPlanckRivals,
  porousMediumRivals,
} from "../pipeline/evaluations/rivalLaws.ts";
export { secondMomentLaw } from "../pipeline/evaluations/secondMoment.ts";
export { speedSuite } from "../pipeline/evaluations/speed.ts";
export { stationarySuite } from "../pipeline/evaluations/stationary.ts";
export { type SteinLineOptions, steinLineSuite } from "../pipeline/evaluations/stein/line.ts";
export { type ManyParticlesOptions, manyParticlesSuite } from "../pipeline/evaluations/stein/many.ts";
export {
  type SteinMethod,
  type SteinTarget,
  type SteinTargetsOptions,
  steinTargetsSuite,
} from "../pipeline/evaluations/stein/targets.ts";
export type { TestFlow } from "../pipeline/evaluations/testSteps.ts";
export { trustSuite } from "../pipeline/evaluations/trust.ts";
