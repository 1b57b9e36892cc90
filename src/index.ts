/**
 * Learn-to-Evolve: learned JKO operators for Wasserstein gradient flows, per-step solvers and exact solutions.
 *
 * @packageDocumentation
 */

// Foundations: keys that split, rejecting input, small dense algebra.
export { categorical, normals, permutation, uniforms } from "./random/draw.ts";
export { foldIn, type Key, keyFrom, split } from "./random/key.ts";
export { randomRotation } from "./random/rotation.ts";
export { InputError } from "./check/check.ts";
export { gaussHermite, type NormalQuadrature } from "./linalg/gaussHermite.ts";
export { diagonal, identity, type Matrix, matmul, type Vector } from "./linalg/matrix.ts";

// Domains: potentials as plain functions, boxes cut into cells.
export {
  type PotentialFunction,
  type ScalarFunction,
  type SeparablePotential,
  separablePotential,
} from "./domains/potentialFunction.ts";
export { type Coordinates, type PhaseSpace, phaseSpace, type Torus } from "./domains/phaseSpace.ts";
export type { GridAxis } from "./domains/grid.ts";
export {
  gaussianKernel,
  inverseMultiquadricKernel,
  type KernelKind,
  type KernelOptions,
  laplaceKernel,
  maternKernel,
  type RadialKernel,
  withBandwidth,
} from "./domains/radialKernel.ts";

// Measures: densities that can be sampled and evaluated.
export type { LineMeasure, Measure } from "./measures/measure.ts";
export type { AffineMap } from "./measures/affineMap.ts";
export { type Banana, type BananaParameters, banana } from "./measures/banana.ts";
export { barenblatt } from "./measures/barenblatt.ts";
export { type Cloud, type Floats, quantileCloud, sampleCloud } from "./measures/cloud.ts";
export { cosineCircle } from "./measures/cosineCircle.ts";
export { type Ellipsoid, type EllipsoidParameters, ellipsoid } from "./measures/ellipsoid.ts";
export type { Family } from "./measures/family.ts";
export { type BumpPowers, bumpFamily } from "./measures/families/bumpFamily.ts";
export { ellipticMixtureFamily } from "./measures/families/ellipticMixtureFamily.ts";
export { gaussianMixtureFamily } from "./measures/families/gaussianMixtureFamily.ts";
export { quietFamily } from "./measures/families/quietFamily.ts";
export { trigonometricMixtureFamily } from "./measures/families/trigonometricMixtureFamily.ts";
export { singletonFamily } from "./measures/families/singletonFamily.ts";
export { mixedFamily } from "./measures/families/mixedFamily.ts";
export { type Gaussian, type GaussianParameters, gaussian } from "./measures/gaussian.ts";
export { type GaussianMixture, gaussianMixture } from "./measures/mixture.ts";
export { gibbs } from "./measures/gibbs.ts";
export { type ChainSamples, hamiltonianMonteCarlo } from "./measures/hamiltonianMonteCarlo.ts";
export { type KernelDensity, kernelDensity } from "./measures/kernelDensity.ts";
export { quietStart } from "./measures/quietStart.ts";
export { type Ring, type RingParameters, ring } from "./measures/ring.ts";
export { type RotatedProduct, rotatedProduct } from "./measures/rotatedProduct.ts";
export { type Shell, type ShellParameters, shell } from "./measures/shell.ts";
export { smoothBox } from "./measures/smoothBox.ts";
export { type SpiralOptions, spiral } from "./measures/spiral.ts";
export { tabulatedLine } from "./measures/tabulatedLine.ts";
export {
  type TrigonometricComponent,
  type TrigonometricMixture,
  trigonometricMixture,
} from "./measures/trigonometricMixture.ts";
export { type Superposition, superposition } from "./measures/superposition.ts";

// Energies and mobilities: what a flow goes down in, and how.
export {
  type CloudTensors,
  type Energy,
  evaluateEnergy,
  type Potential,
  type TermSpec,
} from "./energies/energy.ts";
export { type Convexity, convexityOf } from "./energies/convexity.ts";
export { freeEnergy } from "./energies/freeEnergy.ts";
export type { Coefficient } from "./energies/coefficient.ts";
export { entropy, type InternalEnergy, powerEnergy } from "./energies/internalEnergy.ts";
export type { FieldMoments, Interaction, SmoothField } from "./energies/interaction.ts";
export { type PowerTerm, powerInteraction } from "./energies/powerInteraction.ts";
export { type Harmonic, trigonometricInteraction } from "./energies/trigonometricInteraction.ts";
export type { CloudMoments } from "./energies/powerMoments.ts";
export { doubleWellPotential } from "./energies/doubleWellPotential.ts";
export { ripplePotential } from "./energies/ripplePotential.ts";
export { hamiltonian } from "./energies/hamiltonian.ts";
export { modePotential } from "./energies/modePotential.ts";
export { bananaPotential } from "./energies/bananaPotential.ts";
export { mixturePotential } from "./energies/mixturePotential.ts";
export { quadraticPotential } from "./energies/quadraticPotential.ts";
export { kineticMobility } from "./mobilities/kinetic.ts";
export { type LandauMobility, landauMobility } from "./mobilities/landau.ts";
export { type LinearMobility, linearMobility } from "./mobilities/linear.ts";
export type { LandauKernel } from "./mobilities/landauKernel.ts";
export { type FieldArrays, type Mobility, wasserstein } from "./mobilities/mobility.ts";
export { type RandomBatches, randomBatches } from "./mobilities/randomBatches.ts";
export {
  type SpecialWeight,
  type SteinGram,
  type SteinMobility,
  steinGram,
  steinMobility,
} from "./mobilities/stein.ts";

// Conservative parts of flows.
export type { Conservative } from "./conservative/conservative.ts";
export { type SymplecticScheme, symplecticMotion } from "./conservative/symplectic.ts";
export type { PeriodicCells } from "./conservative/periodicCells.ts";
export type { Plasma, PlasmaFields, PlasmaOptions } from "./conservative/particleInCell.ts";
export type { GaussScheme } from "./conservative/gauss.ts";
export { vlasovPoisson } from "./conservative/vlasovPoisson.ts";
export { type AmpereFields, vlasovAmpere } from "./conservative/vlasovAmpere.ts";

// The JKO step: one objective, one contract for solvers, the per-step solver, exact chains.
export {
  conditioned,
  flowFamily,
  type GradientFlow,
  gradientFlow,
  inStepsOf,
  later,
  movedCoordinates,
  wassersteinFlow,
} from "./jko/flow.ts";
export { jkoObjective, type MovedCloud, push } from "./jko/objective.ts";
export { type ErrorBar, errorBar, type NoErrorBar } from "./jko/errorBar.ts";
export { type Blobs, blobDensity, blobEnergy, blobSolver, blobVelocity } from "./jko/blob.ts";
export { type GridScheme, type GridState, gridSolver } from "./jko/gridSolver.ts";
export { type RefinedOptions, type RefinedOutcome, type RefinedState, refinedSolver } from "./jko/refined.ts";
export { type AdaptiveOptions, type AdaptiveOutcome, adaptiveSolver } from "./jko/adaptive.ts";
export { type GlobalState, globalExtrapolation, localExtrapolation } from "./jko/richardson.ts";
export { observeStep } from "./jko/optimality.ts";
export { type Frame, rollout, type Solver, type SolverStep, type StepInfo } from "./jko/solver.ts";
export { type PerStepState, perStepSolver } from "./jko/perStep.ts";
export {
  type InitialField,
  type PerStepOptions,
  type PerStepTarget,
  perStepAdam,
  perStepDefaults,
  perStepUsual,
} from "./jko/perStepSettings.ts";
export type { PerStepLoss } from "./jko/perStepLoss.ts";
export type { FieldNetwork } from "./jko/perStepField.ts";
export type { AdamSettings, LbfgsSettings, PerStepOptimizer } from "./jko/perStepMinimisers.ts";
export {
  type ImageOfPoints,
  type QuantileChain,
  type QuantileChainOptions,
  quantileChain,
} from "./jko/quantileChain.ts";
export { type LineQuantileState, lineQuantileSolver } from "./jko/lineQuantile.ts";
export { circleQuantileSolver } from "./jko/circleQuantile.ts";
export { lineEnergy } from "./jko/lineEnergy.ts";
export type { QuantileEnergy } from "./jko/quantileEnergy.ts";
export {
  barenblattLabels,
  normalLabels,
  type QuantileLabels,
  referenceLabels,
  type Side,
  smoothedLabels,
} from "./jko/quantileLabels.ts";
export { type RotatedProductChain, rotatedProductChain } from "./jko/quantileProduct.ts";

// Networks and optimisers.
export type { Activation } from "./networks/activations.ts";
export type { Dual } from "./networks/dual.ts";
export type { ParameterSpec, ParameterSpecs, Parameters } from "./networks/parameters.ts";
export { type AdamOptions, type AdamState, adam, adamRate, cosineSchedule } from "./optimizers/adam.ts";
export { type LbfgsIterate, type LbfgsOptions, lbfgs } from "./optimizers/lbfgs.ts";
export type { Objective } from "./optimizers/lineSearch.ts";

// The learned operator.
export type {
  Architecture,
  Conditions,
  DensityEncoding,
  DensityInputs,
  OperatorForm,
} from "./operator/form.ts";
export { operatorField } from "./operator/map.ts";
export {
  type GradientsOf,
  type LossGradient,
  localReducer,
  type MicroBatches,
  meanInOrder,
  type Reducer,
} from "./operator/microBatches.ts";
export type { Ranges } from "./operator/pool.ts";
export {
  type TrainingJob,
  type TrainingObserver,
  type TrainingSettings,
  type TrainingState,
  type WithinRound,
  trainOperator,
} from "./operator/rounds.ts";
export {
  type OperatorModel,
  type OperatorSolverOptions,
  type Piece,
  type OperatorState,
  operatorSolver,
} from "./operator/solver.ts";

// Systems: flows, exact solutions, explicit baselines.
export * from "./exports/systems.ts";

export { type CollisionOptions, collisions, kineticFokkerPlanck } from "./systems/kinetic/flow.ts";
export {
  type PlasmaFlow,
  vlasovAmpereFokkerPlanck,
  vlasovPoissonFokkerPlanck,
} from "./systems/kinetic/vlasov.ts";
export { type TwoStreamOptions, twoStream } from "./systems/kinetic/twoStream.ts";
export { type FieldNoise, fieldNoise } from "./systems/kinetic/fieldNoise.ts";
export { exactCollisionStep } from "./systems/kinetic/exactStep.ts";
export {
  type KineticEquation,
  scoreTransportSolver,
  type TrajectoryState,
  velocityMatchingSolver,
} from "./systems/kinetic/endToEnd.ts";
export type { TrajectoryField, TrajectoryTraining } from "./systems/kinetic/trajectoryField.ts";
export { type CollisionConstants, collisionConstants } from "./systems/kinetic/constants.ts";
export {
  type AffineField,
  affineJkoSolver,
  affineMinimiser,
  affineScoreField,
  affineScoreSolver,
} from "./systems/kinetic/affine.ts";
export { kineticEquilibrium } from "./systems/kinetic/equilibrium.ts";
export {
  kickSolver,
  langevin,
  type LangevinState,
  langevinSolver,
  velocityKick,
} from "./systems/kinetic/langevin.ts";
export { type KineticGaussians, kineticGaussians } from "./systems/kinetic/gaussianMoments.ts";
export { dielectric, dispersionRoot, fastestWave, type PlasmaWave } from "./systems/kinetic/dispersion.ts";
export { type Complex, plasmaDispersion } from "./systems/kinetic/plasmaDispersion.ts";

export { affineFlowSolver, affineStep, affineStepMoments } from "./systems/polchinski/affine.ts";
export { polchinski } from "./systems/polchinski/flow.ts";
export { type LatticeField, logNormaliser, phi4Ring, twoPointFunction } from "./systems/polchinski/phi4.ts";
export {
  polchinskiRate,
  recoveredPotential,
  renormalisedPotential,
} from "./systems/polchinski/renormalised.ts";
export {
  type CovarianceSchedule,
  heatKernelSchedule,
  linearSchedule,
  pauliVillarsSchedule,
} from "./systems/polchinski/schedules.ts";
export {
  polchinskiTransition,
  sampleTransition,
  type Transition,
  transitionFourthMoment,
  transitionMoments,
} from "./systems/polchinski/transition.ts";

// Metrics.
export { effectiveSampleSize, splitRhat } from "./metrics/chains.ts";
export { kernelDensityOnGrid, relativeGridError } from "./metrics/kernelGrid.ts";
export { slicedSquaredDistance, wasserstein1d, wassersteinGaussian } from "./metrics/wasserstein.ts";
export { klFromLogDensities, klWithControl } from "./metrics/divergence.ts";
export { relativeDisplacementError, unexplainedVariance } from "./metrics/mapError.ts";
export { type Decay, exponentialDecay } from "./metrics/decay.ts";
export { meanDiscrepancy, steinDiscrepancy } from "./metrics/kernelDiscrepancy.ts";
export { modeOccupancy } from "./metrics/occupancy.ts";
export { type Bins, histogramDivergence, totalVariation } from "./metrics/histograms.ts";
export { type Estimate, estimate, moments, observedOrder, pairedDifference } from "./metrics/statistics.ts";
export {
  type ObservedStep,
  virialResidual,
  type WeakResidual,
  weakResidual,
} from "./metrics/weakResidual.ts";

// The engine.
export { type Buffer, type NdArray, ndarray, scalar } from "./engine/array.ts";
export type { CompilationStatistics, Compiled, JitOptions } from "./engine/compiled.ts";
export { type Engine, type EngineName, openEngine } from "./engine/engine.ts";
export { type EngineProbe, probeEngines } from "./engine/probe.ts";
export { determinant, logDeterminant } from "./engine/logDeterminant.ts";
export { inverse, solve } from "./engine/solve.ts";
export type { Precision } from "./engine/graph/graph.ts";
export type { RuntimeOptions } from "./engine/runtimes.ts";
export type { Arrays, Tree } from "./engine/tree.ts";

// Data and reports.
export {
  type Dataset,
  type DatasetSnapshot,
  openDataset,
  type PartContents,
  partName,
  type SnapshotFilter,
} from "./datasets/dataset.ts";
export type { DatasetManifest, PartEntry } from "./datasets/manifest.ts";
export type { StoredSnapshot } from "./datasets/reader.ts";
export type { Snapshot, SnapshotFormat } from "./datasets/schema.ts";
export type { RowFile, SnapshotPlace, SnapshotRows } from "./datasets/snapshotRows.ts";
export type { Checkpoint } from "./checkpoints/checkpoint.ts";
export type { CheckpointFile, CheckpointManifest, JsonValue } from "./checkpoints/manifest.ts";
export type { HostTensor, HostTensors, TensorData } from "./checkpoints/safetensors.ts";
export type { Extent, Point } from "./report/densityGrid.ts";
export type { AxisSpec, Dash, LineChartSpec, Reference, Series } from "./report/lineChart.ts";
export type { PlayerCloud, PlayerSpec } from "./report/player.ts";
export type { Cell, Role, TableSpec } from "./report/tables.ts";
export { type ReportData, type ReportSection, renderReport } from "./report/report.ts";

// Pipelines and their evaluations.
export * from "./exports/evaluations.ts";
export {
  definePipeline,
  type Evaluation,
  type EvaluationContext,
  type Expectation,
  type Findings,
  type PipelineDefinition,
  type PresetName,
  type Problem,
} from "./pipeline/definition.ts";
export type { Settings, SettingsOverrides } from "./pipeline/settings.ts";
export { type LoadedOperator, loadOperator } from "./pipeline/model.ts";
