/** @file Stein variational gradient descent as a gradient flow. */

import type { RadialKernel } from "../../domains/radialKernel.ts";
import type { Potential } from "../../energies/energy.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { type GradientFlow, gradientFlow } from "../../jko/flow.ts";
import { steinMobility } from "../../mobilities/stein.ts";

/**
 * `∂_t ρ = ∇·(ρ ∫ K(x, y) (∇ρ + ρ∇V)(y) dy)`, the gradient flow of `∫ρ log ρ + ∫Vρ`, the relative entropy to `π ∝ e^{−V}`, in Stein's metric. Entropy
 * falls at the rate `D² = ∬ g(x)·g(y) K(x, y) dx dy` with `g = ∇ρ + ρ∇V`, the squared Stein discrepancy.
 *
 * With a reference `V₀` the kernel is the special one, `K = e^{V − V₀/2}(x) k(x − y) e^{V − V₀/2}(y)`. Then particles are moved by values of `V` alone, and
 * on the line with `k = e^{−|z|/h}/2h` relaxation has an exponential rate where `V₀ ≤ V` is quadratic; with Gaussian kernels it has none.
 *
 * @param options.tau step `τ > 0`, in units of time, which Stein's metric measures in length² over `K`.
 * @see Liu & Wang (2016), Stein variational gradient descent, arXiv:1608.04471.
 */
export function steinFlow(options: {
  readonly dimension: number;
  readonly potential: Potential;
  readonly kernel: RadialKernel;
  readonly reference?: Potential;
  readonly tau: number;
}): GradientFlow {
  const { dimension, potential, kernel, reference, tau } = options;
  const special = reference === undefined ? {} : { special: { potential, reference } };
  return gradientFlow({
    name: "SVGD",
    dimension,
    energy: freeEnergy({ internal: entropy(1), potential }),
    mobility: steinMobility({ kernel, ...special }),
    tau,
  });
}
