/** @file Densities whose JKO step is known as a map of any particles: what solvers are stopped at and timed against. */

import type { GradientFlow } from "../../jko/flow.ts";
import { identity, scale } from "../../linalg/matrix.ts";
import { applyAffine } from "../../measures/affineMap.ts";
import type { Cloud } from "../../measures/cloud.ts";
import type { Measure } from "../../measures/measure.ts";
import type { Key } from "../../random/key.ts";
import { newtonianEllipses } from "../../systems/aggregation/ellipses.ts";
import { ornsteinUhlenbeck } from "../../systems/fokkerPlanck/ornsteinUhlenbeck.ts";
import { barenblattSystem } from "../../systems/porousMedium/barenblatt.ts";
import { dilated, heldOutProfile } from "./barenblatt.ts";
import { heldOutEllipse, moved, uniformOn } from "./ellipses.ts";
import { heldOutGaussian } from "./gaussians.ts";
import { heldOutProduct, productChain } from "./products.ts";

/** A density, and its exact JKO step: particles are moved, and carry the density after it. */
export interface KnownStep {
  readonly rho: Measure;
  readonly step: (cloud: Cloud) => Cloud;
}

/** Held-out densities of one kind. */
export interface KnownSteps {
  /** Name in metrics. */
  readonly name: string;
  /** In the plural: `discs and ellipses`. */
  readonly label: string;
  readonly draw: (key: Key, flow: GradientFlow) => KnownStep;
}

/** Law (a) in the potential `½k|x|²`. */
export function gaussianSteps(options: {
  readonly stiffness: number;
  readonly diffusion: number;
}): KnownSteps {
  return {
    name: "gaussians",
    label: "Gaussians of law (a)",
    draw(key, { dimension, tau }) {
      const stiffness = scale(identity(dimension), options.stiffness);
      const rho = heldOutGaussian(key, dimension);
      const { map, gaussian } = ornsteinUhlenbeck({ ...options, stiffness }).jkoStep(rho, tau);
      return { rho, step: (cloud) => carried(cloud, (x) => applyAffine(map, x), gaussian) };
    },
  };
}

/** Law (b) in the potential `½k|x|²`. */
export function productSteps(options: {
  readonly stiffness: number;
  readonly diffusion: number;
}): KnownSteps {
  return {
    name: "products",
    label: "rotated products of law (b)",
    draw(key, { dimension, tau }) {
      const { rho } = heldOutProduct(key, dimension);
      const chain = productChain(rho, { ...options, tau, steps: 1 });
      return { rho, step: (cloud) => ({ ...cloud, ...chain.at(Float64Array.from(cloud.positions), 1) }) };
    },
  };
}

/** Profiles of Barenblatt under `∂ₜρ = Δρᵐ`. */
export function barenblattSteps(options: { readonly exponent: number }): KnownSteps {
  return {
    name: "barenblatt",
    label: "profiles of Barenblatt",
    draw(key, { dimension, tau }) {
      const system = barenblattSystem({ dimension, ...options });
      const { scale: before, centre } = heldOutProfile(system, key);
      const after = system.jkoStep(before, tau);
      return {
        rho: system.measure(before, centre),
        step: (cloud) =>
          carried(cloud, (x) => dilated(x, centre, after / before), system.measure(after, centre)),
      };
    },
  };
}

/** Ellipses under `W(z) = |z|²/2 − log|z|` in the plane. */
export function ellipseSteps(): KnownSteps {
  return {
    name: "ellipses",
    label: "ellipses",
    draw(key, { tau }) {
      const ellipse = heldOutEllipse(key, false);
      const after = newtonianEllipses.jkoStep(ellipse.axes, tau);
      return {
        rho: uniformOn(ellipse, ellipse.axes),
        step: (cloud) => carried(cloud, (x) => moved(x, ellipse, after), uniformOn(ellipse, after)),
      };
    },
  };
}

function carried(cloud: Cloud, map: (points: Float64Array) => Float64Array, after: Measure): Cloud {
  const positions = map(Float64Array.from(cloud.positions));
  return { ...cloud, positions, logDensity: after.logDensity(positions) };
}
