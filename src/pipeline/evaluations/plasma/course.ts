/** @file Follows a plasma in time: its moments at every step, its particles at a few. */

import type { PlasmaFields } from "../../../conservative/particleInCell.ts";
import { rollout, type Solver, type StepInfo } from "../../../jko/solver.ts";
import type { Cloud } from "../../../measures/cloud.ts";
import type { Key } from "../../../random/key.ts";
import { collisionConstants } from "../../../systems/kinetic/constants.ts";
import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { EvaluationContext } from "../../definition.ts";
import { kineticEnergy, type PlasmaMoment, plasmaMoment } from "./moment.ts";

export interface PlasmaCourse {
  readonly moments: readonly PlasmaMoment[];
  readonly snapshots: readonly PlasmaSnapshot[];
  /** Energy of a unit of mass that the conservative part has gained in all: an error of its time step. */
  readonly drift: number;
  /** The same that collisions have gained, and by their law `−2ε(E½|v|² − ½dT)` in time should have. */
  readonly heat: number;
  readonly expectedHeat: number;
  /** What the solver reported of every step. */
  readonly infos: readonly { readonly cloud: Cloud; readonly info: StepInfo }[];
  readonly seconds: number;
}

export interface PlasmaSnapshot {
  readonly time: number;
  readonly cloud: Cloud;
  readonly fields: PlasmaFields;
}

/** From where, how far, and at which steps particles are kept. */
export interface Voyage {
  readonly flow: PlasmaFlow;
  readonly cloud: Cloud;
  readonly steps: number;
  readonly snapshots: readonly number[];
}

/** Rolls a solver out. */
export async function followPlasma<State>(
  context: EvaluationContext,
  solver: Solver<State>,
  voyage: Voyage & { readonly key: Key },
): Promise<PlasmaCourse> {
  const { flow, cloud, steps } = voyage;
  const moments: PlasmaMoment[] = [];
  const snapshots: PlasmaSnapshot[] = [];
  const infos: { cloud: Cloud; info: StepInfo }[] = [];
  const { strength, temperature, velocities } = collisionConstants("followPlasma", flow);
  const rest = 0.5 * velocities.count * temperature;
  let [drift, heat, expectedHeat] = [0, 0, 0];
  const start = context.clock();
  for await (const frame of rollout(solver, { flow, cloud }, voyage)) {
    context.signal.throwIfAborted();
    const fields = frame.fields as PlasmaFields;
    const moment = plasmaMoment(flow, { time: frame.time, cloud: frame.cloud, fields });
    if (frame.pushed !== null && frame.info !== null) {
      const pushed = kineticEnergy(frame.pushed);
      drift += pushed + flow.conservative.energy(fields) - (moments.at(-1) as PlasmaMoment).energy;
      heat += moment.kinetic - pushed;
      expectedHeat -= 2 * strength * flow.tau * (0.5 * (pushed + moment.kinetic) - rest);
      infos.push({ cloud: frame.cloud, info: frame.info });
    }
    moments.push(moment);
    if (voyage.snapshots.includes(frame.step))
      snapshots.push({ time: frame.time, cloud: frame.cloud, fields });
    context.progress(`${solver.name}, step ${frame.step} of ${steps}`, frame.step / steps);
  }
  return { moments, snapshots, drift, heat, expectedHeat, infos, seconds: context.clock() - start };
}

/** Lets the plasma go without collisions: the conservative part of the flow alone. */
export function coast(
  context: Pick<EvaluationContext, "clock" | "signal">,
  { flow, cloud, steps, snapshots: kept }: Voyage,
): PlasmaCourse {
  const begun = context.clock();
  const moments: PlasmaMoment[] = [];
  const snapshots: PlasmaSnapshot[] = [];
  let state = { cloud, fields: flow.conservative.init(cloud) };
  for (let step = 0; step <= steps; step++) {
    context.signal.throwIfAborted();
    if (step > 0) state = flow.conservative.push(state.cloud, state.fields, flow.tau);
    const time = step * flow.tau;
    moments.push(plasmaMoment(flow, { time, ...state }));
    if (kept.includes(step)) snapshots.push({ time, ...state });
  }
  const drift = (moments.at(-1) as PlasmaMoment).energy - moments[0].energy;
  const seconds = context.clock() - begun;
  return { moments, snapshots, drift, heat: 0, expectedHeat: 0, infos: [], seconds };
}
