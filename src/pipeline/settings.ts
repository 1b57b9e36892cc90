/** @file The settings of a run: one strict schema, the one place of their defaults. */

import { z } from "zod";
import { defaultTrust } from "../operator/form.ts";

const positive = z.number().positive();
const count = z.int().positive();

/** Everything about a run that can be set by a pipeline, a preset or `--set path=value`. */
export const settingsSchema = z.strictObject({
  seed: z.int().nonnegative().default(0).describe("the one seed from which every random stream is derived"),
  tau: positive.describe("JKO step size, in units of time"),
  parameters: z
    .record(z.string(), z.number())
    .default({})
    .describe("numbers of the problem itself; the pipeline says which there are"),
  architecture: z
    .strictObject({
      widths: z
        .array(positive)
        .min(1)
        .default([0.25, 0.5, 1])
        .describe("kernel widths, in RMS radii a coordinate"),
      ridge: positive.default(0.02).describe("ridge of the local regression"),
      hidden: count.default(64).describe("neurons a hidden layer"),
      code: count.default(64).describe("length of the code of a density"),
      trustedSpread: positive
        .default(defaultTrust.trustedSpread)
        .describe(
          "spread of the chemical potential, in its unit, at which the learned part of the gates counts half; below it steps are linearly implicit",
        ),
      trustedShare: z
        .number()
        .nonnegative()
        .default(defaultTrust.trustedShare)
        .describe(
          "share of the chemical potential that a quadratic function and the potential leave unexplained at which the learned part of the gates counts half, for Wasserstein flows without interaction; 0: it counts however little is left",
        ),
    })
    .prefault({}),
  training: z
    .strictObject({
      rounds: count.default(8).describe("generate-then-train alternations"),
      iterations: count.default(100).describe("training iterations a round"),
      densities: count.default(48).describe("new initial densities a round"),
      block: count
        .default(64)
        .describe(
          "densities that are generated together: one part of the dataset, the least work of a shard",
        ),
      particles: count.default(2048).describe("particles a density in the pool"),
      horizon: z
        .int()
        .nonnegative()
        .default(40)
        .describe("longest roll-out that generation makes, in steps; 0 for initial densities alone"),
      firstHorizon: z
        .int()
        .nonnegative()
        .default(0)
        .describe("roll-out of the first round, in steps, from which it grows to the longest"),
      snapshots: count.default(12).describe("snapshots kept of each trajectory"),
      batch: count.default(16).describe("densities a batch"),
      microBatches: count
        .default(1)
        .describe(
          "equal parts of a batch, whose gradients are computed one by one and averaged: as many ranks can share them",
        ),
      context: count.default(512).describe("context particles a density"),
      queries: count.default(128).describe("query particles a density"),
      learningRate: positive.default(3e-3).describe("peak of the cosine schedule"),
      averaging: z.number().min(0).max(1).default(0.995).describe("decay of the averaged weights"),
      unroll: count
        .default(1)
        .describe("consecutive steps whose objectives a loss sums, with gradients through all of them"),
      clip: positive.default(1).describe("longest gradient taken as it is"),
      residualTolerance: positive
        .default(0.05)
        .describe(
          "displacement, in RMS radii, by which the last step of a roll-out may miss its optimality condition",
        ),
      ranges: z
        .record(
          z.string(),
          z
            .tuple([positive, positive])
            .refine(([low, high]) => low <= high, "the lower end must not exceed the upper one"),
        )
        .default({})
        .describe("what one network learns at once, {name: [low, high]} of tau and the problem's parameters"),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      densities: count.default(64).describe("held-out densities a suite"),
      particles: count.default(2048).describe("particles a held-out density"),
      context: count.default(512).describe("context particles in roll-outs"),
      steps: z.array(count).min(1).default([1, 10, 100]).describe("steps at which errors are measured"),
      longSteps: count.default(500).describe("steps of the roll-outs to the steady state"),
      longDensities: count.default(8).describe("densities that are rolled out so far"),
      longParticles: count.default(8192).describe("particles of each density of long roll-outs"),
      contexts: z
        .array(count)
        .default([])
        .describe("sizes of the context to compare; none skips the comparison"),
      perStepDensities: count.default(4).describe("densities that the per-step solver solves too"),
      perStepSteps: count.default(3).describe("steps that the per-step solver makes"),
    })
    .prefault({}),
});

export type Settings = z.output<typeof settingsSchema>;

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> }
    : T;

export type SettingsOverrides = DeepPartial<z.input<typeof settingsSchema>>;
