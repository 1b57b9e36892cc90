/** @file Sizes that depend on the sizes of the inputs: formulas fitted to what three recordings show. */

/** The same thing in the recordings at three sizes. */
export type Triple<T> = readonly [T, T, T];

/** A dimension of the inputs that is left open: its name, where it is found, and its size in the recordings. */
export interface SizeSymbol {
  readonly name: string;
  readonly input: number;
  readonly axis: number;
  readonly sizes: Triple<number>;
}

export type Symbols = readonly SizeSymbol[];

/** `factor · product + offset`, with the product over some of the symbols; an empty product stands for a number. */
export interface Expression {
  readonly factor: number;
  readonly product: Symbols;
  readonly offset: number;
}

/** `factor · product`, or `factor / product` where `inverse`. */
export interface Proportion {
  readonly factor: number;
  readonly product: Symbols;
  readonly inverse: boolean;
}

/** Products of more than three symbols do not occur: no tensor of ours has more than three open dimensions. */
const longestProduct = 3;

/** The simplest formula with integer coefficients that gives these sizes, or undefined where there is none. */
export function expressionOf(sizes: Triple<number>, symbols: Symbols): Expression | undefined {
  if (sizes[0] === sizes[1] && sizes[1] === sizes[2]) return { factor: 0, product: [], offset: sizes[0] };
  const candidates = products(symbols).flatMap((product): Expression[] => {
    const [a, b, c] = valuesOf(product);
    const factor = (sizes[1] - sizes[0]) / (b - a);
    const offset = sizes[0] - factor * a;
    const exact = Number.isInteger(factor) && Number.isInteger(offset) && factor * c + offset === sizes[2];
    return exact ? [{ factor, product, offset }] : [];
  });
  return candidates.find(({ offset }) => offset === 0) ?? candidates[0];
}

/** The product of symbols, or its inverse, to which these numbers are proportional, as `1/n` of a mean is. */
export function proportionOf(values: Triple<number>, symbols: Symbols): Proportion | undefined {
  for (const product of products(symbols)) {
    const sizes = valuesOf(product);
    for (const inverse of [false, true]) {
      const factors = values.map((value, k) => (inverse ? value * sizes[k] : value / sizes[k]));
      const factor = factors[0];
      const close = factors.every((other) => Math.abs(other - factor) <= 1e-6 * Math.abs(factor));
      if (close) return { factor: nearInteger(factor), product, inverse };
    }
  }
  return undefined;
}

/** How a formula is written in the shapes of a model: `context`, `2*context*queries+1`. */
export function printed({ factor, product, offset }: Expression): number | string {
  if (product.length === 0) return offset;
  const names = product.map(({ name }) => name).join("*");
  return `${factor === 1 ? "" : `${factor}*`}${names}${offset === 0 ? "" : offset > 0 ? `+${offset}` : offset}`;
}

/** Products of one symbol, then of two, then of three, with repetition. */
function products(symbols: Symbols): Symbols[] {
  let longest: Symbols[] = [[]];
  const all: Symbols[] = [];
  for (let length = 1; length <= longestProduct; length++) {
    longest = longest.flatMap((product) =>
      symbols.slice(symbols.indexOf(product.at(-1) ?? symbols[0])).map((symbol) => [...product, symbol]),
    );
    all.push(...longest);
  }
  return all;
}

function valuesOf(product: Symbols): Triple<number> {
  const at = (k: 0 | 1 | 2): number => product.reduce((value, { sizes }) => value * sizes[k], 1);
  return [at(0), at(1), at(2)];
}

/** Float32 rounding hides that a count is a count. */
function nearInteger(value: number): number {
  const integer = Math.round(value);
  return integer !== 0 && Math.abs(value - integer) < 1e-5 * Math.abs(integer) ? integer : value;
}
