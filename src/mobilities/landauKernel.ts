/** @file The collision kernel `A(z) = C (|z|² + ε²)^{γ/2} (|z|² I − z⊗z)`. */

/** What fixes a collision kernel; {@link landauMobility} says what the letters are. */
export interface LandauKernel {
  /** `C`. */
  readonly constant: number;
  /** `γ`. */
  readonly exponent: number;
  /** `∫f`. */
  readonly mass: number;
  /** `ε`. */
  readonly softening: number;
}

/** `C ∫f`: what multiplies means over particles. */
export function strengthOf({ constant, mass }: LandauKernel): number {
  return constant * mass;
}

/** `x^{γ/2}` for `x > 0`, without a power where a root will do: it is called for every pair. */
export function halfPower(exponent: number): (x: number) => number {
  if (exponent === -3) return (x) => 1 / (x * Math.sqrt(x));
  if (exponent === -2) return (x) => 1 / x;
  if (exponent === -1) return (x) => 1 / Math.sqrt(x);
  if (exponent === 0) return () => 1;
  if (exponent === 1) return Math.sqrt;
  return (x) => x ** (exponent / 2);
}
