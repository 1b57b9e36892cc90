/** @file The numbers of the courses of one problem. */

import type { LandauCourse } from "./course.ts";
import type { LandauLaw } from "./law.ts";
import type { DensityFloors, LandauTimeOptions, NamedLandauCourse } from "./overTime.ts";

/**
 * By suite and method:
 *
 * - `rises`: steps in which the entropy did not fall; `uncertified`: those with `L(w) ≥ L(0)`;
 * - `entropyError`: largest distance of the entropy from the solution's, counted from the beginning, whose sample is off by its own chance;
 * - `entropyEnd`, and `entropyExcess` over that of the equilibrium, counted in the same way where the initial entropy is known;
 * - `heat`: what is added to `E|v|²` in all; `heatMismatch`: its distance from `Σ τ² E|U|²`; `momentum`: how far the mean has moved;
 * - `score`: largest relative error of the scores, with what collisions do not see taken out;
 * - `carried.<time>`, `density.<time>` and `overFloor.<time>`: errors of carried and of smoothed densities, and the latter over those of samples.
 */
export function courseMetrics(
  { suite, law, steps }: LandauTimeOptions,
  courses: readonly NamedLandauCourse[],
  floors: DensityFloors,
): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { method, course, densities } of courses) {
    const put = (name: string, value: number | undefined) => {
      if (value !== undefined && !Number.isNaN(value)) metrics[`${suite}.${method.id}.${name}`] = value;
    };
    const { entropies, energyGains, predictedGains, objectives, times, carriedErrors, scoreErrors } = course;
    const known = entropyGaps(law.exact?.entropy, { entropies, times });
    put("rises", fallless(entropies));
    put("uncertified", objectives.slice(1).filter((value) => !(value < 0)).length);
    put("entropyError", known && Math.max(...known.map(Math.abs)));
    put("entropyEnd", entropies.at(-1));
    put("entropyExcess", (entropies.at(-1) as number) + law.equilibrium.entropy - entropyOffset(law, course));
    put("heat", energyGains.at(-1));
    put("heatMismatch", Math.max(...energyGains.map((gain, k) => Math.abs(gain - predictedGains[k]))));
    put("momentum", course.momentumShift);
    put("smallestDeterminant", Math.min(...course.determinants));
    put("score", scoreErrors.length === 0 ? undefined : Math.max(...scoreErrors));
    put("secondsPerStep", course.seconds / steps);
    for (const [k, { time, error }] of densities.entries()) {
      const at = Number(time.toPrecision(6));
      put(`density.${at}`, error);
      put(`overFloor.${at}`, floors[k] && error / floors[k].error);
      put(`carried.${at}`, carriedErrors[times.findIndex((t) => Math.abs(t - time) < 1e-9)]);
    }
  }
  return metrics;
}

/** What the entropy of the initial sample is off by; zero where that of its density is not known. */
export function entropyOffset(law: LandauLaw, { entropies }: Pick<LandauCourse, "entropies">): number {
  const known = law.exact?.entropy(law.from) ?? law.initialEntropy;
  return known === undefined ? 0 : entropies[0] - known;
}

/** `H_n(t) − H_n(0) − (H(t) − H(0))`, `H_n` the entropy of the particles. */
export function entropyGaps(
  exact: ((time: number) => number) | undefined,
  { entropies, times }: { readonly entropies: readonly number[]; readonly times: readonly number[] },
): number[] | undefined {
  if (exact === undefined) return undefined;
  const offset = entropies[0] - exact(times[0]);
  return times.map((time, k) => entropies[k] - exact(time) - offset);
}

function fallless(entropies: readonly number[]): number {
  return entropies.filter((entropy, k) => k > 0 && !(entropy < entropies[k - 1])).length;
}
