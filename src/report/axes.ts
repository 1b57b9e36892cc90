/** @file Ticks at round values, and numbers written as a reader writes them. */

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Round values `m · 10^k`, m in {1, 2, 5}, inside the domain: about `count` of them, and two at least. */
export function linearTicks(domain: readonly [number, number], count = 5): number[] {
  const [low, high] = domain;
  const span = high - low;
  if (!(span > 0)) return [low];
  for (let wanted = Math.max(2, Math.round(count)); ; wanted++) {
    const raw = span / wanted;
    const power = 10 ** Math.floor(Math.log10(raw));
    const part = raw / power;
    const step =
      power * (part >= Math.sqrt(50) ? 10 : part >= Math.sqrt(10) ? 5 : part >= Math.SQRT2 ? 2 : 1);
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    if (last > first || wanted > 40)
      return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
}

/** Powers of ten inside the domain, thinned to about `count`; with less than two decades also their multiples by 2 and 5. */
export function logTicks(domain: readonly [number, number], count = 6): number[] {
  const [low, high] = domain;
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.ceil(Math.log10(high) - 1e-9);
  const inside = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const decades = powers.map((p) => 10 ** p).filter(inside);
  if (decades.length >= 3) {
    const stride = Math.ceil(decades.length / count);
    return powers
      .filter((p) => p % stride === 0)
      .map((p) => 10 ** p)
      .filter(inside);
  }
  const multiples = Math.log10(high / low) < 0.7 ? [1, 1.5, 2, 3, 4, 5, 6, 8] : [1, 2, 5];
  return powers.flatMap((p) => multiples.map((m) => Number((m * 10 ** p).toPrecision(6)))).filter(inside);
}

/**
 * A tick's text: plain digits where they are short, else a power of ten; a true minus sign.
 *
 * @param among All ticks of a linear axis: the largest decides for all, so that one axis is written in one way.
 */
export function tickText(value: number, among: readonly number[] = [value]): string {
  if (value === 0) return "0";
  const size = among.reduce((largest, tick) => Math.max(largest, Math.abs(tick)), 0);
  if (size >= 1e5 || size < 1e-3) return scientific(value, 3);
  return minus(String(Number(value.toPrecision(6))));
}

/** Three significant digits for tables and captions: `0.0123`, `1.20`, `341`, `12 300`, `1.2 × 10⁻⁷`. */
export function numberText(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return scientific(value, digits);
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const fixed = Number.isInteger(value) ? String(value) : value.toFixed(Math.min(8, decimals));
  const [whole, fraction] = fixed.split(".");
  const grouped = whole.replace(/^-/, "").length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u2009") : whole;
  return minus(fraction === undefined ? grouped : `${grouped}.${fraction}`);
}

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(Math.max(0, digits - 1)).split("e");
  const power = `10${superscript(Number(exponent))}`;
  const short = String(Number(mantissa));
  return short === "1" ? power : short === "-1" ? `−${power}` : `${minus(short)} × ${power}`;
}

function superscript(power: number): string {
  const digits = [...String(Math.abs(power))].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return power < 0 ? `⁻${digits}` : digits;
}

function minus(text: string): string {
  return text.replace("-", "−");
}
