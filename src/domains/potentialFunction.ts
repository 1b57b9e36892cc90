/** @file Potentials as plain Float64 functions: what closed forms and reference solvers need to know of an energy. */

/** A potential `V: R^d → R` with exact derivatives. */
export interface PotentialFunction {
  value(x: ArrayLike<number>): number;
  /** `∇V(x)`, length d. */
  gradient(x: ArrayLike<number>): number[];
  /** `∇²V(x)`, d rows of d. */
  hessian(x: ArrayLike<number>): number[][];
}

/** A function of one real variable with its first two derivatives: a potential on the line or the profile of a kernel. */
export interface ScalarFunction {
  value(x: number): number;
  gradient(x: number): number;
  hessian(x: number): number;
}

/** `V(x) = Σ_i V_i(x_i)`. */
export interface SeparablePotential extends PotentialFunction {
  readonly axes: readonly ScalarFunction[];
}

/** The sum of one scalar function per coordinate, with its gradient and diagonal Hessian. */
export function separablePotential(axes: readonly ScalarFunction[]): SeparablePotential {
  return {
    axes,
    value: (x) => axes.reduce((sum, axis, i) => sum + axis.value(x[i]), 0),
    gradient: (x) => axes.map((axis, i) => axis.gradient(x[i])),
    hessian: (x) => axes.map((axis, i) => axes.map((_, j) => (i === j ? axis.hessian(x[i]) : 0))),
  };
}
