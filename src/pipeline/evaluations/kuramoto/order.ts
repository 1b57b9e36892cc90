/** @file The order of Kuramoto's model by five ways: self-consistency, the equation, the oscillators, and two kinds of JKO steps. */

import type { Engine } from "../../../engine/engine.ts";
import { circleQuantileSolver } from "../../../jko/circleQuantile.ts";
import { perStepSolver } from "../../../jko/perStep.ts";
import { rollout, type Solver } from "../../../jko/solver.ts";
import { quantileCloud } from "../../../measures/cloud.ts";
import { estimate } from "../../../metrics/statistics.ts";
import { foldIn } from "../../../random/key.ts";
import { type DaidoModel, type Equilibrium, settledState } from "../../../systems/kuramoto/equilibria.ts";
import { kuramotoFlow } from "../../../systems/kuramoto/flow.ts";
import { oscillatorSolver } from "../../../systems/kuramoto/oscillators.ts";
import { orderOf, spectralEquation } from "../../../systems/kuramoto/spectral.ts";
import { relaxationRates } from "../../../systems/kuramoto/spectrum.ts";
import type { Evaluation, EvaluationContext } from "../../definition.ts";
import { gibbsDensity, measuredOrder } from "./clouds.ts";
import { orderReport } from "./orderReport.ts";

export interface OrderOptions {
  readonly couplings: readonly number[];
  /** Of the quantile steps. */
  readonly quantiles: number;
  /** Of the oscillators. */
  readonly oscillators: number;
  /** Particles of the per-step network. */
  readonly particles: number;
  /** JKO steps, each a tenth of the relaxation time: sixty leave `1.1⁻⁶⁰ = 0.3 %` of a perturbation. */
  readonly steps: number;
  /** How long oscillators are averaged, in units of the relaxation time `1/λ`. */
  readonly relaxations: number;
}

/** The order that each way finds at one coupling. */
export interface OrderFinding {
  readonly state: Equilibrium;
  readonly gap: number;
  readonly spectral: number;
  readonly oscillators: { readonly mean: number; readonly error: number };
  readonly quantiles: number;
  readonly network: number;
}

/** The network of a per-step JKO solver on the circle: a small perceptron of two harmonics, by L-BFGS on all particles. */
export function circleNetworkSolver(engine: Engine, particles: number): Solver<unknown> {
  return perStepSolver(engine, {
    network: { form: "mlp", hidden: [16], harmonics: 2 },
    optimizer: { kind: "lbfgs", particles },
    holdOut: 0,
    maximum: 40,
    checkEvery: 40,
  }) as Solver<unknown>;
}

export function kuramotoOrder(options: OrderOptions): Evaluation {
  return {
    suite: "order",
    async run(context) {
      const findings: OrderFinding[] = [];
      for (const [i, coupling] of options.couplings.entries()) {
        context.progress(`order at K = ${coupling}`, i / options.couplings.length);
        findings.push(await findingOf(context, options, { coupling, secondHarmonic: 0 }));
      }
      return { metrics: metricsOf(findings), sections: orderReport(options, findings) };
    },
  };
}

/** Where runs start, as a part of the order that they are to find. */
const startingPart = 0.8;

async function findingOf(
  context: EvaluationContext,
  options: OrderOptions,
  model: DaidoModel,
): Promise<OrderFinding> {
  const state = settledState(model);
  const { gap } = relaxationRates(state);
  const start = gibbsDensity(model, { ...state, first: startingPart * state.first });
  const flow = kuramotoFlow({ ...model, tau: 0.1 / gap });
  const jko = async (solver: Solver<unknown>, particles: number) => {
    let last = Number.NaN;
    const problem = { flow, cloud: quantileCloud(start, particles) };
    for await (const { cloud } of rollout(solver, problem, {
      steps: options.steps,
      key: foldIn(context.key, "jko"),
    })) {
      context.signal.throwIfAborted();
      last = measuredOrder(cloud);
    }
    return last;
  };
  return {
    state,
    gap,
    spectral: spectralOrder(model, gap),
    oscillators: await oscillatorOrder(context, options, { model, gap }),
    quantiles: await jko(circleQuantileSolver() as Solver<unknown>, options.quantiles),
    network: await jko(circleNetworkSolver(context.engine, options.particles), options.particles),
  };
}

/** The equation from little order until 25 relaxation times after it has grown. */
function spectralOrder(model: DaidoModel, gap: number): number {
  const equation = spectralEquation(model, { timeStep: 0.05 });
  let density = equation.project(gibbsDensity(model, { first: 0.1, second: 0 }));
  for (let time = 0; time < 40; time++) {
    density = equation.evolve(density, 1 / gap);
    if (equation.speed(density) < 1e-10) break;
  }
  return orderOf(density, 1);
}

/** Oscillators run for so many relaxation times, from near the order that is expected, before they are averaged. */
const burnIn = 5;
/** Batches whose means tell the error of the mean; each is long against the relaxation time where the whole is. */
const batches = 8;

async function oscillatorOrder(
  context: EvaluationContext,
  { oscillators, relaxations }: OrderOptions,
  { model, gap }: { readonly model: DaidoModel; readonly gap: number },
): Promise<OrderFinding["oscillators"]> {
  const state = settledState(model);
  const steps = batches * Math.ceil(Math.max(relaxations / gap, 20) / batches);
  const first = Math.ceil(burnIn / gap);
  const flow = kuramotoFlow({ ...model, tau: 1 });
  const solver = oscillatorSolver({ substeps: 10, scheme: "heun" });
  const cloud = quantileCloud(
    gibbsDensity(model, { ...state, first: startingPart * state.first }),
    oscillators,
  );
  const run = rollout(
    solver,
    { flow, cloud },
    { steps: first + steps, key: foldIn(context.key, "oscillators") },
  );
  const orders: number[] = [];
  for await (const frame of run) {
    context.signal.throwIfAborted();
    if (frame.step > first) orders.push(measuredOrder(frame.cloud));
  }
  const size = orders.length / batches;
  const means = Array.from(
    { length: batches },
    (_, b) => orders.slice(b * size, (b + 1) * size).reduce((sum, r) => sum + r, 0) / size,
  );
  const { mean, standardError } = estimate(means);
  return { mean, error: standardError };
}

function metricsOf(findings: readonly OrderFinding[]): Record<string, number> {
  return Object.fromEntries(
    findings.flatMap(({ state, spectral, oscillators, quantiles, network }) =>
      Object.entries({
        selfConsistent: state.first,
        spectral,
        oscillators: oscillators.mean,
        oscillatorsError: oscillators.error,
        jko: quantiles,
        network,
      }).map(([name, value]) => [`order.${name}.${state.coupling}`, value]),
    ),
  );
}
