/** @file Samples of a density that is known up to a constant, by Hamiltonian Monte Carlo with many chains side by side. */

import { check } from "../check/check.ts";
import { normals, uniforms } from "../random/draw.ts";
import { foldIn, type Key } from "../random/key.ts";
import type { Measure } from "./measure.ts";

export interface ChainSamples {
  readonly chains: number;
  /** Kept of each chain. */
  readonly draws: number;
  /** Row-major `[chains · draws, d]`, one chain after the other. */
  readonly positions: Float64Array;
  /** Part of the proposals that were accepted after the warm-up. */
  readonly acceptance: number;
}

/** The first step of the warm-up, as a part of those that follow it. */
const shortest = 0.05;

/**
 * Hamiltonian Monte Carlo: every proposal is a trajectory of `leaps` leapfrog steps with fresh normal momenta, accepted with probability
 * `min(1, e^{−ΔH})`. Chains start at normals of twice the scales, so that they come from further out than they go; whether they have met is for
 * `splitRhat` to say. Step lengths vary by a fifth from proposal to proposal, against trajectories that close on themselves; in the first half
 * of the warm-up they grow from a twentieth, since far out, where forces are steep, long ones would all be refused.
 *
 * @param target its log-density, up to a constant, and its score.
 * @param options.scales typical width along every coordinate, in which steps are measured.
 * @param options.step of the leapfrog, in those units.
 * @param options.thin proposals between two draws that are kept.
 * @see Neal (2011), MCMC using Hamiltonian dynamics, arXiv:1206.1901.
 */
export function hamiltonianMonteCarlo(
  target: Omit<Measure, "sample">,
  options: {
    readonly scales: readonly number[];
    readonly step: number;
    readonly leaps: number;
    readonly chains: number;
    readonly warmUp: number;
    readonly draws: number;
    readonly thin: number;
    readonly key: Key;
  },
): ChainSamples {
  const { scales, chains, warmUp, draws, thin, key } = options;
  const d = target.dimension;
  check(
    scales.length === d && scales.every((scale) => scale > 0),
    () => `hamiltonianMonteCarlo: scales must be ${d} positive numbers, got [${scales}]`,
  );
  for (const name of ["leaps", "chains", "draws", "thin"] as const)
    check(
      Number.isInteger(options[name]) && options[name] > 0,
      () => `hamiltonianMonteCarlo: ${name} must be a positive integer, got ${options[name]}`,
    );
  let positions: Float64Array = normals(foldIn(key, "start"), chains * d).map(
    (z, i) => 2 * scales[i % d] * z,
  );
  const kept = new Float64Array(chains * draws * d);
  let accepted = 0;
  for (let t = 0; t < warmUp + draws * thin; t++) {
    const step = options.step * Math.min(1, shortest ** (1 - (2 * t) / warmUp));
    const proposal = trajectory(target, positions, { ...options, step, key: foldIn(key, t) });
    positions = proposal.positions;
    if (t < warmUp) continue;
    accepted += proposal.accepted;
    const draw = Math.floor((t - warmUp) / thin);
    if ((t - warmUp) % thin !== thin - 1) continue;
    for (let c = 0; c < chains; c++) kept.set(positions.subarray(c * d, (c + 1) * d), (c * draws + draw) * d);
  }
  return { chains, draws, positions: kept, acceptance: accepted / (chains * draws * thin) };
}

/** One proposal for every chain, accepted or not. */
function trajectory(
  target: Omit<Measure, "sample">,
  start: Float64Array,
  options: {
    readonly scales: readonly number[];
    readonly step: number;
    readonly leaps: number;
    readonly key: Key;
  },
): { readonly positions: Float64Array; readonly accepted: number } {
  const { scales, leaps, key } = options;
  const d = scales.length;
  const chains = start.length / d;
  const step = options.step * (0.8 + 0.4 * uniforms(foldIn(key, "length"), 1)[0]);
  const positions = start.slice();
  // In units of the scales: momenta are normal, and a step moves by scale × momentum.
  const momenta = normals(foldIn(key, "momenta"), start.length);
  const before = hamiltonian(target, positions, momenta, d);
  const kick = (length: number) => {
    const score = target.score(positions);
    for (let i = 0; i < momenta.length; i++) momenta[i] += length * scales[i % d] * score[i];
  };
  kick(step / 2);
  for (let leap = 1; leap <= leaps; leap++) {
    for (let i = 0; i < momenta.length; i++) positions[i] += step * scales[i % d] * momenta[i];
    kick(leap === leaps ? step / 2 : step);
  }
  const after = hamiltonian(target, positions, momenta, d);
  const chance = uniforms(foldIn(key, "accept"), chains);
  let accepted = 0;
  for (let c = 0; c < chains; c++) {
    // A trajectory that left the finite numbers has no energy, and is refused.
    if (Math.log(chance[c]) < before[c] - after[c]) accepted++;
    else positions.set(start.subarray(c * d, (c + 1) * d), c * d);
  }
  return { positions, accepted };
}

/** `½|p|² − log ρ` of every chain. */
function hamiltonian(
  target: Omit<Measure, "sample">,
  positions: Float64Array,
  momenta: Float64Array,
  d: number,
): Float64Array {
  return target.logDensity(positions).map((value, c) => {
    const own = momenta.subarray(c * d, (c + 1) * d);
    return 0.5 * own.reduce((sum, p) => sum + p * p, 0) - value;
  });
}
