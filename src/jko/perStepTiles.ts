/** @file Work on a large cloud, tile by tile: tiles are asked for at once, for an engine to run them beside each other. */

import { type NdArray, ndarray, pieces, sizeOf } from "../engine/array.ts";
import type { GradientFlow } from "./flow.ts";
import type { FieldNetwork } from "./perStepField.ts";

/** A cloud and what belongs to its particles, `[1, n, …]` each. */
export type Sample = Readonly<Record<string, NdArray>>;

/** Numbers in the widest layer: of a tile at most, and of a cloud that is not worth dividing. */
const [tileElements, smallCloud] = [400_000, 200_000];

/** Numbers in the widest layer of a block within a tile: with their gradients they stay in the cache of a core. */
const blockElements = 200_000;

/** Tiles for layers of so many numbers: one, or an even number that does not depend on how many threads there are. */
export function tilesFor(elements: number): number {
  return elements <= smallCloud ? 1 : 2 * Math.ceil(elements / (2 * tileElements));
}

/** Blocks of a tile, or of a cloud that is one, that are differentiated one after the other within a run. */
export function blocksFor(elements: number): number {
  return Math.max(1, Math.ceil(elements / blockElements));
}

/** Numbers in the widest layer of a network at so many particles; none where these feel each other and cannot be divided. */
export function divisibleElements(flow: GradientFlow, network: FieldNetwork, particles: number): number {
  if (flow.mobility.isPairwise || flow.energy.interaction !== undefined) return 0;
  const widest =
    network.form === "mlp" ? Math.max(...network.hidden) : network.form === "gradient" ? network.width : 1;
  return particles * widest;
}

/** Blocks of particles of nearly equal size, which share the memory of the whole. */
export function tilesOf<S extends Sample>(sample: S, count: number): readonly S[] {
  const n = Object.values(sample)[0].shape[1];
  return pieces(n, count).map(({ start, end }) => {
    const cut = ({ data, shape }: NdArray): NdArray => {
      const rest = shape.slice(2);
      const size = sizeOf(rest);
      return ndarray(data.subarray(start * size, end * size), [1, end - start, ...rest]);
    };
    return Object.fromEntries(Object.entries(sample).map(([name, array]) => [name, cut(array)])) as S;
  });
}

/** The tiles' results side by side, `[1, n, …]`. */
export function besideEachOther(parts: readonly NdArray[]): NdArray {
  if (parts.length === 1) return parts[0];
  const n = parts.reduce((sum, { shape }) => sum + shape[1], 0);
  const size = parts.reduce((sum, { data }) => sum + data.length, 0);
  const data = new Float32Array(size);
  let start = 0;
  for (const part of parts) {
    data.set(part.data, start);
    start += part.data.length;
  }
  return ndarray(data, [1, n, ...parts[0].shape.slice(2)]);
}

/** The mean over all particles from the means over tiles, added up in their order, in Float64. */
export function meanOfTiles(
  parts: readonly { readonly mean: NdArray; readonly particles: number }[],
): NdArray {
  const whole = parts.reduce((sum, { particles }) => sum + particles, 0);
  const sums = new Float64Array(parts[0].mean.data.length);
  for (const { mean, particles } of parts) {
    for (let i = 0; i < sums.length; i++) sums[i] += (particles / whole) * mean.data[i];
  }
  return ndarray(Float32Array.from(sums), parts[0].mean.shape);
}
