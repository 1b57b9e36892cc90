/** @file Steady states of the Kuramoto–Daido model: phase diagram, thresholds, spectra, and the hysteresis of its equation. */

import { type Branch, equilibriumBranches } from "../../../systems/kuramoto/branches.ts";
import { type Equilibrium, settledState } from "../../../systems/kuramoto/equilibria.ts";
import { type FourierDensity, orderOf, spectralEquation } from "../../../systems/kuramoto/spectral.ts";
import { relaxationRates } from "../../../systems/kuramoto/spectrum.ts";
import {
  criticalCoupling,
  lastDiscontinuousHarmonic,
  tricriticalHarmonic,
} from "../../../systems/kuramoto/thresholds.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { statesReport } from "./statesReport.ts";

export interface StatesOptions {
  /** Second harmonics whose critical couplings are reported. */
  readonly harmonics: readonly number[];
  /** Second harmonics of the phase diagram, from the first to the last. */
  readonly diagram: { readonly from: number; readonly to: number; readonly count: number };
  /** Models whose gaps are reported. */
  readonly gaps: readonly { readonly coupling: number; readonly secondHarmonic: number }[];
  readonly hysteresis: {
    readonly secondHarmonic: number;
    readonly couplings: readonly [low: number, high: number];
    /** Couplings of the sweep in either direction. */
    readonly count: number;
  };
}

/** `K_c(m)` with the state that takes over there, and the spinodal of the ordered state. */
export interface Transition {
  readonly secondHarmonic: number;
  readonly coupling: number;
  readonly state: Equilibrium;
  /** Where the ordered state ends; undefined where it ends in the uniform one. */
  readonly fold: number | undefined;
}

/** What a slow sweep of the coupling finds: the order in which the equation comes to rest. */
export interface Sweep {
  readonly direction: "up" | "down";
  readonly points: readonly (readonly [coupling: number, order: number])[];
  /** The first coupling at which the order has jumped. */
  readonly jump: number;
}

export interface StatesFindings {
  readonly transitions: readonly Transition[];
  readonly diagram: readonly Transition[];
  readonly thresholds: { readonly tricritical: number; readonly last: number };
  readonly gaps: readonly { readonly state: Equilibrium; readonly gap: number }[];
  readonly branches: readonly Branch[];
  readonly sweeps: readonly Sweep[];
}

export function kuramotoStates(options: StatesOptions): Evaluation {
  return {
    suite: "states",
    async run(context) {
      const { from, to, count } = options.diagram;
      context.progress("critical couplings");
      const findings: StatesFindings = {
        transitions: options.harmonics.map(transitionAt),
        diagram: Array.from({ length: count }, (_, i) =>
          transitionAt(from + ((to - from) * i) / (count - 1)),
        ),
        thresholds: { tricritical: tricriticalHarmonic(), last: lastDiscontinuousHarmonic() },
        gaps: options.gaps.map((model) => {
          const state = settledState(model);
          return { state, gap: relaxationRates(state).gap };
        }),
        branches: equilibriumBranches(options.hysteresis),
        sweeps: sweepsOf(context, options.hysteresis),
      };
      return { metrics: metricsOf(findings), sections: statesReport(options, findings) };
    },
  };
}

function transitionAt(secondHarmonic: number): Transition {
  const { coupling, state } = criticalCoupling(secondHarmonic);
  const branches = equilibriumBranches({ secondHarmonic, couplings: [0.7 * coupling, coupling + 0.2] });
  const fold = branches.find(({ kind }) => kind === "synchronised")?.folds[0]?.coupling;
  return { secondHarmonic, coupling, state, fold };
}

/** What is added to the first Fourier mode before each coupling: without it an unstable state would stay for ever. */
const kick = 1e-3;
/** At this `max |dz/dt|` the equation counts as at rest. */
const rest = 1e-8;
const patience = 4000;

/** The coupling rises slowly, and falls again: at each value the equation starts from where it was, and is followed to rest. */
function sweepsOf(context: EvaluationContext, options: StatesOptions["hysteresis"]): readonly Sweep[] {
  const { secondHarmonic, couplings, count } = options;
  const [low, high] = couplings;
  const stride = (high - low) / (count - 1);
  const rising = Array.from({ length: count }, (_, i) => low + stride * i);
  // Half-way between them on the way back: two dots at one place would look like one.
  const falling = rising
    .slice(1)
    .map((coupling) => coupling - 0.5 * stride)
    .toReversed();
  let density: FourierDensity = {
    real: Float64Array.of(1, ...new Array<number>(64).fill(0)),
    imaginary: new Float64Array(65),
  };
  const follow = (coupling: number) => {
    context.signal.throwIfAborted();
    const equation = spectralEquation({ coupling, secondHarmonic }, { timeStep: 0.1 });
    density = { ...density, real: density.real.map((z, k) => (k === 1 ? z + kick : z)) };
    for (let time = 0; time < patience; time += 20) {
      density = equation.evolve(density, 20);
      if (equation.speed(density) < rest) break;
    }
    return [coupling, orderOf(density, 1)] as const;
  };
  return (["up", "down"] as const).map((direction) => {
    context.progress(`hysteresis, coupling going ${direction}`);
    const points = (direction === "up" ? rising : falling).map(follow);
    const jumped = points.find(([, order]) => (direction === "up" ? order > 0.2 : order < 0.2));
    return { direction, points, jump: jumped?.[0] ?? Number.NaN };
  });
}

function metricsOf({
  transitions,
  thresholds,
  gaps,
  branches,
  sweeps,
}: StatesFindings): Record<string, number> {
  const fold = branches.find(({ kind }) => kind === "synchronised")?.folds[0]?.coupling ?? Number.NaN;
  return {
    ...Object.fromEntries(
      transitions.map(({ secondHarmonic, coupling }) => [`critical.${secondHarmonic}`, coupling]),
    ),
    "thresholds.tricritical": thresholds.tricritical,
    "thresholds.last": thresholds.last,
    ...Object.fromEntries(
      gaps.map(({ state, gap }) => [`gap.${state.coupling}.${state.secondHarmonic}`, gap]),
    ),
    "hysteresis.fold": fold,
    ...Object.fromEntries(sweeps.map(({ direction, jump }) => [`hysteresis.${direction}`, jump])),
  };
}
