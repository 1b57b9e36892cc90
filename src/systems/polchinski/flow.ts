/** @file Polchinski's renormalisation group flow as a gradient flow with a metric and an energy that change in time. */

import { check } from "../../check/check.ts";
import { freeEnergy } from "../../energies/freeEnergy.ts";
import { entropy } from "../../energies/internalEnergy.ts";
import { modePotential } from "../../energies/modePotential.ts";
import { flowFamily, type GradientFlow, gradientFlow } from "../../jko/flow.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { linearMobility } from "../../mobilities/linear.ts";
import type { CovarianceSchedule } from "./schedules.ts";

/**
 * The flow of the renormalised measure `σ_t ∝ exp(−½φᵀR_t⁻¹φ − V_t)`, where `e^{−V_t} = N(0, C_t) * e^{−V_0}` solves Polchinski's equation
 * `∂_t V = ½Δ_Ċ V − ½(∇V)²_Ċ`. Since `∇(log σ_t + V_t) = −R_t⁻¹φ`, the measure obeys a linear equation in which `V_0` does not appear,
 *
 *     ∂_t σ = ½ ∇·(Ċ_t ∇σ) + ∇·(σ Ċ_t R_t⁻¹ φ) = ∇·(σ Ċ_t ∇ δF_t/δσ),     F_t(σ) = ½∫σ log σ + ½∫φᵀR_t⁻¹φ σ,
 *
 * the gradient flow of `F_t = ½ KL(σ | N(0, ½R_t))`, up to a constant, in the metric `⟨·, Ċ_t⁻¹·⟩`. A step from `t` to `t + τ` takes both at its end.
 *
 * @param options.modes in which the schedule is diagonal, a mode a column, where `φ` are field values; where it is left out, `φ` are the
 *   coefficients of the modes.
 * @param options.from the time at which the flow begins; zero where it is left out.
 * @see Bauerschmidt, Bodineau & Dagallier (2023), Stochastic dynamics and the Polchinski equation: an introduction, arXiv:2307.07619.
 * @see Kopfer & Sturm (2018), Heat flow on time-dependent metric measure spaces and super-Ricci flows, arXiv:1611.02570.
 */
export function polchinski(options: {
  readonly schedule: CovarianceSchedule;
  readonly modes?: Matrix;
  readonly from?: number;
  /** The step `τ > 0`, in units of the schedule's time. */
  readonly tau: number;
}): GradientFlow {
  const { schedule, modes, from = 0, tau } = options;
  const inModes = modes === undefined ? {} : { modes };
  return flowFamily({ time: from + tau }, ({ time }) => {
    const isNumber = typeof time === "number";
    check(
      !isNumber || (time >= 0 && time < schedule.end),
      () => `polchinski: a step must end before t = ${schedule.end}, where nothing is left, got t = ${time}`,
    );
    return gradientFlow({
      name: `Polchinski, ${schedule.name}`,
      dimension: schedule.dimension,
      energy: freeEnergy({
        internal: entropy(0.5),
        potential: modePotential({
          stiffnesses: isNumber ? schedule.precision(time) : schedule.precisionTensor(time),
          ...inModes,
        }),
      }),
      mobility: linearMobility({
        rates: isNumber ? schedule.rate(time) : schedule.rateTensor(time),
        ...inModes,
      }),
      tau,
    });
  });
}
