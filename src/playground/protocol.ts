/** @file What the playground's page and its worker say to each other, and what the page is given. */

import type { EnergySpec } from "../energies/energyFromSpec.ts";
import type { WebProvider } from "../engine/webModel.ts";

/** The operator in the page, as plain data; the models themselves lie beside it. */
export interface PlaygroundData {
  readonly title: string;
  readonly flow: {
    readonly name: string;
    readonly dimension: number;
    readonly tau: number;
    readonly energy: EnergySpec;
  };
  /** Particles that describe the density to the operator. */
  readonly context: number;
  /** What is shown beside the operator. */
  readonly reference: "exact" | "volumes";
}

/** What the reference is called in the page. */
export const referenceNames = { exact: "exact solution", volumes: "finite volumes" } as const;

/** A mixture of round Gaussians, from which everything in the page starts: its samples and its density are exact. */
export interface InitialDensity {
  readonly weights: readonly number[];
  readonly means: readonly (readonly number[])[];
  readonly deviations: readonly number[];
}

export type ToWorker =
  | {
      readonly kind: "open";
      readonly data: PlaygroundData;
      readonly provider: WebProvider;
      /** Base64 of the raw deflate of `field.onnx`, and of the runtime's WebAssembly. */
      readonly model: string;
      readonly runtime: string;
    }
  | {
      readonly kind: "begin";
      readonly run: number;
      readonly density: InitialDensity;
      readonly particles: number;
      readonly seed: number;
    }
  | { readonly kind: "step"; readonly run: number };

/** Particles of one panel at one moment. */
export interface PanelFrame {
  /** Row-major `[n, 2]`. */
  readonly positions: Float32Array;
  /** `log ρ` at each particle, `[n]`. */
  readonly logDensity: Float32Array;
  /** The free energy, and the standard error of its estimate by these particles. */
  readonly energy: number;
  readonly energyError: number;
}

/** One moment of an evolution. */
export interface PlaygroundFrame {
  readonly run: number;
  readonly step: number;
  readonly time: number;
  readonly learned: PanelFrame;
  /** The solution of the equation at that time. */
  readonly reference: PanelFrame;
  /** Milliseconds that the operator took, the reference left out; 0 at time zero. */
  readonly milliseconds: number;
  /** How much of the time step was made, and in how many pieces. */
  readonly portion: number;
  readonly pieces: number;
}

export type FromWorker =
  | {
      readonly kind: "ready";
      readonly runtime: string;
      /** Milliseconds of one run of the model, on as many points as every run has. */
      readonly milliseconds: number;
      /** The least free energy that there is, where it is known. */
      readonly least?: number;
    }
  | { readonly kind: "frame"; readonly frame: PlaygroundFrame }
  /** `run` is absent where the operator could not be opened at all. */
  | { readonly kind: "failed"; readonly message: string; readonly run?: number };
