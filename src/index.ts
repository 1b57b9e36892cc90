/**
 * Learn-to-Evolve: learned JKO operators for Wasserstein gradient flows, per-step solvers and exact solutions.
 *
 * @packageDocumentation
 */

// Foundations: rejecting input, keys that split, small dense algebra.
export { InputError } from "./check/check.ts";
// Data, pipelines, evaluations.
export { openDataset } from "./datasets/dataset.ts";
// Measures: densities that can be sampled and evaluated.
export {
  type PotentialFunction,
  type ScalarFunction,
  type SeparablePotential,
  separablePotential,
} from "./domains/potentialFunction.ts";
// Energies and mobilities: what a flow goes down in, and how.
export { doubleWellPotential } from "./energies/doubleWellPotential.ts";
export { type CloudTensors, type Energy, evaluateEnergy, type Potential } from "./energies/energy.ts";
export { freeEnergy } from "./energies/freeEnergy.ts";
export { quadraticPotential } from "./energies/quadraticPotential.ts";
// The engine.
export { type NdArray, ndarray, scalar } from "./engine/array.ts";
export { type Engine, type EngineName, openEngine, probeEngines } from "./engine/engine.ts";
// The JKO step: one objective, one contract for solvers, the per-step solver, exact chains.
export type { GradientFlow } from "./jko/flow.ts";
export { jkoObjective, push } from "./jko/objective.ts";
export { type PerStepOptions, perStepAdam, perStepDefaults, perStepSolver } from "./jko/perStep.ts";
export { quantileChain } from "./jko/quantileChain.ts";
export { rotatedProductChain } from "./jko/quantileProduct.ts";
export { type Frame, rollout, type Solver, type SolverStep, type StepInfo } from "./jko/solver.ts";
export { diagonal, identity, type Matrix, matmul, type Vector } from "./linalg/matrix.ts";
export { type Cloud, type Floats, sampleCloud } from "./measures/cloud.ts";
export { type Family, gaussianMixtureFamily } from "./measures/family.ts";
export { type Gaussian, type GaussianParameters, gaussian } from "./measures/gaussian.ts";
export { gibbs } from "./measures/gibbs.ts";
export { type KernelDensity, kernelDensity } from "./measures/kernelDensity.ts";
export type { LineMeasure, Measure } from "./measures/measure.ts";
export { type GaussianMixture, gaussianMixture } from "./measures/mixture.ts";
export { type RotatedProduct, rotatedProduct } from "./measures/rotatedProduct.ts";
// Metrics.
export { klFromLogDensities } from "./metrics/divergence.ts";
export { relativeDisplacementError, unexplainedVariance } from "./metrics/mapError.ts";
export { estimate, moments, observedOrder, pairedDifference } from "./metrics/statistics.ts";
export { wasserstein1d, wassersteinGaussian } from "./metrics/wasserstein.ts";
export { observedFokkerPlanckStep, virialResidual, weakResidual } from "./metrics/weakResidual.ts";
export { type Mobility, wasserstein } from "./mobilities/mobility.ts";
// The learned operator.
export type { Dual } from "./networks/dual.ts";
export { type Architecture, operatorField } from "./operator/map.ts";
export { type TrainingState, trainOperator } from "./operator/rounds.ts";
export { type OperatorModel, operatorSolver } from "./operator/solver.ts";
// Optimisers.
export { adam, adamRate, cosineSchedule } from "./optimizers/adam.ts";
export { lbfgs } from "./optimizers/lbfgs.ts";
export {
  definePipeline,
  type Evaluation,
  type EvaluationContext,
  type Findings,
  type PipelineDefinition,
  type Problem,
} from "./pipeline/definition.ts";
export { comparisonSuite } from "./pipeline/evaluations/comparison.ts";
export { dissipationSuite } from "./pipeline/evaluations/dissipation.ts";
export { equilibriumSuite } from "./pipeline/evaluations/equilibrium.ts";
export { gaussianLaw } from "./pipeline/evaluations/gaussians.ts";
export { productLaw } from "./pipeline/evaluations/products.ts";
export { speedSuite } from "./pipeline/evaluations/speed.ts";
export { loadOperator } from "./pipeline/model.ts";
export { categorical, normals, permutation, uniforms } from "./random/draw.ts";
export { foldIn, type Key, keyFrom, split } from "./random/key.ts";
export { randomRotation } from "./random/rotation.ts";
export { renderReport } from "./report/report.ts";
// Systems.
export { eulerMaruyama } from "./systems/fokkerPlanck/eulerMaruyama.ts";
export { finiteVolumes } from "./systems/fokkerPlanck/finiteVolumes.ts";
export { fokkerPlanck } from "./systems/fokkerPlanck/flow.ts";
export { type OrnsteinUhlenbeck, ornsteinUhlenbeck } from "./systems/fokkerPlanck/ornsteinUhlenbeck.ts";
export { probabilityFlow } from "./systems/fokkerPlanck/probabilityFlow.ts";
export { gaussianEulerSolver, gaussianJkoSolver } from "./systems/fokkerPlanck/solvers.ts";
