/** @file The plasma dispersion function of complex arguments. */

/** `a + ib` as `[a, b]`. */
export type Complex = readonly [re: number, im: number];

export const times = (a: Complex, b: Complex): Complex => [
  a[0] * b[0] - a[1] * b[1],
  a[0] * b[1] + a[1] * b[0],
];

export const plus = (a: Complex, b: Complex): Complex => [a[0] + b[0], a[1] + b[1]];

export const over = (a: Complex, b: Complex): Complex => {
  const size = b[0] ** 2 + b[1] ** 2;
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
};

const TERMS = 40;
const LENGTH = Math.sqrt(TERMS / Math.SQRT2);
const COEFFICIENTS = coefficients();

/**
 * `Z(ζ) = π^{−½} ∫ e^{−s²}/(s − ζ) ds` for `Im ζ > 0`, continued analytically to all of the plane: `i√π w(ζ)` with the Faddeeva
 * function `w`, to about `10⁻¹²`.
 *
 * @see Weideman (1994), Computation of the complex error function, doi:10.1137/0731077.
 */
export function plasmaDispersion(zeta: Complex): Complex {
  const w = faddeeva(zeta);
  return [-Math.sqrt(Math.PI) * w[1], Math.sqrt(Math.PI) * w[0]];
}

/** `w(z) = e^{−z²} erfc(−iz)`. */
function faddeeva(z: Complex): Complex {
  if (z[1] < 0) {
    // w(z) = 2e^{−z²} − w(−z).
    const other = faddeeva([-z[0], -z[1]]);
    const size = 2 * Math.exp(z[1] ** 2 - z[0] ** 2);
    const angle = -2 * z[0] * z[1];
    return [size * Math.cos(angle) - other[0], size * Math.sin(angle) - other[1]];
  }
  const below: Complex = [LENGTH + z[1], -z[0]];
  const ratio = over([LENGTH - z[1], z[0]], below);
  let sum: Complex = [0, 0];
  for (let k = TERMS - 1; k >= 0; k--) sum = plus(times(sum, ratio), [COEFFICIENTS[k], 0]);
  const tail = over([1 / Math.sqrt(Math.PI), 0], below);
  return plus(times([2, 0], over(sum, times(below, below))), tail);
}

/** Coefficients of `e^{−t²}(L² + t²)` in rational functions, from its Fourier series under `t = L tan(θ/2)`. */
function coefficients(): number[] {
  const half = 2 * TERMS;
  return Array.from({ length: TERMS }, (_, n) => {
    let sum = 0;
    for (let j = 1 - half; j < half; j++) {
      const theta = (j * Math.PI) / half;
      const t = LENGTH * Math.tan(theta / 2);
      sum += Math.exp(-t * t) * (LENGTH ** 2 + t * t) * Math.cos((n + 1) * theta);
    }
    return sum / (2 * half);
  });
}
