/** @file Linear waves of a plasma of Maxwellian beams: how fast they grow, and how fast they decay. */

import { check } from "../../check/check.ts";
import { checkWeights } from "../../measures/weights.ts";
import { type Complex, over, plasmaDispersion, plus, times } from "./plasmaDispersion.ts";

/** A spatially uniform plasma without collisions and one of its wavenumbers. */
export interface PlasmaWave {
  /** `f_0(v) = Σ_b w_b N(v_b, σ_b²)`; weights sum to 1. */
  readonly beams: readonly { readonly weight: number; readonly drift: number; readonly deviation: number }[];
  /** `k > 0`, in units of 1/length. */
  readonly wavenumber: number;
  /** `ω_p`, in units of 1/time; `√M/L` for a mass `M` on a torus of length `L` and a unit coupling of density and field. */
  readonly plasmaFrequency: number;
}

/**
 * The dielectric function of the linearised Vlasov–Poisson equation,
 *
 *     D(ω) = 1 − (ω_p/k)² ∫ f_0'(v)/(v − ω/k) dv = 1 + Σ_b w_b (ω_p/kσ_b)² (1 + ζ_b Z(ζ_b)),     ζ_b = (ω/k − v_b)/√2σ_b.
 *
 * Its zeros `ω` are the waves `e^{i(kx − ωt)}`: they grow where `Im ω > 0`.
 */
export function dielectric({ beams, wavenumber: k, plasmaFrequency }: PlasmaWave, omega: Complex): Complex {
  return beams.reduce<Complex>(
    (sum, { weight, drift, deviation }) => {
      const width = Math.SQRT2 * deviation;
      const zeta: Complex = [(omega[0] / k - drift) / width, omega[1] / k / width];
      const response = plus([1, 0], times(zeta, plasmaDispersion(zeta)));
      return plus(sum, times([weight * (plasmaFrequency / (k * deviation)) ** 2, 0], response));
    },
    [1, 0],
  );
}

/** The zero of {@link dielectric} to which Newton's method leads from `start`; undefined where it leads to none. */
export function dispersionRoot(wave: PlasmaWave, start: Complex): Complex | undefined {
  let omega = start;
  const h = 1e-6 * wave.plasmaFrequency;
  for (let iteration = 0; iteration < 60; iteration++) {
    const value = dielectric(wave, omega);
    const [right, left] = [h, -h].map((step) => dielectric(wave, [omega[0] + step, omega[1]]));
    const slope: Complex = [(right[0] - left[0]) / (2 * h), (right[1] - left[1]) / (2 * h)];
    const step = over(value, slope);
    omega = [omega[0] - step[0], omega[1] - step[1]];
    if (!omega.every(Number.isFinite)) return undefined;
    if (Math.hypot(...step) < 1e-11 * wave.plasmaFrequency) return omega;
  }
  return undefined;
}

/**
 * The frequency `ω` of the wave that grows fastest, or decays slowest: the zero of largest imaginary part that Newton's method finds
 * from a net of starts. `γ = Im ω` is its growth rate, and the energy of its field goes as `e^{2γt}`.
 *
 * @example two streams at ±1.5 with deviation 0.5: `γ = 0.2749` at `k = 0.5`, `ω_p = 1`.
 */
export function fastestWave(wave: PlasmaWave): { readonly frequency: number; readonly growth: number } {
  const { beams, wavenumber, plasmaFrequency } = wave;
  checkWeights(
    "fastestWave: beams",
    beams.map(({ weight }) => weight),
  );
  check(
    wavenumber > 0 && plasmaFrequency > 0 && beams.every(({ deviation }) => deviation > 0),
    () => "fastestWave: wavenumber, plasmaFrequency and every deviation must be positive",
  );
  const reach = 2 * plasmaFrequency + wavenumber * Math.max(...beams.map(({ drift }) => Math.abs(drift)));
  let best: Complex | undefined;
  for (let i = -8; i <= 8; i++) {
    for (const part of [1, 0.5, 0.25, 0.1, 0, -0.2]) {
      const root = dispersionRoot(wave, [(reach * i) / 8, part * plasmaFrequency]);
      if (root !== undefined && Math.abs(root[0]) < 2 * reach && root[1] > (best?.[1] ?? -Infinity))
        best = root;
    }
  }
  check(best !== undefined, () => "fastestWave: Newton's method found no wave; change the wavenumber");
  const [frequency, growth] = best as Complex;
  return { frequency: Math.abs(frequency), growth };
}
