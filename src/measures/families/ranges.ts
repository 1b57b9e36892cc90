/** @file Ranges from which families draw their parameters. */

import { check } from "../../check/check.ts";
import { integers, uniforms } from "../../random/draw.ts";
import type { Key } from "../../random/key.ts";

/** Both ends included. */
export type Range = readonly [least: number, greatest: number];

/** Throws unless `components` is a range of whole numbers from 1 on; `where` names the family. */
export function checkComponents(where: string, components: Range): void {
  check(
    components.every(Number.isInteger) && components[0] >= 1 && components[1] >= components[0],
    () => `${where}: components must be [least, greatest] with 1 ≤ least ≤ greatest, got [${components}]`,
  );
}

/** Throws unless `range` is a range of positive numbers; `what` names the family and the parameter. */
export function checkPositiveRange(what: string, range: Range): void {
  check(
    range[0] > 0 && range[1] >= range[0] && range[1] < Infinity,
    () => `${what} must be [least, greatest] with 0 < least ≤ greatest, got [${range}]`,
  );
}

/** A whole number of the range, each equally likely. */
export function drawCount(key: Key, [least, greatest]: Range): number {
  return least + integers(key, greatest - least + 1, 1)[0];
}

/** `count` points uniform in `[−reach, reach]^dimension`, one row a point. */
export function drawPoints(
  key: Key,
  reach: number,
  shape: readonly [count: number, dimension: number],
): number[][] {
  const [count, dimension] = shape;
  const values = uniforms(key, count * dimension).map((u) => reach * (2 * u - 1));
  return Array.from({ length: count }, (_, k) => [...values.subarray(k * dimension, (k + 1) * dimension)]);
}

/** `count` numbers whose logarithms are uniform between those of the ends. */
export function logUniforms(key: Key, [least, greatest]: Range, count: number): Float64Array {
  const ratio = Math.log(greatest / least);
  return uniforms(key, count).map((u) => least * Math.exp(ratio * u));
}
