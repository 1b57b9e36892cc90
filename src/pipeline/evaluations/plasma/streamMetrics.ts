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

/** Of a course by JKO steps; `fieldError` is its {@link fieldDistance} from exact collisions. */
export function jkoMetrics(
  prefix: string,
  flow: PlasmaFlow,
  { course, exact }: { readonly course: PlasmaCourse; readonly exact: PlasmaCourse },
): Record<string, number> {
  const { moments, heat, expectedHeat } = course;
  const rises = moments.slice(1).map(({ free }, k) => free - moments[k].free);
  const across = moments.map((moment) => Math.abs(moment.across - acrossLaw(flow, course, moment.time)));
  return {
    [`${prefix}.freeStart`]: moments[0].free,
    [`${prefix}.free`]: end(moments).free,
    [`${prefix}.freeRises`]: rises.filter((rise) => rise > 0).length,
    [`${prefix}.largestRise`]: Math.max(0, ...rises),
    [`${prefix}.heat`]: heat,
    [`${prefix}.heatError`]: Math.abs(heat - expectedHeat),
    [`${prefix}.fieldError`]: fieldDistance(course, exact),
    [`${prefix}.kineticError`]: Math.abs(end(moments).kinetic - end(exact.moments).kinetic),
    ...(Number.isNaN(across[0]) ? {} : { [`${prefix}.acrossError`]: Math.max(...across) }),
  };
}

/** `√Σ(A − B)²/√ΣB²` over all steps, with the amplitudes `A` and `B = √(½∫E²)` of the fields of two courses. */
export function fieldDistance(course: PlasmaCourse, reference: PlasmaCourse): number {
  let [squares, size] = [0, 0];
  reference.moments.forEach(({ field }, k) => {
    squares += (Math.sqrt(course.moments[k].field) - Math.sqrt(field)) ** 2;
    size += field;
  });
  return Math.sqrt(squares / size);
}

function end(moments: readonly PlasmaMoment[]): PlasmaMoment {
  return moments.at(-1) as PlasmaMoment;
}
