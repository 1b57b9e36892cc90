/** @file The oscillators themselves: the stochastic equation of many phases. */

import { check } from "../../check/check.ts";
import { numberOf } from "../../energies/coefficient.ts";
import { type Harmonic, harmonicsOf } from "../../energies/trigonometricInteraction.ts";
import { simulatedInfo } from "../../jko/composite.ts";
import type { GradientFlow } from "../../jko/flow.ts";
import type { Solver } from "../../jko/solver.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { normals } from "../../random/draw.ts";
import { foldIn, type Key } from "../../random/key.ts";

/**
 * How a time step `h` is made. `euler-maruyama`: `θ ← θ + h f(θ) + √(2Dh) ξ`, of weak order 1: it shifts the critical coupling by `h/4`.
 * `heun`: the same with the mean of the forces before and after it, of weak order 2 where noise is additive.
 *
 * @see Kloeden & Platen (1992), Numerical Solution of Stochastic Differential Equations, section 15.1.
 */
export type OscillatorScheme = "euler-maruyama" | "heun";

/**
 * `dθ_i = −(W_E' * ρ)(θ_i) dt + √(2D) dB_i` on the circle, in `O(n)` a step: for {@link kuramotoFlow} with `D = ½` the oscillators of its
 * description. Particles are moved at random and not by a map; their log-densities are NaN.
 *
 * @param options.substeps of every step `τ`.
 */
export function oscillatorSolver(options: {
  readonly substeps: number;
  readonly scheme: OscillatorScheme;
}): Solver<Key> {
  const { substeps, scheme } = options;
  check(
    Number.isInteger(substeps) && substeps > 0,
    () => `oscillatorSolver: substeps must be a positive integer, got ${substeps}`,
  );
  return {
    name: scheme === "heun" ? "stochastic Heun" : "Euler–Maruyama",
    init: async (_flow, _cloud, key) => key,
    async step(flow, cloud, key) {
      const { count } = cloud;
      const { diffusion, harmonics, wavenumber } = equationOf(flow);
      const h = flow.tau / substeps;
      const noise = Math.sqrt(2 * diffusion * h);
      const phases = Float64Array.from(cloud.positions);
      const [before, after, ahead] = [0, 1, 2].map(() => new Float64Array(count));
      for (let k = 0; k < substeps; k++) {
        const kicks = normals(foldIn(foldIn(key, "noise"), k), count);
        setForces(before, phases, { harmonics, wavenumber });
        for (let i = 0; i < count; i++) ahead[i] = phases[i] + h * before[i] + noise * kicks[i];
        if (scheme === "heun") {
          setForces(after, ahead, { harmonics, wavenumber });
          for (let i = 0; i < count; i++) ahead[i] += 0.5 * h * (after[i] - before[i]);
        }
        phases.set(ahead);
      }
      const logDensity = new Float64Array(count).fill(Number.NaN);
      const moved: Cloud = { dimension: 1, count, positions: phases, logDensity };
      return {
        cloud: moved,
        state: foldIn(key, "next"),
        info: simulatedInfo(flow, { before: cloud, after: moved }, substeps),
      };
    },
  };
}

/** `−(W'*ρ)(θ_i)` through the Fourier modes of the cloud; loops over buffers, since simulations are long. */
function setForces(
  force: Float64Array,
  phases: Float64Array,
  { harmonics, wavenumber }: { readonly harmonics: readonly Harmonic[]; readonly wavenumber: number },
): void {
  const n = phases.length;
  const [cosines, sines] = [new Float64Array(n), new Float64Array(n)];
  force.fill(0);
  for (const { order, coefficient } of harmonics) {
    const k = order * wavenumber;
    let [c, s] = [0, 0];
    for (let i = 0; i < n; i++) {
      cosines[i] = Math.cos(k * phases[i]);
      sines[i] = Math.sin(k * phases[i]);
      c += cosines[i];
      s += sines[i];
    }
    const strength = (numberOf(coefficient) * k) / n;
    for (let i = 0; i < n; i++) force[i] += strength * (c * sines[i] - s * cosines[i]);
  }
}

function equationOf({ energy, torus, name }: GradientFlow) {
  const { internal, potential, interaction } = energy;
  const harmonics = interaction && harmonicsOf(interaction);
  check(
    internal?.exponent === 1 && potential === undefined && harmonics !== undefined && torus !== undefined,
    () =>
      `oscillatorSolver: the flow must live on a circle, with an entropy and a trigonometric interaction alone; got ${name}`,
  );
  return {
    diffusion: numberOf(internal?.coefficient ?? 0),
    harmonics: harmonics as readonly Harmonic[],
    wavenumber: (2 * Math.PI) / (torus?.period ?? 1),
  };
}
