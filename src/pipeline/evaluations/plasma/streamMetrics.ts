/** @file The numbers that courses of two streams come down to. */

import type { PlasmaFlow } from "../../../systems/kinetic/vlasov.ts";
import type { PlasmaCourse } from "./course.ts";
import type { PlasmaMoment } from "./moment.ts";
import { acrossLaw } from "./streamCharts.ts";
import { coreDensity } from "./vortex.ts";

/** Before this time the initial wave has not left yet, and a peak is not that of the instability. */
const transient = 5;

/** Of every course. `fall` is the deepest field energy before the peak, over that at first. */
export function courseMetrics(
  prefix: string,
  flow: PlasmaFlow,
  { moments, snapshots, drift, seconds }: PlasmaCourse,
): Record<string, number> {
  const later = moments.filter(({ time }) => time >= transient);
  const peak = (later.length > 0 ? later : moments).reduce((best, moment) =>
    moment.field > best.field ? moment : best,
  );
  const before = moments.filter(({ time }) => time < peak.time);
  const last = end(moments);
  const at5 = moments.find(({ time }) => time >= 5 - flow.tau / 2) ?? last;
  const picture = snapshots.at(-1);
  return {
    [`${prefix}.fall`]: Math.min(1, ...before.map(({ field }) => field / moments[0].field)),
    [`${prefix}.peak`]: peak.field,
    [`${prefix}.peakTime`]: peak.time,
    [`${prefix}.field5`]: at5.field,
    [`${prefix}.field`]: last.field,
    [`${prefix}.kinetic`]: last.kinetic,
    [`${prefix}.momentum`]: last.momentum,
    [`${prefix}.core`]: picture === undefined ? Number.NaN : coreDensity(flow.conservative.cells, picture),
    [`${prefix}.drift`]: drift,
    [`${prefix}.seconds`]: seconds,
  };
}

/**
 * Of a course by JKO steps. `fieldError` is `√Σ(A − B)²/√ΣB²` over all steps, with the amplitudes `A = √(½∫E²)` of the course and `B` of
 * the one by exact collisions.
 */
export function jkoMetrics(
  prefix: string,
  flow: PlasmaFlow,
  { course, exact }: { readonly course: PlasmaCourse; readonly exact: PlasmaCourse },
): Record<string, number> {
  const { moments, heat, expectedHeat } = course;
  const rises = moments.slice(1).map(({ free }, k) => free - moments[k].free);
  const [own, reference] = [moments, exact.moments].map((all) => all.map(({ field }) => Math.sqrt(field)));
  const across = moments.map((moment) => Math.abs(moment.across - acrossLaw(flow, course, moment.time)));
  return {
    [`${prefix}.freeStart`]: moments[0].free,
    [`${prefix}.free`]: end(moments).free,
    [`${prefix}.freeRises`]: rises.filter((rise) => rise > 0).length,
    [`${prefix}.largestRise`]: Math.max(0, ...rises),
    [`${prefix}.heat`]: heat,
    [`${prefix}.heatError`]: Math.abs(heat - expectedHeat),
    [`${prefix}.fieldError`]: relativeDistance(own, reference),
    [`${prefix}.kineticError`]: Math.abs(end(moments).kinetic - end(exact.moments).kinetic),
    ...(Number.isNaN(across[0]) ? {} : { [`${prefix}.acrossError`]: Math.max(...across) }),
  };
}

function relativeDistance(a: readonly number[], b: readonly number[]): number {
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares(a.map((value, i) => value - b[i])) / squares(b));
}

function end(moments: readonly PlasmaMoment[]): PlasmaMoment {
  return moments.at(-1) as PlasmaMoment;
}
