/** @file Closed forms for the kinetic Fokker–Planck equation in a quadratic potential. */

import { check } from "../../check/check.ts";
import { cholesky } from "../../linalg/cholesky.ts";
import { matrixExponential } from "../../linalg/exponential.ts";
import { inverse } from "../../linalg/lu.ts";
import {
  add,
  checkSymmetric,
  identity,
  type Matrix,
  matmul,
  matvec,
  scale,
  symmetrize,
  trace,
  transpose,
  type Vector,
} from "../../linalg/matrix.ts";
import { type Gaussian, type GaussianParameters, gaussian } from "../../measures/gaussian.ts";

/** `∂_t f + v·∇_x f − A(x−b)·∇_v f = ε ∇_v·(v f + T ∇_v f)` from a Gaussian, which stays one. Points are `z = (x, v)`. */
export interface KineticGaussians {
  /** Of `z`, twice that of `x`. */
  readonly dimension: number;
  /**
   * The solution at time `t`: with `F = [[0, I], [−A, −ε]]` and `Q = diag(0, 2εT)` its moments satisfy `μ̇ = F(μ − (b, 0))` and
   * `Σ̇ = FΣ + ΣFᵀ + Q`, here solved by a matrix exponential.
   */
  readonly flow: (initial: GaussianParameters, time: number) => Gaussian;
  /** `N((b, 0), diag(T A⁻¹, T I))`; needs a positive definite `A`. */
  readonly stationary: () => Gaussian;
  /** The drift of the collisions, `u* = −ε(v + T ∇_v log f) = −ε(v − T [Σ⁻¹(z − μ)]_v)`, at points `[n, 2d]`; `[n, d]`. */
  readonly drift: (state: GaussianParameters, points: ArrayLike<number>) => Float64Array;
  /** `T∫f log f + ∫(½|v|² + V) f`. */
  readonly freeEnergy: (state: GaussianParameters) => number;
}

/**
 * The kinetic Fokker–Planck equation of Gaussians.
 *
 * @param options.stiffness the symmetric matrix `A` of `V(x) = ½(x−b)ᵀA(x−b)`, in units of 1/time².
 * @param options.center `b`; the origin unless given.
 * @param options.strength `ε ≥ 0` of the collisions, in units of 1/time.
 * @param options.temperature `T > 0`, in units of velocity².
 */
export function kineticGaussians(options: {
  readonly stiffness: Matrix;
  readonly center?: Vector;
  readonly strength: number;
  readonly temperature: number;
}): KineticGaussians {
  const { stiffness, strength, temperature } = options;
  checkSymmetric("kineticGaussians: stiffness", stiffness);
  const d = stiffness.length;
  const center = options.center ?? stiffness.map(() => 0);
  check(center.length === d, () => `kineticGaussians: center must have ${d} entries, got ${center.length}`);
  check(
    strength >= 0 && strength < Infinity,
    () => `kineticGaussians: strength must not be negative, got ${strength}`,
  );
  check(
    temperature > 0 && temperature < Infinity,
    () => `kineticGaussians: temperature must be positive, got ${temperature}`,
  );
  const zero = stiffness.map((row) => row.map(() => 0));
  const unit = identity(d);
  const generator = blocks(zero, unit, scale(stiffness, -1), scale(unit, -strength));
  const noise = blocks(zero, zero, zero, scale(unit, 2 * strength * temperature));
  const place = [...center, ...center.map(() => 0)];
  const offset = (mean: Vector) => mean.map((value, a) => value - place[a]);
  return {
    dimension: 2 * d,
    flow({ mean, covariance }, time) {
      check(
        time >= 0 && time < Infinity,
        () => `kineticGaussians.flow: time must not be negative, got ${time}`,
      );
      const { decay, gained } = propagator(generator, noise, time);
      return gaussian({
        mean: matvec(decay, offset(mean)).map((value, a) => value + place[a]),
        covariance: symmetrize(add(matmul(matmul(decay, covariance), transpose(decay)), gained)),
      });
    },
    stationary() {
      cholesky(stiffness, "kineticGaussians.stationary: stiffness");
      const positions = symmetrize(scale(inverse(stiffness), temperature));
      return gaussian({ mean: place, covariance: blocks(positions, zero, zero, scale(unit, temperature)) });
    },
    drift(state, points) {
      const rows = inverse(state.covariance).slice(d);
      const values = new Float64Array(points.length / 2);
      for (let i = 0; i < values.length; i++) {
        const [start, k] = [2 * d * Math.floor(i / d), i % d];
        let score = 0;
        for (let a = 0; a < 2 * d; a++) score -= rows[k][a] * (points[start + a] - state.mean[a]);
        values[i] = -strength * (points[start + d + k] + temperature * score);
      }
      return values;
    },
    freeEnergy(state) {
      const hessian = blocks(stiffness, zero, zero, unit);
      const shift = offset(state.mean);
      const pull = matvec(hessian, shift);
      const mechanical =
        trace(matmul(hessian, state.covariance)) + shift.reduce((s, x, a) => s + x * pull[a], 0);
      return 0.5 * mechanical - temperature * gaussian(state).entropy;
    },
  };
}

/**
 * `e^{tF}` and `∫_0^t e^{sF} Q e^{sFᵀ} ds`: for a short time by one exponential of twice the size, which has `e^{−tFᵀ}` in it and would
 * lose all digits for a long one, and from there by doubling.
 *
 * @see Van Loan (1978), Computing integrals involving the matrix exponential, doi:10.1109/TAC.1978.1101743.
 */
function propagator(generator: Matrix, noise: Matrix, time: number) {
  const n = generator.length;
  const size = time * Math.max(...generator.flat().map(Math.abs), 1);
  const doublings = Math.max(0, Math.ceil(Math.log2(Math.max(size, 1e-300))));
  const zero = generator.map((row) => row.map(() => 0));
  const whole = matrixExponential(
    scale(blocks(scale(generator, -1), noise, zero, transpose(generator)), time / 2 ** doublings),
  );
  let decay: number[][] = transpose(whole.slice(n).map((row) => row.slice(n)));
  let gained: number[][] = symmetrize(
    matmul(
      decay,
      whole.slice(0, n).map((row) => row.slice(n)),
    ),
  );
  for (let k = 0; k < doublings; k++) {
    gained = symmetrize(add(gained, matmul(matmul(decay, gained), transpose(decay))));
    decay = matmul(decay, decay);
  }
  return { decay, gained };
}

function blocks(a: Matrix, b: Matrix, c: Matrix, d: Matrix): number[][] {
  return [...a.map((row, i) => [...row, ...b[i]]), ...c.map((row, i) => [...row, ...d[i]])];
}
