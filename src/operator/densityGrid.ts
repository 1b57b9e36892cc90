/** @file The density after several learned steps at arbitrary points, by Newton inversion of the composite map. */

import { mapDeterminant } from "../jko/move.ts";
import { solve } from "../linalg/lu.ts";
import type { Measure } from "../measures/measure.ts";
import type { FieldEvaluator } from "./evaluator.ts";
import type { Piece } from "./solver.ts";

export interface PulledBack {
  /** `log ρ_k(y)` at each point. */
  readonly logDensity: Float64Array;
  /** Points at which Newton's iteration did not converge; their density is reported as zero. */
  readonly unconverged: number;
}

/**
 * `log ρ_k(y) = log ρ_0(x) − Σ_j log det ∇T_j`, where `T_k ∘ … ∘ T_1 (x) = y` is solved for `x` one piece at a
 * time, the last first. Each inversion is Newton's iteration `z ← z − ∇T(z)⁻¹ (T(z) − y)` on all points at once.
 *
 * @param points `y`, row-major.
 * @param pieces what the map is composed of, in the order in which it was made.
 * @param initial the measure at step 0, whose density is exact.
 */
export async function pullBackDensity(
  points: Float64Array,
  pieces: readonly Piece[],
  options: { readonly evaluate: FieldEvaluator; readonly tau: number; readonly initial: Measure },
): Promise<PulledBack> {
  const { evaluate, tau, initial } = options;
  const d = initial.dimension;
  const logDeterminant = new Float64Array(points.length / d);
  const lost = new Uint8Array(points.length / d);
  let images = points;
  for (const piece of [...pieces].reverse()) {
    const inverse = await invertPiece(images, piece, { evaluate, tau, d });
    images = inverse.points;
    for (let i = 0; i < lost.length; i++) {
      logDeterminant[i] += Math.log(inverse.determinants[i]);
      lost[i] |= inverse.lost[i];
    }
  }
  const start = initial.logDensity(images);
  return {
    logDensity: start.map((value, i) => (lost[i] ? Number.NEGATIVE_INFINITY : value - logDeterminant[i])),
    unconverged: lost.reduce((sum, value) => sum + value, 0),
  };
}

/** Newton iterations a step; convergence is quadratic, and the first guess is off by one step's displacement. */
const iterations = 12;
/** Residual, in length, below which a point counts as inverted: float32 round-off of a displacement. */
const tolerance = 1e-5;

async function invertPiece(
  targets: Float64Array,
  piece: Piece,
  options: { readonly evaluate: FieldEvaluator; readonly tau: number; readonly d: number },
): Promise<{
  readonly points: Float64Array;
  readonly determinants: Float64Array;
  readonly lost: Uint8Array;
}> {
  const { evaluate, tau, d } = options;
  const h = tau * piece.portion;
  const count = targets.length / d;
  const points = targets.slice();
  const determinants = new Float64Array(count).fill(1);
  const lost = new Uint8Array(count).fill(1);
  // Only points that still move go through the network again.
  let active = Array.from({ length: count }, (_, i) => i);
  for (let k = 0; k < iterations && active.length > 0; k++) {
    const queries = Float64Array.from(
      { length: active.length * d },
      (_, j) => points[active[Math.floor(j / d)] * d + (j % d)],
    );
    const [field] = await evaluate([{ context: piece.context, queries }]);
    const next: number[] = [];
    active.forEach((i, row) => {
      const residual = Array.from(
        { length: d },
        (_, a) => points[i * d + a] + h * field.value[row * d + a] - targets[i * d + a],
      );
      determinants[i] = mapDeterminant(field.jacobian, row * d * d, d, h);
      const error = Math.max(...residual.map(Math.abs));
      if (error < tolerance) {
        lost[i] = determinants[i] > 0 ? 0 : 1;
        return;
      }
      if (!(determinants[i] > 1e-6) || !Number.isFinite(error)) return; // outside the range of the map
      const correction = newtonCorrection(field.jacobian, { offset: row * d * d, d, h }, residual);
      for (let a = 0; a < d; a++) points[i * d + a] -= correction[a];
      next.push(i);
    });
    active = next;
  }
  return { points, determinants, lost };
}

/** `∇T⁻¹ r` with `(∇T)_{ab} = δ_ab + h ∂_b v_a`; `jacobian` holds `∂_b v_a` at `[b, a]`. */
function newtonCorrection(
  jacobian: ArrayLike<number>,
  block: { readonly offset: number; readonly d: number; readonly h: number },
  residual: readonly number[],
): number[] {
  const { offset, d, h } = block;
  const matrix = Array.from({ length: d }, (_, a) =>
    Array.from({ length: d }, (_, b) => (a === b ? 1 : 0) + h * jacobian[offset + b * d + a]),
  );
  return solve(matrix, residual);
}
