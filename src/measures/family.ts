/** @file Families of initial densities: what an operator is trained on. */

import type { Key } from "../random/key.ts";
import type { Measure } from "./measure.ts";

/** A random density: one key, one member of the family. */
export interface Family {
  readonly name: string;
  readonly dimension: number;
  draw(key: Key): Measure;
}
