/** @file Densities on the circle on their way to equilibrium: JKO steps and oscillators beside the equation, and the rate of the end. */

import { circleQuantileSolver } from "../../../jko/circleQuantile.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { type Cloud, quantileCloud } from "../../../measures/cloud.ts";
import type { LineMeasure } from "../../../measures/measure.ts";
import { exponentialDecay } from "../../../metrics/decay.ts";
import { foldIn } from "../../../random/key.ts";
import { type DaidoModel, settledState } from "../../../systems/kuramoto/equilibria.ts";
import { kuramotoFlow } from "../../../systems/kuramoto/flow.ts";
import { oscillatorSolver } from "../../../systems/kuramoto/oscillators.ts";
import {
  densityAt,
  type FourierDensity,
  orderOf,
  spectralEquation,
  spectralFreeEnergy,
} from "../../../systems/kuramoto/spectral.ts";
import { relaxationRates } from "../../../systems/kuramoto/spectrum.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { gibbsDensity } from "./clouds.ts";
import { circleNetworkSolver } from "./order.ts";
import { relaxationReport } from "./relaxationReport.ts";

export interface CircleRelaxationOptions {
  readonly model: DaidoModel;
  readonly initial: LineMeasure;
  readonly tau: number;
  /** Times of the pictures, multiples of `tau`. */
  readonly times: readonly number[];
  readonly quantiles: number;
  readonly particles: number;
  readonly oscillators: number;
  /** Couplings, at `m = 0`, whose last perturbations are timed. */
  readonly decays: readonly number[];
}

/** One method on its way. */
export interface CircleCourse {
  readonly id: "quantiles" | "network" | "oscillators";
  readonly clouds: readonly Cloud[];
  /** Free energy after every step; NaN for oscillators, whose density is not known. */
  readonly energies: readonly (readonly [time: number, energy: number])[];
  /** `½∫|q − q_ref|` at the times of the pictures; NaN where the density is not known. */
  readonly distances: readonly number[];
}

/** How `|r(t) − r|` ends. */
export interface OrderDecay {
  readonly coupling: number;
  readonly gap: number;
  readonly points: readonly (readonly [time: number, distance: number])[];
  readonly rate: number;
}

export interface CircleRelaxationFindings {
  readonly references: readonly FourierDensity[];
  readonly referenceEnergies: readonly (readonly [time: number, energy: number])[];
  readonly courses: readonly CircleCourse[];
  /** Of the quantile steps: how the error at the last time falls when `tau` is halved. */
  readonly observedOrder: number;
  readonly decays: readonly OrderDecay[];
}

export function kuramotoRelaxation(options: CircleRelaxationOptions): Evaluation {
  return {
    suite: "relaxation",
    async run(context) {
      const equation = spectralEquation(options.model, { timeStep: Math.min(0.01, options.tau / 4) });
      const start = equation.project(options.initial);
      const references = options.times.map((time) => (time === 0 ? start : equation.evolve(start, time)));
      const courses = [
        await courseOf(context, options, { id: "quantiles", count: options.quantiles, references }),
        await courseOf(context, options, { id: "network", count: options.particles, references }),
        await courseOf(context, options, { id: "oscillators", count: options.oscillators, references }),
      ];
      const findings: CircleRelaxationFindings = {
        references,
        referenceEnergies: referenceEnergies(options, start),
        courses,
        observedOrder: await observedOrderOf(context, options, references.at(-1) as FourierDensity),
        decays: options.decays.map(decayOf),
      };
      return { metrics: metricsOf(findings), sections: relaxationReport(options, findings) };
    },
  };
}

function referenceEnergies({ model, times }: CircleRelaxationOptions, start: FourierDensity) {
  const equation = spectralEquation(model, { timeStep: 0.01 });
  const last = times.at(-1) as number;
  const points: (readonly [number, number])[] = [];
  let density = start;
  const count = 50;
  for (let k = 0; k <= count; k++) {
    points.push([(last * k) / count, spectralFreeEnergy(model, density)]);
    density = equation.evolve(density, last / count);
  }
  return points;
}

function solverOf(context: EvaluationContext, id: CircleCourse["id"], count: number): Solver<unknown> {
  if (id === "quantiles") return circleQuantileSolver() as Solver<unknown>;
  if (id === "network") return circleNetworkSolver(context.engine, count);
  return oscillatorSolver({ substeps: 5, scheme: "heun" }) as Solver<unknown>;
}

async function courseOf(
  context: EvaluationContext,
  { model, initial, tau, times }: CircleRelaxationOptions,
  run: {
    readonly id: CircleCourse["id"];
    readonly count: number;
    readonly references: readonly FourierDensity[];
  },
): Promise<CircleCourse> {
  const { id, count, references } = run;
  context.progress(`relaxation by ${id}`);
  const flow = kuramotoFlow({ ...model, tau });
  const cloud = quantileCloud(initial, count);
  const steps = times.map((time) => Math.round(time / tau));
  const clouds: Cloud[] = [];
  const energies: (readonly [number, number])[] = [];
  const frames = rollout(
    solverOf(context, id, count),
    { flow, cloud },
    { steps: steps.at(-1) as number, key: foldIn(context.key, id) },
  );
  for await (const frame of frames) {
    context.signal.throwIfAborted();
    if (steps.includes(frame.step)) clouds.push(frame.cloud);
    if (frame.info !== null) energies.push([frame.time, frame.info.energy]);
  }
  return { id, clouds, energies, distances: clouds.map((own, k) => totalVariation(own, references[k])) };
}

/** `½E|1 − q_ref/q|` over the particles of `q`, which is `½∫|q − q_ref|`. */
function totalVariation({ positions, logDensity, count }: Cloud, reference: FourierDensity): number {
  const exact = densityAt(reference, positions);
  return (0.5 * exact.reduce((sum, q, i) => sum + Math.abs(1 - q / Math.exp(logDensity[i])), 0)) / count;
}

async function observedOrderOf(
  context: EvaluationContext,
  { model, initial, tau, times, quantiles }: CircleRelaxationOptions,
  reference: FourierDensity,
): Promise<number> {
  const time = times.at(-1) as number;
  const errors: number[] = [];
  for (const step of [tau, tau / 2]) {
    const flow = kuramotoFlow({ ...model, tau: step });
    let last: Cloud = quantileCloud(initial, quantiles);
    const run = rollout(
      circleQuantileSolver(),
      { flow, cloud: last },
      { steps: Math.round(time / step), key: context.key },
    );
    for await (const { cloud } of run) last = cloud;
    const modes = { real: modeOf(last, Math.cos), imaginary: modeOf(last, Math.sin) };
    errors.push(Math.hypot(modes.real - reference.real[1], modes.imaginary - reference.imaginary[1]));
  }
  return Math.log2(errors[0] / errors[1]);
}

/** `E wave(θ)`. */
function modeOf({ positions, count }: Cloud, wave: (theta: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += wave(positions[i]);
  return sum / count;
}

/** Between so many relaxation times the decay is fitted: faster modes are gone, and rounding is far. */
const window = [10, 17] as const;

/** The equation from a steady state with a twentieth less order. */
function decayOf(coupling: number): OrderDecay {
  const model = { coupling, secondHarmonic: 0 };
  const state = settledState(model);
  const { gap } = relaxationRates(state);
  const equation = spectralEquation(model, { timeStep: 0.01 });
  let density = equation.project(gibbsDensity(model, { ...state, first: 0.95 * state.first }));
  const points: (readonly [number, number])[] = [];
  const stride = 0.25 / gap;
  for (let k = 0; k * stride <= window[1] / gap; k++) {
    points.push([k * stride, Math.abs(orderOf(density, 1) - state.first)]);
    density = equation.evolve(density, stride);
  }
  const { rate } = exponentialDecay(points.filter(([time]) => time >= window[0] / gap));
  return { coupling, gap, points, rate };
}

function metricsOf({ courses, observedOrder, decays }: CircleRelaxationFindings): Record<string, number> {
  const known = courses.filter(({ id }) => id !== "oscillators");
  return {
    ...Object.fromEntries(
      known.flatMap(({ id, distances, energies }) => [
        [`relaxation.${id}.totalVariation`, Math.max(...distances)],
        [
          `relaxation.${id}.rises`,
          energies.filter(([, e], k) => k > 0 && e > energies[k - 1][1] + 1e-9).length,
        ],
      ]),
    ),
    "relaxation.quantiles.order": observedOrder,
    ...Object.fromEntries(decays.map(({ coupling, gap, rate }) => [`decay.${coupling}`, rate / gap])),
  };
}
