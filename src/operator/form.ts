/** @file The seam of the operator: its shape, and what a form must say of itself to be trained, rolled out and exported. */

import type * as tf from "@tensorflow/tfjs";
import type { CloudTensors } from "../energies/energy.ts";
import type { GradientFlow } from "../jko/flow.ts";
import type { Dual } from "../networks/dual.ts";
import type { ParameterSpecs, Parameters } from "../networks/parameters.ts";

/** The operator's shape as plain data, which settings ask for and checkpoints keep; everything else about it is learned. */
export interface ArchitectureSizes {
  readonly dimension: number;
  /** How many numbers describe a point: two on a circle; the dimension where this is left out. */
  readonly chart?: number;
  /** Kernel widths `h`, in units of the cloud's RMS radius a coordinate. Below 0.2 the map folds in the tails. */
  readonly widths: readonly number[];
  /** Ridge `ε` of the local regression; 0.1 instead of 0.02 doubles the errors. */
  readonly ridge: number;
  /** Neurons of each hidden layer. */
  readonly hidden: number;
  /** Length of the code that describes the whole density. */
  readonly code: number;
  /** Spread of the chemical potential, in its unit, at which the learned part of the gates counts half; that of `defaultTrust` where it is left out. */
  readonly trustedSpread?: number;
  /**
   * Share of the chemical potential that no global function explains at which the learned part of the gates counts half; that of `defaultTrust` where it
   * is left out. Where nothing is left the linearly implicit step is all but exact, as on Gaussians in a quadratic potential. With 0 they count however
   * little is left, and so they do under an interaction, of which the implicit step does not know the Hessian, and in other metrics.
   */
  readonly trustedShare?: number;
  /** Parameters of the flow of which the network is told the logarithm: those that vary in training; none without. */
  readonly conditions?: readonly string[];
}

/** What of its gates an operator trusts where its sizes do not say. */
export const defaultTrust = { trustedSpread: 0.03, trustedShare: 0.01 } as const;

/** The operator's shape, and how it is put together. */
export interface Architecture extends ArchitectureSizes {
  /** How a density and a point become a field; gated slopes of the chemical potential where it is left out. */
  readonly form?: OperatorForm;
}

/** Parameters of the flow that vary from density to density, `[B, 1]` each. */
export type Conditions = { readonly [name: string]: tf.Tensor2D };

/** A batch of densities as the operator is given them. */
export interface DensityInputs {
  readonly parameters: Parameters;
  /** Particles that describe the densities. */
  readonly context: CloudTensors;
  /** One JKO step a density, `[B, 1]`; that of the flow where it is left out. */
  readonly tau?: tf.Tensor2D;
  /** The flow's parameters for each density, by the names in the architecture; none where they do not vary. */
  readonly conditions?: Conditions;
}

/** What a form keeps of a density: computed once a step, and read for every query. */
export type DensityEncoding = { readonly [name: string]: tf.Tensor | DensityEncoding };

/**
 * An architecture of the operator: from the particles of a density to the field `w` whose push `T = id + τ 𝓑[w]` is its JKO step. Everything
 * around it, objective, rounds, roll-outs, exports, is the same for all forms.
 */
export interface OperatorForm<Encoded extends DensityEncoding = DensityEncoding> {
  /** Compiled programs are found again by the JSON of the architecture, of which a form leaves its data: no two forms may share a name. */
  readonly name: string;
  /** Names, shapes and initial values of what is learned. */
  parameters(architecture: Architecture): ParameterSpecs;
  /** A density before it is asked about a point. It must not depend on the order of the context. */
  encode(flow: GradientFlow, architecture: Architecture, inputs: DensityInputs): Encoded;
  /** The field at `queries`, `[B, Q, d]`, along the coordinates that the mobility moves, with its exact Jacobian. */
  field(
    flow: GradientFlow,
    architecture: Architecture,
    inputs: {
      readonly parameters: Parameters;
      readonly encoding: Encoded;
      readonly queries: tf.Tensor3D;
    },
  ): Dual;
}
