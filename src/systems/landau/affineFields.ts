/** @file The best affine fields of a Landau step, in closed form. */

import { check } from "../../check/check.ts";
import { inverse, solve } from "../../linalg/lu.ts";
import { type Matrix, trace } from "../../linalg/matrix.ts";
import type { Cloud } from "../../measures/cloud.ts";
import { moments } from "../../metrics/statistics.ts";
import type { LandauKernel } from "../../mobilities/landauKernel.ts";
import { pairMoments } from "./pairMoments.ts";

/**
 * The `B` for which `w = B(v − v̄)` minimises the JKO objective with the linear log-determinant,
 *
 *     L(w)/τ = ½ mean w·𝓑[w] − mean ∇·𝓑[w]:    H vec(B) = g,
 *     H_{ab,cd} = ½ E[κ (|z|² δ_ac z_b z_d − z_a z_b z_c z_d)],    g = E[κ (|z|² I − d z⊗z)],
 *
 * with `z = v − v*` over all pairs and `κ` the kernel's factor. Neither sees multiples of the identity, of which that is taken for which
 * `mean w·(v − v̄) = d`, as it is for the exact `w = −∇log f`. It does not depend on `τ`. Since linear fields are among the test functions of
 * the first variation, `mean (v⊗𝓑[w] + 𝓑[w]⊗v) = −4dC (P − (tr P/d) I)` holds exactly for Maxwell's molecules, for any finite cloud.
 */
export function landauAffineJkoField(kernel: LandauKernel, cloud: Cloud): Matrix {
  const { dimension: d } = cloud;
  const { second, weighted, fourth } = pairMoments(kernel, cloud);
  const size = trace(weighted) / d;
  check(size > 0, () => "landauAffineJkoField: particles must differ");
  const entry = (a: number, b: number, c: number, e: number) =>
    0.5 * ((a === c ? weighted[b][e] : 0) - fourth[a * d + b][c * d + e]);
  const H = Array.from({ length: d * d }, (_, row) => {
    const [a, b] = [Math.floor(row / d), row % d];
    return Array.from({ length: d * d }, (_, column) => {
      const [c, e] = [Math.floor(column / d), column % d];
      // What the identity adds makes the system definite, and leaves a solution that has none of it.
      return entry(a, b, c, e) + (a === b && c === e ? size / d : 0);
    });
  });
  const g = second.flatMap((row, a) => row.map((value, b) => (a === b ? trace(second) : 0) - d * value));
  const solution = solve(H, g);
  const B = second.map((_, a) => solution.slice(a * d, (a + 1) * d));
  const { covariance: P } = moments(cloud.positions, d);
  const overlap = B.reduce(
    (sum, row, a) => sum + row.reduce((part, value, b) => part + value * P[a][b], 0),
    0,
  );
  const rest = (d - overlap) / trace(P);
  return B.map((row, a) => row.map((value, b) => value + (a === b ? rest : 0)));
}

/** The `B = P⁻¹` for which `−B(v − v̄)` minimises score matching, `½ mean |s|² + mean ∇·s`: the score of a Gaussian with the cloud's covariance. */
export function landauAffineScoreField(cloud: Cloud): Matrix {
  return inverse(moments(cloud.positions, cloud.dimension).covariance);
}
