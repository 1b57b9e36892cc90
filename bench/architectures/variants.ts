/** @file The forms of the operator that the study compares, each in a line. */

import type { Architecture } from "../../src/operator/form.ts";
import { attention } from "./attention.ts";
import { freeDisplacement } from "./freeDisplacement.ts";
import { globalFit } from "./globalFit.ts";
import { interactionForces } from "./interactionForces.ts";
import { linearlyImplicit } from "./linearlyImplicit.ts";
import { potentialGradient } from "./potentialGradient.ts";

/** One architecture of the study. */
export interface Variant {
  readonly name: string;
  readonly label: string;
  /** What it is, in a sentence. */
  readonly summary: string;
  /** What differs from the default architecture. */
  readonly own: Partial<Architecture>;
  /** Whether its step is the identity at a steady state, whatever the network says. */
  readonly isBalanced: boolean;
  /** Whether its field is a gradient, as that of an exact step is. */
  readonly isGradient: boolean;
}

/** The default first. */
export const variants: readonly Variant[] = [
  {
    name: "default",
    label: "default",
    summary:
      "Slopes of the chemical potential, of a global fit and of local regressions with kernels of three widths, times learned gates, which see a mean-pooled code of the density.",
    own: {},
    isBalanced: true,
    isGradient: false,
  },
  {
    name: "oneWidth",
    label: "one kernel width",
    summary: "The default with kernels of the width 0.5 alone, in RMS radii a coordinate.",
    own: { widths: [0.5] },
    isBalanced: true,
    isGradient: false,
  },
  {
    name: "globalFit",
    label: "global fit alone",
    summary:
      "The default without kernels: the slope of a linear function, a quadratic form and the potential, fitted to the chemical potential.",
    own: { form: globalFit },
    isBalanced: true,
    isGradient: false,
  },
  {
    name: "attention",
    label: "attention tokens",
    summary:
      "The default with eight tokens, which learned queries read from the particles by softmax attention, in place of the mean-pooled code.",
    own: { form: attention },
    isBalanced: true,
    isGradient: false,
  },
  {
    name: "forces",
    label: "interaction forces",
    summary:
      "The default whose gates also see the step that the interaction would make alone, softened over each kernel width; the default again where the energy has none.",
    own: { form: interactionForces },
    isBalanced: true,
    isGradient: false,
  },
  {
    name: "free",
    label: "free displacement",
    summary:
      "A network of the position, the potential's own step and the code gives the displacement, at most a radius by a tanh; no slopes, not well balanced.",
    own: { form: freeDisplacement },
    isBalanced: false,
    isGradient: false,
  },
  {
    name: "gradient",
    label: "gradient of a potential",
    summary:
      "The displacement is the gradient of a network of position and code, of a quadratic form that the code gives, and of the flow's potential; no slopes, not well balanced.",
    own: { form: potentialGradient },
    isBalanced: false,
    isGradient: true,
  },
  {
    name: "implicit",
    label: "no learned gates",
    summary: "The linearly implicit step that the default starts from; nothing is learned.",
    own: { form: linearlyImplicit },
    isBalanced: true,
    isGradient: false,
  },
];
