/** @file A whole step of Vlasov–Poisson–Fokker–Planck: fields, motion, a training of fifty iterations, and its map. */

import { phaseSpace } from "../../src/domains/phaseSpace.ts";
import { ndarray } from "../../src/engine/array.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { perStepSolver } from "../../src/jko/perStep.ts";
import { fieldSpecs } from "../../src/jko/perStepField.ts";
import type { Cloud } from "../../src/measures/cloud.ts";
import { initialParameters } from "../../src/networks/parameters.ts";
import { kineticEnergy } from "../../src/pipeline/evaluations/plasma/moment.ts";
import { plasmaUsual } from "../../src/pipeline/evaluations/plasma/networks.ts";
import { foldIn, keyFrom } from "../../src/random/key.ts";
import { twoStream } from "../../src/systems/kinetic/twoStream.ts";
import { vlasovPoissonFokkerPlanck } from "../../src/systems/kinetic/vlasov.ts";
import type { Advance, Inputs, Workload } from "./question.ts";

const length = 4 * Math.PI;
const key = keyFrom(0);
const { options } = plasmaUsual([32, 32]);
const flow = vlasovPoissonFokkerPlanck({
  space: phaseSpace({ positions: 1, velocities: 1, period: length }),
  mass: length,
  cells: 64,
  scheme: "drift-kick",
  gauss: "spectral",
  strength: 0.01,
  temperature: 1,
  tau: 0.1,
  logDeterminant: "exact",
});

/** Two streams, and the network's initial parameters, the same for all rivals. */
export function vlasovInputs({ particles }: Workload["size"]): Inputs {
  const streams = twoStream({
    length,
    amplitude: 0.05,
    mode: 1,
    speed: 1.5,
    deviation: 0.5,
    transverse: [],
  });
  const positions = streams.sample(foldIn(key, "particles"), particles);
  const initial = initialParameters(
    fieldSpecs(flow, options.network as NonNullable<typeof options.network>),
    foldIn(key, "parameters"),
  );
  return {
    positions: ndarray(Float32Array.from(positions), [particles, 2]),
    logDensity: ndarray(Float32Array.from(streams.logDensity(positions)), [particles]),
    parameters: ndarray(initial, [initial.length]),
  };
}

/** A roll-out that goes on; returns the free energy of the particles. */
export function vlasovStep(
  engine: Engine,
  { particles, iterations }: Workload["size"],
  given: Inputs,
): Advance {
  const solver = perStepSolver(engine, { ...options, maximum: iterations, checkEvery: iterations });
  const { conservative } = flow;
  let cloud: Cloud = {
    dimension: 2,
    count: particles,
    positions: Float64Array.from(given["positions"].data),
    logDensity: Float64Array.from(given["logDensity"].data),
  };
  let fields = conservative.init(cloud);
  const begun = solver.init(flow, cloud, key);
  let state: Awaited<typeof begun> | undefined;
  return async (steps) => {
    state ??= await begun;
    for (let step = 0; step < steps; step++) {
      const push = conservative.push(cloud, fields, flow.tau);
      fields = push.fields;
      ({ cloud, state } = await solver.step(flow, push.cloud, state));
    }
    let sum = 0;
    for (const l of cloud.logDensity) sum += l;
    return kineticEnergy(cloud) + sum / particles;
  };
}
